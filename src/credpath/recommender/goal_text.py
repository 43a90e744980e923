"""What a goal in free words asks for: the target, and where the learner comes from.

"I want to move from marketing into data" has the target "data" and the origin "marketing". A bare title is left
exactly as it is. Tables of a few languages, no model: the same words always give the same answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from credpath.recommender.encoding import normalise_text
from credpath.recommender.goal_phrases import (
    AFTER_LEADS,
    CLAUSE_ENDS,
    LEADS,
    MOVES,
    NO_ORIGIN,
    NOTS,
    NOTS_ANYWHERE,
    TRAILS,
    WISHES,
)

# What people write for a field or a title; where it is all that they ask for, or no label has it.
SHORT_FOR = {
    "ai": "artificial intelligence", "ml": "machine learning", "hr": "human resources", "ux": "user experience",
    "ui": "user interface", "pr": "public relations", "vr": "virtual reality", "iot": "internet of things",
    "it": "information technology", "ict": "information technology", "seo": "search engine optimisation",
    "qa": "quality assurance", "bi": "business intelligence", "k8s": "kubernetes", "infosec": "information security",
    "nlp": "natural language processing", "dev": "developer", "devs": "developers", "webdev": "web developer",
    "gamedev": "game developer", "frontend": "front end", "backend": "back end", "fullstack": "full stack",
    "swe": "software engineer", "sde": "software engineer", "sre": "site reliability devops engineer",
    "sysadmin": "system administrator", "netadmin": "network administrator", "eng": "engineer", "ops": "operations",
    "pm": "project manager", "ba": "business analyst", "mgr": "manager", "asst": "assistant", "jr": "junior",
    "sr": "senior", "exec": "executive", "cto": "chief technology officer", "cio": "chief information officer",
    "coo": "chief operating officer", "cmo": "chief marketing officer", "cpa": "certified public accountant",
    "rn": "registered nurse", "lpn": "licensed practical nurse", "cna": "certified nursing assistant",
    "physio": "physiotherapist", "prof": "professor",
}  # fmt: skip
_EDGES = " .!?;,:\"'"
MAX_GOAL = 300  # characters that are read; beyond that a goal is an essay, and its start says what it is


@dataclass(frozen=True, slots=True)
class GoalText:
    """`target` is never empty while the text has any letter; `origin` is "" when the text names none.

    `names_work` is False when the text says no more than a wish, or only what is not wanted.
    """

    target: str
    origin: str = ""
    names_work: bool = True


_LEAD = re.compile(rf"^(?:{'|'.join(LEADS)})(?=\s|$|:)[\s,:]*")
_AFTER = re.compile(AFTER_LEADS[0])
_TRAIL = re.compile(rf"\s+(?:{'|'.join(TRAILS)})[\s.!?]*$")
_ARTICLE = re.compile(r"^(?:an?|the|some|l')\s+")
_MOVES = tuple(re.compile(pattern) for pattern in MOVES)
_NO_ORIGIN = re.compile(NO_ORIGIN[0])
_NOT = re.compile(
    rf"(?:(?:^|{CLAUSE_ENDS})\s*(?:{'|'.join(NOTS)})|\b(?:{'|'.join(NOTS_ANYWHERE)}))\b"
    rf".*?(?=$|{CLAUSE_ENDS}|{WISHES})"
)
_CLAUSE_EDGES = re.compile(rf"^(?:\s|{CLAUSE_ENDS})+|(?:\s|{CLAUSE_ENDS})+$")
_NOBODY = frozenset({"i", "we"})


def parse_goal(text: str) -> GoalText:
    """Splits and strips. Idempotent on bare titles; a text of filler or of refusals only comes back whole."""
    folded = normalise_text(text[: MAX_GOAL * 4])[:MAX_GOAL].strip(_EDGES)
    wanted = _CLAUSE_EDGES.sub("", _NOT.sub(", ", folded)) if _NOT.search(folded) else folded
    for move in _MOVES:
        found = move.match(wanted)
        if found and not (move is _MOVES[-1] and _NO_ORIGIN.match(wanted)):
            target, origin = strip_filler(found["target"]), strip_filler(found["origin"])
            if target:
                return GoalText(SHORT_FOR.get(target, target), "" if origin in _NOBODY else origin)
    target = strip_filler(wanted)
    return GoalText(SHORT_FOR.get(target, target) or folded, names_work=bool(target))


def strip_filler(text: str) -> str:
    """Without wishes before and conditions after the words that name the work; "" when nothing is left."""
    left, led = text.strip(_EDGES), False
    while True:
        shorter = _LEAD.sub("", left, count=1)
        led = led or shorter != left
        shorter = _ARTICLE.sub("", _AFTER.sub("", shorter, count=1) if led else shorter, count=1)
        shorter = _TRAIL.sub("", shorter, count=1).strip(_EDGES)
        if shorter == left or not shorter:
            return left if _LEAD.sub("", left + " ").strip() else ""
        left = shorter
