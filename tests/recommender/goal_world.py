"""A taxonomy small enough to reason about: ten occupations, their skills, and one occupation without any."""

from __future__ import annotations

from credpath.domain.skills import Occupation, Requirement, Skill, Taxonomy

SPECIFIC = {
    "data-analyst": ("data analyst", "statistics", "data visualisation", "SQL"),
    "data-scientist": ("data scientist", "statistics", "machine learning", "Python"),
    "bus-driver": ("bus driver", "drive buses", "passenger safety", "read maps"),
    "train-driver": ("train driver", "drive trains", "passenger safety", "railway signalling"),
    "nurse": ("nurse", "patient care", "administer medication", "wound care"),
    "marketing-manager": ("marketing manager", "market research", "campaign planning", "branding"),
    "web-developer": ("web developer", "JavaScript", "HTML", "web accessibility"),
    "cloud-engineer": ("cloud engineer", "cloud computing", "networks", "Python"),
    "solar-technician": ("solar energy technician", "install solar panels", "electricity", "work at height"),
    "baker": ("baker", "bake bread", "food hygiene", "operate ovens"),
}
ALSO = {
    "data-analyst": ("analyst of data", "business data analyst"),
    "data-scientist": ("data science specialist",),
    "web-developer": ("website programmer", "front end developer"),
    "nurse": ("registered nurse", "staff nurse"),
    "cloud-engineer": ("cloud platform engineer",),
}
GENERIC = ("communicate with others", "solve problems")


def skill_uri(label: str) -> str:
    return f"s:{label.replace(' ', '-').lower()}"


def goal_taxonomy() -> Taxonomy:
    """Every occupation needs the two generic skills; "data steward" needs nothing and is related to the analyst."""
    labels = sorted({s for _, *skills in SPECIFIC.values() for s in skills} | set(GENERIC))
    occupations = [
        Occupation(
            f"o:{key}", label, ALSO.get(key, ()), f"A {label} works with {' and '.join(skills)}.",
            requirements=tuple(
                Requirement(skill_uri(s), essential=number < 2 or s in GENERIC)
                for number, s in enumerate((*skills, *GENERIC))
            ),
        )
        for key, (label, *skills) in SPECIFIC.items()
    ]  # fmt: skip
    steward = Occupation("o:data-steward", "data steward", related_uris=("o:data-analyst",))
    skills = tuple(Skill(skill_uri(s), s, reuse="transversal" if s in GENERIC else "") for s in labels)
    return Taxonomy("test", "1", "", skills, (*occupations, steward))
