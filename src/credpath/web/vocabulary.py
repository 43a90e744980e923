"""Words that records and the log use and pages show, for translators; `|word` says them. Others stay as they stand."""

from __future__ import annotations

from credpath.domain.sayings import message

KINDS = (
    message("micro-credential"), message("certificate"), message("professional-certificate"), message("degree"),
)  # fmt: skip
STATUSES = (message("active"), message("planned"), message("superseded"), message("withdrawn"))
PARTICIPATION = (message("online"), message("blended"), message("onsite"), message("hybrid"), message("in person"))
ASSESSMENTS = (
    message("practical demonstration"), message("project"), message("project with rubric"), message("portfolio"),
    message("proctored online exam"), message("written exam"), message("written case study"), message("case study"),
    message("online quizzes"), message("quiz"), message("exam"), message("assessed simulation"),
    message("oral examination"), message("peer review"),
)  # fmt: skip
QUALITY = (
    message("institutional accreditation"), message("programme accreditation"), message("external review"),
)  # fmt: skip
SUPERVISION = (
    message("unsupervised"), message("supervised online with identity check"),
    message("supervised onsite with identity check"),
)  # fmt: skip
# Why the filters left something out, as the log counts it.
FILTERS = (
    message("held"), message("in progress"), message("not offered"), message("ended"), message("not started yet"),
    message("dismissed"), message("excluded"), message("language"), message("country"), message("participation"),
    message("accredited"), message("awarding body"), message("budget"), message("cost unknown currency"),
    message("too long"), message("earned by members"), message("prerequisite unattainable"), message("locked"),
)  # fmt: skip
