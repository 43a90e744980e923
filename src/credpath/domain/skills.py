"""Skills, occupations and the taxonomy that holds them (ESCO, O*NET, or a tenant's own)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from credpath.domain.rules import MAX_LABEL, check_id, check_optional, check_text

SkillKind = Literal["skill", "knowledge", "technology", "ability"]
Reuse = Literal["", "transversal", "cross-sector", "sector-specific", "occupation-specific"]


@dataclass(frozen=True, slots=True)
class Skill:
    """Something a person can do or know. `alt_labels` may be in any language."""

    uri: str
    label: str
    alt_labels: tuple[str, ...] = ()
    description: str = ""
    kind: SkillKind = "skill"
    reuse: Reuse = ""
    broader_uris: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()  # "digital", "green", "transversal", ...

    def __post_init__(self) -> None:
        check_id(self.uri, "skill_uri")
        check_text(self.label, "label", limit=MAX_LABEL, empty=False)
        check_text(self.description, "description")


@dataclass(frozen=True, slots=True)
class SkillGroup:
    """A node of the skill hierarchy that is no skill itself."""

    uri: str
    label: str
    code: str = ""
    broader_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillRelation:
    """`from_uri` builds on or goes with `to_uri`; ESCO's skill-skill table."""

    from_uri: str
    to_uri: str
    essential: bool


@dataclass(frozen=True, slots=True)
class Requirement:
    """An occupation needs a skill. `importance` and `level` are 0..1, None where the source has none."""

    skill_uri: str
    essential: bool
    importance: float | None = None
    level: float | None = None
    hot: bool = False
    in_demand: bool = False

    def __post_init__(self) -> None:
        check_optional(self.importance, "importance", high=1.0)
        check_optional(self.level, "level", high=1.0)


@dataclass(frozen=True, slots=True)
class Occupation:
    """A kind of work with the skills that it needs."""

    uri: str
    label: str
    alt_labels: tuple[str, ...] = ()
    description: str = ""
    isco_code: str = ""
    soc_code: str = ""
    job_zone: int | None = None
    requirements: tuple[Requirement, ...] = ()
    related_uris: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_id(self.uri, "occupation_uri")
        check_text(self.label, "label", limit=MAX_LABEL, empty=False)
        check_text(self.description, "description")


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One release of one classification, whole. `attribution` is shown wherever its words are."""

    scheme: str
    release: str
    attribution: str
    skills: tuple[Skill, ...]
    occupations: tuple[Occupation, ...]
    groups: tuple[SkillGroup, ...] = ()
    relations: tuple[SkillRelation, ...] = ()
    languages: tuple[str, ...] = field(default=("en",))

    def __post_init__(self) -> None:
        check_id(self.scheme, "scheme")
        check_text(self.release, "release", limit=MAX_LABEL)
