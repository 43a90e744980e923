"""Programmes of the scraped edX catalogue: names glued together in a cell, made into stacks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credpath.domain.catalogue import Credential, CredentialKind, LearningOutcome, StackRule
from credpath.interop.edx_titles import letters
from credpath.interop.scraped_text import clean_line, said

# How the platform names a kind of programme, and the kind of credential that it ends with.
_KINDS: Mapping[str, tuple[str, CredentialKind]] = {
    "professionalcertificate": ("Professional Certificate", "professional-certificate"),
    "micromasters": ("MicroMasters", "certificate"),
    "microbachelors": ("MicroBachelors", "certificate"),
    "xseries": ("XSeries", "certificate"),
    "mastersdegree": ("Master's Degree", "degree"),
    "bachelorsdegree": ("Bachelor's Degree", "degree"),
    "executiveeducation": ("Executive Education", "certificate"),
    "bootcamp": ("Boot Camp", "certificate"),
    "certificate": ("Certificate", "certificate"),
}
_START = re.compile(
    r"(Professional Certificate|Micro(?:Masters|Bachelors)|X-?Series|Master[’']?s Degree|Bachelor[’']?s Degree|"
    r"Executive Education|Boot ?Camp|(?<!Professional )Certificate)\s*®?\s*(?:Program(?:me)?)?\s*in(?=\s|[^\W_a-z])"
)
# A member's skill is one of several that the programme teaches.
MEMBER_WEIGHT = 0.6
MAX_PROGRAMMES = 50
MAX_NAME = 150


@dataclass(frozen=True, order=True)
class Programme:
    """A larger credential as a course names it. `kind` is the platform's word for it."""

    kind: str
    name: str

    @property
    def credential_id(self) -> str:
        """Stable: the kind and the name as an address would spell them."""
        words = re.findall(r"[^\W_]+", self.name.replace("+", " plus ").replace("#", " sharp "))
        kind = letters(self.kind)
        slug = "-".join(letters(word) for word in words)
        return f"edx:programme/{kind}/{slug}"[:200]


def parse_programmes(cell: str) -> tuple[Programme, ...]:
    """The programmes of one cell, whose names follow each other without a space between."""
    text = clean_line(said(cell))
    starts = list(_START.finditer(text))[:MAX_PROGRAMMES]
    ends = [*(start.start() for start in starts), len(text)][1:]
    found = []
    for start, end in zip(starts, ends, strict=True):
        kind = _KINDS[letters(start[1].replace("’", "").replace("'", "").replace("-", ""))][0]
        name = text[start.end() : end].strip(" ,;")
        if 0 < len(name) <= MAX_NAME:
            found.append(Programme(kind, name))
    return tuple(dict.fromkeys(found))


def programme_credential(programme: Programme, members: Sequence[Credential]) -> Credential:
    """The stack of a programme: earned by all of its courses, of which the file may hold only some."""
    named = dict.fromkeys(m.awarding_body for m in members if m.awarding_body)
    bodies = [body for body in named if not any(body in other and body != other for other in named)]
    languages = dict.fromkeys(code for m in members for code in m.languages)
    skills = dict.fromkeys(o.label for m in members for o in m.outcomes)
    titles = "; ".join(m.title.rstrip(".") for m in members)
    kind = next(kind for name, kind in _KINDS.values() if name == programme.kind)
    levels = {m.level for m in members}
    return Credential(
        credential_id=programme.credential_id,
        title=f"{programme.kind} in {programme.name}"[:500],
        description=f"Earned by completing all courses of the programme. Courses known here: {titles}."[:20_000],
        awarding_body=", ".join(bodies)[:2_000],
        languages=tuple(languages),
        outcomes=tuple(LearningOutcome(label, weight=MEMBER_WEIGHT) for label in skills),
        stack=StackRule("all_of"),
        kind=kind,
        level=levels.pop() if len(levels) == 1 else "",
        participation="online",
        source="edx",
    )
