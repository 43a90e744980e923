"""What awarding bodies and employers can make of a credential, as far as its record and the taxonomy tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from credpath.domain.catalogue import EU_ELEMENTS, Credential, SkillLink, eu_missing
from credpath.domain.sayings import message
from credpath.recommender.award_worth import is_supervised
from credpath.service.context import Context
from credpath.service.indexing import IndexedCatalogue
from credpath.service.loading import LoadedTaxonomy
from credpath.store.credentials import catalogue_version

Practical = Literal["practical", "partly", "no", "unstated"]
HANDS_ON = re.compile(r"practical|project|performance|portfolio|simulation|demonstration|capstone|lab\b|oral", re.I)
ON_PAPER = re.compile(r"case study|written|exam", re.I)
TAUGHT = 0.3  # links weaker than this say little about what it teaches
ELEMENT_NAMES = {
    "title": message("title"), "country": message("country"), "awarding_body": message("awarding body"),
    "outcomes": message("learning outcomes"), "workload": message("workload"), "eqf_level": message("EQF level"),
    "assessment_type": message("type of assessment"), "participation": message("form of participation"),
    "quality_assurance": message("quality assurance"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Regard:
    """One credential. `accreditation`: as stated, "" where nothing is. `watched`: somebody checks who is assessed.

    `counts_toward`: titles of larger credentials. `wanted_by`: how many occupations need one of the skills that it
    teaches, of `occupations`; `teaches` names those skills, the most wanted first.
    """

    record: Credential
    accreditation: str
    practical: Practical
    watched: bool | None
    counts_toward: tuple[str, ...]
    complete: int
    lacks: tuple[str, ...]
    teaches: tuple[str, ...]
    wanted_by: int
    occupations: int

    @property
    def lacking(self) -> tuple[str, ...]:
        """The EU elements that the record lacks, in words."""
        return tuple(ELEMENT_NAMES[name] for name in self.lacks)


def regards(context: Context, tenant: str, credential_ids: Iterable[str]) -> tuple[Regard, ...]:
    """In the order that was asked for; what the catalogue does not have is left out."""
    with context.database.read() as connection:
        version = catalogue_version(connection, tenant)
    catalogue, taxonomy = context.serving.catalogue(tenant, version), context.serving.taxonomy(tenant)
    known = [i for i in dict.fromkeys(credential_ids) if i in catalogue.index.position]
    return tuple(_regard(i, catalogue, taxonomy) for i in known)


def _regard(credential_id: str, catalogue: IndexedCatalogue, taxonomy: LoadedTaxonomy) -> Regard:
    index = catalogue.index
    record = index.credentials[index.position[credential_id]]
    missing = eu_missing(record)
    links = catalogue.links.get(credential_id, ())
    teaches, wanted = _wanted(links, taxonomy)
    stacks = [index.credentials[index.position[s]].title for s in record.stacks_into if s in index.position]
    return Regard(
        record=record,
        accreditation=record.quality_assurance,
        practical=practical(record.assessment_type),
        watched=is_supervised(record.supervision) if record.supervision else None,
        counts_toward=tuple(stacks),
        complete=len(EU_ELEMENTS) - len(missing),
        lacks=missing,
        teaches=teaches,
        wanted_by=wanted,
        occupations=len(taxonomy.goals.uris),
    )


def practical(assessment_type: str) -> Practical:
    """Whether one shows it by doing it, from the record's own words."""
    if not assessment_type.strip():
        return "unstated"
    if HANDS_ON.search(assessment_type):
        return "practical"
    return "partly" if ON_PAPER.search(assessment_type) and "case" in assessment_type.casefold() else "no"


def _wanted(links: Iterable[SkillLink], taxonomy: LoadedTaxonomy) -> tuple[tuple[str, ...], int]:
    """(labels of the taught skills, most wanted first; how many occupations need at least one of them)."""
    needed = taxonomy.goals.requirements
    taught = {link.skill_uri for link in links if link.strength * link.confidence >= TAUGHT}
    ids = {uri: place for place, (uri, _) in enumerate(needed.skills) if uri in taught}
    by_skill = {uri: np.searchsorted(needed.starts, (needed.ids == i).nonzero()[0], "right") for uri, i in ids.items()}
    position, labels = taxonomy.skills.position, taxonomy.skills.labels
    ordered = sorted((uri for uri in taught if uri in position), key=lambda u: (-len(by_skill.get(u, ())), u))
    occupations = {int(row) for rows in by_skill.values() for row in rows}
    return tuple(labels[position[uri]] for uri in ordered), len(occupations)
