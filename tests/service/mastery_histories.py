"""Ten typical learners, told by their evidence, and what the product says of them on the way: read by a teacher."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeAlias

from credpath.domain.catalogue import Credential, LearningOutcome
from credpath.domain.evidence import Evidence
from credpath.domain.kept_mastery import keep
from credpath.domain.learner import Award, LearnerSnapshot, Profile
from credpath.domain.mastery import COUNTING, in_order
from credpath.domain.outcomes import Outcome, OutcomeKind, activity
from credpath.recommender.wording import percent
from credpath.service.indexing import IndexedCatalogue, index_catalogue
from credpath.service.mastery import Reading, Served
from credpath.service.mastery_page import MasteryPage, SkillPage, page_of
from credpath.service.tenants import PUBLIC
from credpath.service.told import as_of, told, with_mastery
from tests.api.world import bundle, uri

WHO = "learner"
Event: TypeAlias = Evidence | Outcome | Award


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=10, tzinfo=UTC)


def score(on: str, skill: str, share: float, name: str) -> Evidence:
    return Evidence(f"{name}-{skill}", uri(skill), "assessment", share, day(on), name)


def answer(at: datetime, skill: str, right: bool, number: int, difficulty: float | None = None) -> Evidence:
    return Evidence(
        f"a{number}", uri(skill), "item", float(right), at, "practice", 1.0, f"question {number}", difficulty
    )


def outcome(on: str, kind: OutcomeKind, credential_id: str, result: float | None = None) -> Outcome:
    return Outcome(f"{credential_id}-{kind}-{on}", WHO, credential_id, kind, day(on), result)


def award(on: str, credential_id: str, evidence_url: str = "") -> Award:
    return Award(WHO, credential_id, day(on), evidence_url=evidence_url)


def course(credential_id: str, title: str, *skills: str, **facts: str) -> Credential:
    return Credential(
        credential_id, title, outcomes=tuple(LearningOutcome(s, uri(s)) for s in skills), level="intermediate", **facts
    )  # type: ignore[arg-type]


COURSES = (
    course("sql", "Working with SQL", "SQL", assessment_type="practical demonstration",
           supervision="supervised onsite with identity check", quality_assurance="institutional accreditation"),
    course("sheets", "Spreadsheets in an afternoon", "spreadsheets", assessment_type="online quizzes",
           supervision="unsupervised"),
    course("statistics", "Statistics with an exam", "statistics", assessment_type="proctored online exam",
           supervision="supervised online with identity check", quality_assurance="programme accreditation"),
    course("charts", "Charts that tell", "data visualisation", assessment_type="online quizzes",
           supervision="unsupervised"),
)  # fmt: skip


@dataclass(frozen=True)
class History:
    """`read_on`: days on which somebody looks. `goal`: whose skills are looked at beside those with evidence."""

    name: str
    title: str
    expect: str
    events: tuple[Event, ...]
    read_on: tuple[str, ...]
    declared: tuple[str, ...] = ()
    goal: str = ""
    shown: int = field(default=100)  # events told one by one; of more, only every ninth


def practice(
    start: str, skill: str, rights: str, gap_days: float, difficulty: float | None = None
) -> tuple[Event, ...]:
    """One answer a mark, `+` right and `-` wrong."""
    return tuple(
        answer(day(start) + timedelta(days=number * gap_days), skill, mark == "+", number + 1, difficulty)
        for number, mark in enumerate(rights)
    )


HISTORIES = (
    History(
        "newcomer", "A newcomer",
        "Nothing is known: every skill of the goal stands at the same low guess, and may be anything.",
        (), ("2026-03-01",), goal="data analyst",
    ),
    History(
        "steady_learner", "Somebody who learns steadily",
        "Every score is better than the one before; the estimate rises each time and the interval narrows.",
        (score("2026-01-10", "SQL", 0.4, "quiz 1"), score("2026-02-10", "SQL", 0.55, "quiz 2"),
         score("2026-03-10", "SQL", 0.7, "quiz 3"), score("2026-04-10", "SQL", 0.85, "quiz 4"),
         score("2026-05-10", "SQL", 0.95, "quiz 5")),
        ("2026-05-11",),
    ),
    History(
        "fast_learner", "Somebody who learns fast",
        "Two wrong answers, then only right ones within a week: a few answers are enough to think well of them.",
        practice("2026-03-01", "statistics", "--++++++++", 0.5), ("2026-03-07",), goal="data analyst",
    ),
    History(
        "forgetter", "Somebody who learnt it once and never used it again",
        "Sure in the month of learning; a refresher is due after two and a half years, and the doubt grows back.",
        (score("2024-01-10", "SQL", 0.9, "quiz 1"), score("2024-01-20", "SQL", 0.9, "quiz 2"),
         score("2024-02-01", "SQL", 1.0, "final test")),
        ("2024-02-02", "2025-02-01", "2026-02-01", "2028-02-01"),
    ),
    History(
        "spaced_practice", "The same scores, but spread over two years",
        "What is remembered after long gaps lasts: two years after the last test more is left than the forgetter had.",
        (score("2024-01-10", "SQL", 0.9, "quiz 1"), score("2024-10-10", "SQL", 0.9, "quiz 2"),
         score("2026-02-01", "SQL", 1.0, "final test")),
        ("2026-02-02", "2027-02-01", "2028-02-01", "2030-02-01"),
    ),
    History(
        "failed_then_passed", "Somebody who failed and then passed",
        "Failing speaks weakly against the skill, passing later strongly for it; the failure still counts a little.",
        (outcome("2025-09-01", "enrolled", "sql"), outcome("2025-12-01", "completed", "sql", 0.3),
         outcome("2026-03-01", "completed", "sql", 0.8)),
        ("2026-03-02",),
    ),
    History(
        "award_holder", "A holder of four awards: new and old, watched and not",
        "New and supervised counts most, then new and unsupervised; after six years little is left of either.",
        (award("2020-01-15", "charts"), award("2020-01-15", "sql", "https://awards.test/1"),
         award("2025-12-15", "sheets"), award("2025-12-15", "statistics", "https://awards.test/2")),
        ("2026-01-15",),
    ),
    History(
        "self_declarer", "Somebody who claims a skill that a test does not confirm",
        "Their own word is taken, with much doubt, until a test speaks; then it counts for little.",
        (score("2026-03-01", "SQL", 0.2, "entry test"), score("2026-03-15", "SQL", 0.1, "second test")),
        ("2026-02-28", "2026-03-16"), declared=("SQL", "spreadsheets"),
    ),
    History(
        "dropped_out", "Somebody who left a course",
        "Leaving says little: people leave for other reasons. The answers given before count as they were.",
        (outcome("2026-01-10", "enrolled", "statistics"), outcome("2026-01-12", "started", "statistics"),
         *practice("2026-01-20", "statistics", "+-+-", 7), outcome("2026-03-01", "dropped", "statistics")),
        ("2026-03-02",),
    ),
    History(
        "many_short_answers", "Somebody with sixty short answers",
        "Seven in ten right of rather easy questions, of which most people get six: near six in ten, and narrow.",
        practice("2026-03-01", "SQL", "+++-++-++-" * 6, 0.35, 0.4), ("2026-03-23",), shown=10,
    ),
)  # fmt: skip


@cache
def catalogue() -> IndexedCatalogue:
    loaded = bundle()
    taxonomy = loaded.taxonomies[PUBLIC]
    return index_catalogue(COURSES, taxonomy.skills, loaded.encoder, version="1", taxonomy_version="1", popularity={})


def read(history: History, events: tuple[Event, ...], at: datetime) -> Reading:
    """As the service reads a stored learner to whom this has happened."""
    outcomes = tuple(e for e in events if isinstance(e, Outcome))
    awards = tuple(e for e in events if isinstance(e, Award))
    state = activity(outcomes, frozenset(a.credential_id for a in awards))
    logged = LearnerSnapshot(
        WHO, Profile(declared_skills=history.declared), state.held, state.in_progress, state.dismissed,
        kept=keep(log_of(events)), awards=awards, outcomes=outcomes,
    )  # fmt: skip
    served = Served(bundle().taxonomies[PUBLIC], catalogue())
    pieces, _ = told(logged, served.taxonomy, served.catalogue)
    return Reading(with_mastery(logged, pieces, as_of(at), COUNTING), logged, pieces, as_of(at), COUNTING, served)


def log_of(events: tuple[Event, ...]) -> list[Evidence]:
    return in_order(e for e in events if isinstance(e, Evidence))


def page(history: History, at: datetime) -> MasteryPage:
    """What the mastery page shows then."""
    events = tuple(e for e in history.events if when(e) <= at)
    taxonomy = bundle().taxonomies[PUBLIC]
    goal = taxonomy.career_goal(taxonomy.match(history.goal, 1).matches[0].occupation_uri, history.goal, 1.0)
    return page_of(read(history, events, at), log_of(events), goal if history.goal else None)


def when(event: Event) -> datetime:
    if isinstance(event, Evidence):
        return event.at
    return event.awarded_at if isinstance(event, Award) else event.occurred_at


def render(history: History) -> str:
    """The history as a page of Markdown."""
    lines = [f"# {history.title}", "", history.expect, ""]
    if history.declared:
        lines += [f"Says of themself: {', '.join(history.declared)}.", ""]
    if history.events:
        lines += ["## What happened", "", *_told(history), ""]
    for on in history.read_on:
        lines += [f"## Read on {day(on).day} {day(on):%B %Y}", "", *_shown(page(history, day(on))), ""]
    return "\n".join(lines).rstrip() + "\n"


def _told(history: History) -> Iterator[str]:
    for number, event in enumerate(history.events, 1):
        if len(history.events) > history.shown and number % 9:
            continue
        at = when(event)
        before, after = (read(history, history.events[:to], at) for to in (number - 1, number))
        pieces = [event] if isinstance(event, Evidence) else [p for p in after.pieces if p not in before.pieces]
        for piece in pieces:
            was, now = before.probability(piece.skill_uri), after.probability(piece.skill_uri)
            yield f"- {after.explain(piece, was, now).sentence}"


def _shown(shown: MasteryPage) -> Iterator[str]:
    yield "| skill | estimate | 90 % interval | rests on | faded from | refresher due |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for skill in shown.skills:
        yield f"| {' | '.join(_cells(skill))} |"


def _cells(skill: SkillPage) -> list[str]:
    low, high = skill.mastery.interval
    due = f"{skill.due_at.day} {skill.due_at:%B %Y}" if skill.due_at else ""
    faded = percent(skill.faded_from) if skill.faded_from is not None else ""
    pieces = f"{skill.pieces} pieces of evidence" if skill.pieces > 1 else "1 piece of evidence"
    basis = {"evidence": pieces, "related": "related skills", "nothing": "nothing"}[skill.basis]
    interval = f"{percent(low)} to {percent(high)}"
    return [skill.label, percent(skill.mastery.probability), interval, basis, faded, due]
