"""The micro-credential record: what the EU Recommendation of 16 June 2022 asks for, with typed edges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from credpath.domain.money import Money
from credpath.domain.rules import MAX_LABEL, check_id, check_number, check_optional, check_text
from credpath.errors import InvalidInput

GroupKind = Literal["all_of", "any_of", "k_of"]
CredentialKind = Literal["micro-credential", "certificate", "professional-certificate", "degree"]
Status = Literal["active", "planned", "superseded", "withdrawn"]
STATUSES: tuple[Status, ...] = ("active", "planned", "superseded", "withdrawn")
KINDS: tuple[CredentialKind, ...] = ("micro-credential", "certificate", "professional-certificate", "degree")

# The nine of the EU's eleven mandatory elements that describe a catalogue entry; the other two,
# learner and date of issue, belong to an award.
EU_ELEMENTS = (
    "title", "country", "awarding_body", "outcomes", "workload", "eqf_level",
    "assessment_type", "participation", "quality_assurance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LearningOutcome:
    """What a holder can do. `skill_uri` is "" when the source gave words only. level, weight: 0..1."""

    label: str
    skill_uri: str = ""
    level: float = 1.0
    weight: float = 1.0

    def __post_init__(self) -> None:
        check_text(self.label, "outcome label", limit=2_000, empty=bool(self.skill_uri))
        check_text(self.skill_uri, "skill_uri", limit=MAX_LABEL)
        check_number(self.level, "outcome level", high=1.0)
        check_number(self.weight, "outcome weight", high=1.0)


@dataclass(frozen=True, slots=True)
class PrerequisiteGroup:
    """`k` of the members must be held: all of them, any one, or exactly stated k."""

    kind: GroupKind
    credential_ids: tuple[str, ...]
    k: int = 0

    def __post_init__(self) -> None:
        if not self.credential_ids or len(set(self.credential_ids)) != len(self.credential_ids):
            what = "a prerequisite group is empty or names a credential twice"
            raise InvalidInput(what, where="prerequisites", fix="name at least one credential, each once")
        for member in self.credential_ids:
            check_id(member, "prerequisites")
        if self.kind not in ("all_of", "any_of", "k_of"):
            raise InvalidInput(f"unknown group kind {self.kind!r}", where="prerequisites", fix="all_of, any_of or k_of")
        if self.kind == "k_of" and not 1 <= self.k <= len(self.credential_ids):
            fix = "give a k from 1 to the number of credentials"
            raise InvalidInput(f"k is {self.k} of {len(self.credential_ids)}", where="prerequisites", fix=fix)

    @property
    def needed(self) -> int:
        """How many members must be held."""
        return {"all_of": len(self.credential_ids), "any_of": 1, "k_of": self.k}[self.kind]


@dataclass(frozen=True, slots=True)
class Preparation:
    """Helpful, never required: a credential, a skill, or only words. `confidence` 0..1."""

    label: str = ""
    credential_id: str = ""
    skill_uri: str = ""
    confidence: float = 1.0

    def __post_init__(self) -> None:
        check_text(self.label, "preparation", limit=2_000)
        check_number(self.confidence, "preparation confidence", high=1.0)


@dataclass(frozen=True, slots=True)
class StackRule:
    """What completes a larger credential: every member, `amount` members, or `amount` ECTS."""

    kind: Literal["all_of", "n_of", "credits"]
    amount: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in ("all_of", "n_of", "credits"):
            raise InvalidInput(f"unknown stack rule {self.kind!r}", where="stack", fix="all_of, n_of or credits")
        check_number(self.amount, "stack amount", low=0.0 if self.kind == "all_of" else 0.5, high=1_000)


@dataclass(frozen=True, slots=True)
class Credential:
    """One offering in the catalogue. None and "" mean that the source does not say.

    `prerequisites` are hard and joined by "and"; each group may be any-of or k-of. `stacks_into` names the
    larger credentials that this one counts toward; such a larger one carries a `stack` rule.
    """

    credential_id: str
    title: str
    description: str = ""
    awarding_body: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, or a region such as "EU"
    languages: tuple[str, ...] = ()  # ISO 639-1
    outcomes: tuple[LearningOutcome, ...] = ()
    prerequisites: tuple[PrerequisiteGroup, ...] = ()
    preparation: tuple[Preparation, ...] = ()
    stacks_into: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    stack: StackRule | None = None
    kind: CredentialKind = "micro-credential"
    level: str = ""  # "introductory", "intermediate", "advanced"
    eqf_level: int | None = None
    workload_hours: float | None = None
    ects: float | None = None
    duration_weeks: float | None = None
    cost: Money | None = None
    participation: str = ""
    assessment_type: str = ""
    quality_assurance: str = ""
    supervision: str = ""
    url: str = ""
    rating: float | None = None  # 0..5
    rating_count: int | None = None
    learner_count: int | None = None
    status: Status = "active"
    starts_on: date | None = None
    ends_on: date | None = None
    countries_open_to: tuple[str, ...] = ()  # empty: open to all
    illustrative: bool = False  # written for the sample, not a real offering
    as_of: date | None = None  # when the facts were read
    source: str = ""  # the format it came from

    def __post_init__(self) -> None:
        check_id(self.credential_id, "credential_id")
        check_text(self.title, "title", limit=MAX_LABEL, empty=False)
        for name in ("description", "awarding_body", "country", "level", "participation", "assessment_type",
                     "quality_assurance", "supervision", "url", "source"):  # fmt: skip
            check_text(getattr(self, name), name)
        if self.url and not re.match(r"https?://", self.url):
            fix = "begin it with https://, or leave it out"
            raise InvalidInput(f"url {self.url[:80]!r} is not http or https", where="url", fix=fix)
        check_optional(self.eqf_level, "eqf_level", low=1, high=8)
        for name in ("workload_hours", "ects", "duration_weeks", "rating_count", "learner_count"):
            check_optional(getattr(self, name), name)
        check_optional(self.rating, "rating", high=5.0)
        if self.status not in STATUSES:
            raise InvalidInput(f"unknown status {self.status!r}", where="status", fix=", ".join(STATUSES))
        if self.kind not in KINDS:
            raise InvalidInput(f"unknown kind {self.kind!r}", where="kind", fix=", ".join(KINDS))
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise InvalidInput(f"ends on {self.ends_on}, before it starts", where="ends_on", fix="swap the two dates")
        for edge in (*self.stacks_into, *self.supersedes):
            check_id(edge, "edge")
        if self.credential_id in self.edges():
            raise InvalidInput("the credential names itself as an edge", where="prerequisites", fix="remove it")

    def edges(self) -> tuple[str, ...]:
        """Every credential that this one names, in the order prerequisites, preparation, stacks, supersedes."""
        hard = [member for group in self.prerequisites for member in group.credential_ids]
        soft = [p.credential_id for p in self.preparation if p.credential_id]
        return (*hard, *soft, *self.stacks_into, *self.supersedes)


def eu_missing(credential: Credential) -> tuple[str, ...]:
    """The EU elements that the record lacks, of the nine in `EU_ELEMENTS`."""
    present = {
        "workload": credential.workload_hours is not None or credential.ects is not None,
        "eqf_level": credential.eqf_level is not None,
    }
    return tuple(name for name in EU_ELEMENTS if not present.get(name, bool(getattr(credential, name, None))))


@dataclass(frozen=True, slots=True)
class SkillLink:
    """A credential teaches a taxonomy skill. Derived, never typed in.

    `declared`: the source named it; otherwise it was inferred from text. `method`: "uri", "label" or
    "embedding". `strength` 0..1 is level x weight of the outcome; `confidence` 0..1 that the link is right.
    """

    skill_uri: str
    label: str  # the words of the source that led here
    strength: float
    confidence: float
    declared: bool
    method: Literal["uri", "label", "embedding"]
