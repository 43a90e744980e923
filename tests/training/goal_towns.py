"""A synthetic taxonomy large enough to fit on: work x field, each with three alternative labels."""

from __future__ import annotations

from credpath.domain.skills import Occupation, Requirement, Skill, Taxonomy

FIELDS = [
    f"{a}{b}"
    for a in ("sol", "mar", "tex", "avi", "bio", "geo", "hydr", "lum", "ferr", "vit")
    for b in ("ar", "on", "ic", "us", "ex", "al")
]
WORK = {
    "engineer": ("designer", "planner"), "technician": ("repairer", "mechanic"), "teacher": ("lecturer", "tutor"),
    "manager": ("head", "director"), "operator": ("operative", "worker"), "analyst": ("examiner", "researcher"),
    "seller": ("vendor", "dealer"), "inspector": ("assessor", "auditor"), "driver": ("chauffeur", "carrier"),
}  # fmt: skip


def large_taxonomy() -> Taxonomy:
    """540 occupations with 1,620 alternative labels."""
    occupations = tuple(
        Occupation(
            f"o:{field}-{work}", f"{field} {work}", (*(f"{field} {other}" for other in also), f"{work} of {field}"),
            f"Works as {work} with {field}.",
            requirements=(Requirement(f"s:{field}", True), Requirement(f"s:{work}", True)),
        )
        for field in FIELDS
        for work, also in WORK.items()
    )  # fmt: skip
    skills = tuple(Skill(f"s:{name}", f"know {name}") for name in (*FIELDS, *WORK))
    return Taxonomy("towns", "1", "", skills, occupations)
