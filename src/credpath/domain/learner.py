"""The learner: profile, awards, assessment results, and the snapshot that a recommendation reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from credpath.domain.derived_ids import derived_id
from credpath.domain.forgetting import dated
from credpath.domain.kept_mastery import KeptMastery
from credpath.domain.mastery import Mastery
from credpath.domain.money import Money
from credpath.domain.outcomes import Outcome
from credpath.domain.rules import (
    MAX_LABEL,
    check_id,
    check_number,
    check_optional,
    check_own_id,
    check_text,
    check_time,
)
from credpath.errors import InvalidInput

MAX_DECLARED_SKILLS = 500
# One score over more skills than this says nothing of any of them.
MAX_SKILLS_A_SCORE = 50


@dataclass(frozen=True, slots=True)
class NotYet:
    """A skill, by URI or label, that the learner said they do not have, and when: what is shown later outweighs it."""

    skill: str
    said_at: datetime

    def __post_init__(self) -> None:
        check_text(self.skill, "not_yet", limit=MAX_LABEL, empty=False)
        check_time(self.said_at, "said_at")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a learner says of themself. Empty and None mean "not said", never "none"."""

    goal: str = ""
    declared_skills: tuple[str, ...] = ()  # skill URIs or labels
    languages: tuple[str, ...] = ()
    country: str = ""
    hours_per_week: float | None = None
    budget: Money | None = None
    not_yet: tuple[NotYet, ...] = ()

    def __post_init__(self) -> None:
        check_text(self.goal, "goal", limit=MAX_LABEL)
        check_text(self.country, "country", limit=10)
        check_optional(self.hours_per_week, "hours_per_week", low=0.5, high=100)
        for where, skills in (("skills", self.declared_skills), ("not_yet", self.not_yet)):
            if len(skills) > MAX_DECLARED_SKILLS:
                what = f"{len(skills)} declared skills, over {MAX_DECLARED_SKILLS}"
                raise InvalidInput(what, where=where, fix="name those that matter to the goal")
        for skill in self.declared_skills:
            check_text(skill, "declared skill", limit=MAX_LABEL, empty=False)


@dataclass(frozen=True, slots=True)
class Learner:
    """A person of one tenant. The id is the tenant's own; no name or address is kept."""

    learner_id: str
    profile: Profile = field(default_factory=Profile)
    updated_at: datetime | None = None

    def __post_init__(self) -> None:
        check_id(self.learner_id, "learner_id")


@dataclass(frozen=True, slots=True)
class Award:
    """A learner's holding of a credential."""

    learner_id: str
    credential_id: str
    awarded_at: datetime
    award_id: str = ""
    grade: str = ""
    evidence_url: str = ""

    def __post_init__(self) -> None:
        check_id(self.learner_id, "learner_id")
        check_id(self.credential_id, "credential_id")
        check_time(self.awarded_at, "awarded_at")
        check_text(self.award_id, "award_id", limit=200)
        check_text(self.grade, "grade", limit=MAX_LABEL)
        check_text(self.evidence_url, "evidence_url", limit=2_000)

    @property
    def identified(self) -> Award:
        """The same award with an id. One that brings none is known by learner, credential and time.

        So sent again it is the same one, and one of another day is another: which came last has no effect.
        """
        if self.award_id:
            return self
        at = self.awarded_at.astimezone(UTC).isoformat()
        return replace(self, award_id=derived_id("award", self.learner_id, self.credential_id, at))


@dataclass(frozen=True, slots=True)
class AssessmentResult:
    """An observed score on a named skill: 0 <= score <= max_score. `skill` is a URI or a label.

    With `item_id` it is the answer to one item, of which the share `difficulty` 0..1 of people get it wrong. A score
    over several skills names them in `skills` and leaves `skill` empty. `ordinal`: `occurred_at` is a number that only
    orders, as seconds after the epoch.
    """

    learner_id: str
    skill: str
    score: float
    occurred_at: datetime
    max_score: float = 1.0
    item_id: str = ""
    assessment_id: str = ""
    skills: tuple[str, ...] = ()
    difficulty: float | None = None
    ordinal: bool = False

    def __post_init__(self) -> None:
        check_id(self.learner_id, "learner_id")
        check_text(self.skill, "skill", limit=MAX_LABEL, empty=bool(self.skills))
        if self.skill and self.skills:
            raise InvalidInput("skill and skills are both given", where="skills", fix="give one of the two")
        if len(self.skills) > MAX_SKILLS_A_SCORE or len(set(self.skills)) != len(self.skills):
            what = f"skills names one twice, or more than {MAX_SKILLS_A_SCORE}"
            raise InvalidInput(what, where="skills", fix="name each skill once")
        for skill in self.skills:
            check_text(skill, "skills", limit=MAX_LABEL, empty=False)
        check_optional(self.difficulty, "difficulty", high=1.0)
        check_number(self.max_score, "max_score", low=1e-9)
        check_number(self.score, "score", high=self.max_score, fix="give the max_score that it is out of")
        check_time(self.occurred_at, "occurred_at")
        check_own_id(self.item_id, "item_id")
        check_own_id(self.assessment_id, "assessment_id")

    @property
    def moment(self) -> datetime:
        """When it happened; what only orders stays among what has no date."""
        return self.occurred_at if self.ordinal else dated(self.occurred_at)

    @property
    def fraction(self) -> float:
        """score / max_score, 0..1."""
        return self.score / self.max_score

    @property
    def named_skills(self) -> tuple[str, ...]:
        """The one skill, or all that the score was over."""
        return self.skills or (self.skill,)


@dataclass(frozen=True, slots=True)
class LearnerSnapshot:
    """All that one recommendation reads of a learner, at one moment.

    `history`: ids of the credentials that were taken up, oldest first (`domain.histories.taken_up`). `kept`, `awards`
    and `outcomes` (those that say how an attempt ended) are what `mastery` is estimated from, as of the day of reading.
    """

    learner_id: str = ""  # "" for somebody who has not been stored
    profile: Profile = field(default_factory=Profile)
    held: frozenset[str] = frozenset()
    in_progress: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()
    mastery: Mapping[str, Mastery] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    kept: KeptMastery = field(default_factory=KeptMastery)
    awards: tuple[Award, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    dropped: frozenset[str] = frozenset()

    def probability(self, skill_uri: str) -> float:
        """Mastery of a skill; 0.0 without any evidence."""
        known = self.mastery.get(skill_uri)
        return known.probability if known else 0.0

    def level(self, skill_uri: str) -> float:
        """What of it counts toward a goal: without evidence for it 0.0, so that an unknown skill is a whole gap."""
        known = self.mastery.get(skill_uri)
        return known.level if known else 0.0
