"""All that is known of a learner's skills, for a person to read: estimate, width, evidence, fading, refresher."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Literal

from credpath.domain.evidence import Evidence
from credpath.domain.goals import CareerGoal, GoalSkill
from credpath.domain.kept_mastery import place_of
from credpath.domain.learner import Profile
from credpath.domain.mastery import (
    MAX_EVIDENCE_SHOWN,
    Asked,
    CountingModel,
    LearnerState,
    Mastery,
    MasteryModel,
    due_each,
)
from credpath.domain.mastery_transition import advance
from credpath.errors import InvalidInput
from credpath.recommender.related_skills import RelatedSkills
from credpath.service.asking import Ask, find_goal
from credpath.service.context import Context
from credpath.service.mastery import Reading, read_learner
from credpath.store import learners as rows

# Less than this since the last evidence is not worth calling faded.
FADED = 0.01
Basis = Literal["evidence", "related", "nothing"]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A piece of evidence and by how much it moved the estimate of its skill when it was taken in."""

    evidence: Evidence
    moved: float


@dataclass(frozen=True, slots=True)
class SkillPage:
    """One skill. `basis`: what the estimate rests on; without evidence of its own, on other skills or on nothing.

    `evidence`: the latest of `pieces` that were counted.
    `faded_from`: the estimate just after the latest evidence where it has faded since. `due_at`: when a refresher is
    due, possibly in the past. `needed`: what the goal that was asked for needs of it, `level`: what counts toward that.
    """

    mastery: Mastery
    label: str
    basis: Basis
    pieces: int = 0
    evidence: tuple[Weighed, ...] = ()
    faded_from: float | None = None
    due_at: datetime | None = None
    needed: GoalSkill | None = None
    level: float = 0.0


@dataclass(frozen=True, slots=True)
class MasteryPage:
    """As of `at`. `skills`: strongest first. `goal`: the one that was asked for, or None."""

    learner_id: str
    at: datetime
    skills: tuple[SkillPage, ...]
    goal: CareerGoal | None = None


def mastery_page(
    context: Context, tenant: str, learner_id: str, goal_text: str = "", occupation_uri: str = ""
) -> MasteryPage:
    """Every skill with evidence and, for a goal, its other skills as far as what lies near them tells.

    Raises NotFound for an unknown learner or occupation, InvalidInput for words that mean no occupation.
    """
    reading = read_learner(context, tenant, learner_id)
    with context.database.read() as connection:
        log = rows.evidence_of(connection, tenant, learner_id)
    return page_of(reading, log, _goal(context, tenant, goal_text, occupation_uri))


def page_of(reading: Reading, log: Sequence[Evidence], goal: CareerGoal | None = None) -> MasteryPage:
    """The page of a learner who was read, with the whole log in time order."""
    needed = {skill.skill_uri: skill for skill in goal.skills} if goal else {}
    shown = weigh_each(log, reading.pieces, reading.at, reading.model)
    known = _known(reading, shown, needed)
    pages = [*known, *_without_evidence(reading, needed)]
    levels = reading.gap(goal).levels if goal else {}
    pages = [replace(page, level=levels.get(page.mastery.skill_uri, 0.0)) for page in pages]
    ordered = sorted(pages, key=lambda p: (-p.mastery.probability, p.mastery.skill_uri))
    return MasteryPage(reading.snapshot.learner_id, reading.at, tuple(ordered), goal)


def _goal(context: Context, tenant: str, text: str, occupation_uri: str) -> CareerGoal | None:
    if not text.strip() and not occupation_uri:
        return None
    ask = Ask(goal_text=text, occupation_uri=occupation_uri)
    goal, _ = find_goal(ask, Profile(), context.serving.taxonomy(tenant))
    if not goal.skills:
        raise InvalidInput(
            f"no occupation is meant by {text[:80]!r}", where="goal", fix="choose one from GET /v1/goals"
        )
    return goal


def weigh_each(
    log: Sequence[Evidence], told: Sequence[Evidence], at: datetime, model: MasteryModel
) -> dict[str, tuple[Weighed, ...]]:
    """The latest pieces of each skill, oldest first, each with what it moved: logged ones at their time, others now."""
    latest = _latest((*log, *told))
    moves = list(_moves(chain(((piece, piece.at) for piece in log), ((piece, at) for piece in told)), model, latest))
    chances = [one.probability for one in model.estimate_each([asked for _, *both in moves for asked in both])]
    moved = {
        place_of(piece): Weighed(piece, after - before)
        for (piece, *_), before, after in zip(moves, chances[::2], chances[1::2], strict=True)
    }
    by_skill: defaultdict[str, list[Weighed]] = defaultdict(list)
    for key in sorted(moved):
        by_skill[key[2]].append(moved[key])
    return {uri: tuple(pieces) for uri, pieces in by_skill.items()}


def _moves(
    pieces: Iterable[tuple[Evidence, datetime]], model: MasteryModel, latest: frozenset[object]
) -> Iterator[tuple[Evidence, Asked, Asked]]:
    """(piece, what to ask before it, what to ask after it) of the latest, as `assess` would."""
    state = LearnerState()
    for piece, at in pieces:
        after = advance(state, piece, model.parameters)
        if place_of(piece) in latest:
            moment = max(at, piece.at)
            yield piece, (state, piece.skill_uri, moment), (after, piece.skill_uri, moment)
        state = after


def _latest(pieces: Iterable[Evidence]) -> frozenset[object]:
    places: defaultdict[str, list[tuple[datetime, str, str]]] = defaultdict(list)
    for piece in pieces:
        places[piece.skill_uri].append(place_of(piece))
    return frozenset(place for found in places.values() for place in sorted(found)[-MAX_EVIDENCE_SHOWN:])


def _known(
    reading: Reading, shown: Mapping[str, tuple[Weighed, ...]], needed: Mapping[str, GoalSkill]
) -> list[SkillPage]:
    """The skills with evidence."""
    every, state, model = reading.mastery, reading.snapshot.kept.state, reading.model
    fresh = model.estimate_each([(state, uri, one.updated_at or reading.at) for uri, one in every.items()])
    due = due_each(state, every, model)
    return [
        SkillPage(
            mastery=one,
            label=reading.label(uri),
            basis="evidence",
            pieces=state.skills[uri].pieces,
            evidence=shown.get(uri, ()),
            faded_from=then.probability if then.probability - one.probability >= FADED else None,
            due_at=due.get(uri),
            needed=needed.get(uri),
        )
        for (uri, one), then in zip(every.items(), fresh, strict=True)
    ]


def _without_evidence(reading: Reading, needed: Mapping[str, GoalSkill]) -> list[SkillPage]:
    """The goal's skills of which nothing was seen: what is known of other skills, as wide as that leaves it."""
    missing = sorted(needed.keys() - reading.mastery.keys())
    model, state = reading.model, reading.snapshot.kept.state
    nobody = model.estimate_all(LearnerState(), missing, reading.at)
    if reading.serving is not None and isinstance(model, CountingModel) and not model.related:
        model = replace(model, related=RelatedSkills(reading.serving.taxonomy.skills))
    found = model.estimate_all(state, missing, reading.at)
    return [
        SkillPage(
            found[uri],
            needed[uri].label,
            "nothing" if _same(found[uri], nobody[uri]) else "related",
            needed=needed[uri],
        )
        for uri in missing
    ]


def _same(one: Mastery, other: Mastery) -> bool:
    return (one.held, one.missing) == (other.held, other.missing)
