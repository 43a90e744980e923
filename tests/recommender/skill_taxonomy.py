"""A small taxonomy with the traps of the real ones: near labels that must not be taken for each other."""

from __future__ import annotations

from credpath.domain.skills import Skill, SkillKind, SkillRelation, Taxonomy

LABELS: dict[str, tuple[str, ...]] = {
    "machine learning": (), "utilise machine learning": ("use machine learning",), "deep learning": (),
    "perform data analysis": ("analyse data",), "data analytics": (), "statistics": ("data analysis",),
    "data visualisation software": ("data visualization tools",), "deliver visual presentation of data": (),
    "Python (computer programming)": ("Python",), "Java (computer programming)": ("Java",), "JavaScript": ("JS",),
    "JavaScript Framework": (), "Ruby (computer programming)": (), "computer programming": (), "SQL": (), "R": (),
    "CSS": ("Cascading Style Sheets",), "C++": (), "C#": (), "project management principles": (),
    "perform project management": (), "project management software": (), "communication principles": (),
    "teach communication methods": ("communication",), "leadership principles": (), "teach leadership": (),
    "lead others": (), "marketing principles": (), "marketing manager duties": (), "supervise marketing": (),
    "think critically": (), "make decisions": ("take decisions",), "solve problems": (), "financial statements": (),
    "English": (), "write English": (), "Spanish": (), "write Spanish": (), "securities": (), "plan": (),
    "principles of artificial intelligence": (), "use object-oriented programming": (), "economics": (),
    "relational database management system": (), "innovation processes": (), "knowledge management": (),
    "underwater welding techniques": (), "use spreadsheets software": (), "sing": (), "patient safety theories": (),
    "photography": (), "SPARK": (),
}  # fmt: skip


def uri(label: str) -> str:
    """The URI of a label of `LABELS`."""
    return f"urn:skill:{sorted(LABELS).index(label):02}"


def skill(label: str) -> Skill:
    kind: SkillKind = "skill" if label.split(maxsplit=1)[0] in ("perform", "use", "utilise", "teach") else "knowledge"
    parents = {"Python (computer programming)": "computer programming", "deep learning": "machine learning"}
    groups = {"English": "urn:group:languages", "Spanish": "urn:group:languages"}
    broader = tuple(uri(p) for p in (parents.get(label),) if p) + tuple(g for g in (groups.get(label),) if g)
    return Skill(uri(label), label, LABELS[label], kind=kind, reuse="cross-sector", broader_uris=broader)


def taxonomy(*, backwards: bool = False) -> Taxonomy:
    """All of `LABELS`; `backwards` gives the same in another row order."""
    skills = tuple(skill(label) for label in sorted(LABELS, reverse=backwards))
    relations = (
        SkillRelation(uri("statistics"), uri("data analytics"), essential=False),
        SkillRelation(uri("SQL"), uri("relational database management system"), essential=True),
    )
    return Taxonomy(
        "made-up", "1", "written for the tests", skills, (), (), relations[::-1] if backwards else relations
    )
