"""Staying on a path: what was planned stays as it is unless another path is worth clearly more, and then it says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from credpath.domain.paths import Change, ChangeKind
from credpath.recommender import path_templates as say
from credpath.recommender.path_integers import EMPTY, Chosen
from credpath.recommender.path_problem import Plan, Problem, check, closes, value_of
from credpath.recommender.path_refusals import why_not
from credpath.recommender.path_schedule import schedule
from credpath.recommender.path_search import Search
from credpath.recommender.path_sets import fits, narrowed, supported, ways_to
from credpath.recommender.path_solving import Solved
from credpath.recommender.path_statement import Statement
from credpath.recommender.wording import said, sentence

# Another path must be worth so much more than the one that is kept, as a share of the worth of the other; below that
# a change costs the learner more trust than it brings.
MARGIN = 0.05
# What must remain of small worths: a margin of nothing would change the last step for a rounding.
LEAST_MARGIN = 0.005


@dataclass(frozen=True, slots=True)
class Kept:
    """The kept path here: `steps` that are still possible, in order; `gone`: ids that are not, and why."""

    steps: tuple[int, ...]
    gone: tuple[tuple[str, str], ...]


def stay(statement: Statement, kept_ids: Sequence[str], free: Solved) -> tuple[Solved, tuple[Change, ...]]:
    """The kept path where it may stay, else the best one; with every difference and its reason."""
    snapshot = statement.ground.request.snapshot
    ahead = [i for i in dict.fromkeys(kept_ids) if i not in snapshot.held and i not in snapshot.in_progress]
    if not ahead:
        return free, ()
    problem = replace(statement.problem, first=-1)
    kept = _kept(statement, problem, ahead)
    before = _as_kept(problem, kept)
    margin = max(LEAST_MARGIN, MARGIN * free.value)
    if before is None or not kept.steps:
        return free, tuple(_out_of_date(statement, ahead, kept, free))
    now = value_of(problem, before)
    if free.value <= now + margin:
        chosen = replace(free, plan=before, value=now, bound=max(free.bound, now))
        return chosen, tuple(_gone(statement, kept))
    longer = _extended(problem, before, free)
    worth = value_of(problem, longer)
    if longer.steps != before.steps and free.value <= worth + margin:
        chosen = replace(free, plan=longer, value=worth, bound=max(free.bound, worth))
        return chosen, (*_gone(statement, kept), *_extensions(statement, before, longer))
    gain = (free.value - now) / max(free.value, 1e-9)
    return free, tuple(_changes(statement, ahead, kept, free, gain))


def _kept(statement: Statement, problem: Problem, ahead: Sequence[str]) -> Kept:
    """Steps that may still be taken, with all that they need among them."""
    number = {credential_id: at for at, credential_id in enumerate(problem.ids)}
    steps = [number[i] for i in ahead if i in number]
    gone = [(i, why_not(statement, i)) for i in ahead if i not in number]
    while not supported(problem, steps):
        lost = next(k for k in steps if not supported(problem, [*_needed(problem, steps, k), k]))
        steps.remove(lost)
        gone.append((problem.ids[lost], "prerequisite"))
    return Kept(tuple(steps), tuple(gone))


def _needed(problem: Problem, steps: Sequence[int], node: int) -> list[int]:
    return [k for k in steps if problem.places[k] < problem.places[node]]


def _as_kept(problem: Problem, kept: Kept) -> Plan | None:
    """The kept steps in their order, if limits and dates still allow it."""
    if not fits(problem, kept.steps):
        return None
    plan = schedule(problem, kept.steps, kept.steps)
    return None if plan is None or check(problem, plan) else plan


def _extended(problem: Problem, before: Plan, free: Solved) -> Plan:
    """The kept steps with more after them, where that is worth it."""
    small, back = narrowed(problem, {*free.kernel, *before.steps, *free.plan.steps})
    number = {node: at for at, node in enumerate(back)}
    search = Search.of(small, ways_to(small), EMPTY)
    taken = search.fill(Chosen(number[k] for k in before.steps))
    plan = schedule(problem, [back[k] for k in taken], before.steps)
    if plan is None or check(problem, plan) or [k for k in plan.steps if k in before.steps] != list(before.steps):
        return before
    return plan


def _gone(statement: Statement, kept: Kept) -> Iterator[Change]:
    for credential_id, code in kept.gone:
        yield _change(statement, "removed", credential_id, say.CHANGE_GONE, why=say.WHY[code])


def _extensions(statement: Statement, before: Plan, longer: Plan) -> Iterator[Change]:
    problem, taken = statement.problem, list(before.steps)
    for node in longer.steps:
        if node not in before.steps:
            share = closes(problem, [*taken, node]) - closes(problem, taken)
            taken.append(node)
            yield _change(statement, "added", problem.ids[node], say.CHANGE_EXTENDED, share=share)


def _changes(statement: Statement, ahead: Sequence[str], kept: Kept, free: Solved, gain: float) -> Iterator[Change]:
    """Another path is worth more by `gain`."""
    why = {"gain": gain, "margin": MARGIN}
    steps = [statement.problem.ids[k] for k in free.plan.steps]
    gone = dict(kept.gone)
    yield from _gone(statement, kept)
    for credential_id in ahead:
        if credential_id not in steps and credential_id not in gone:
            yield _change(statement, "removed", credential_id, say.CHANGE_LEFT_OUT, **why)
    for credential_id in steps:
        if credential_id not in ahead:
            yield _change(statement, "added", credential_id, say.CHANGE_ADDED, **why)
    for credential_id, old, new in _moved(ahead, steps):
        yield _change(statement, "moved", credential_id, say.CHANGE_MOVED, before=old, after=new, **why)


def _out_of_date(statement: Statement, ahead: Sequence[str], kept: Kept, free: Solved) -> Iterator[Change]:
    """The kept path does not fit any more."""
    problem, steps, taken = statement.problem, [statement.problem.ids[k] for k in free.plan.steps], list[int]()
    yield from _gone(statement, kept)
    gone = dict(kept.gone)
    for credential_id in ahead:
        if credential_id not in steps and credential_id not in gone:
            yield _change(statement, "removed", credential_id, say.CHANGE_GONE, why=say.WHY["limits"])
    for node in free.plan.steps:
        share = closes(problem, [*taken, node]) - closes(problem, taken)
        taken.append(node)
        if problem.ids[node] not in ahead:
            yield _change(statement, "added", problem.ids[node], say.CHANGE_IN_ITS_PLACE, share=share)
    for credential_id, old, new in _moved(ahead, steps):
        yield _change(statement, "moved", credential_id, say.CHANGE_REORDERED, before=old, after=new)


def _moved(ahead: Sequence[str], steps: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """(id, place before, place now) of what others of both paths have overtaken or let pass."""
    old = [i for i in ahead if i in steps]
    new = [i for i in steps if i in ahead]
    for credential_id in new:
        if old.index(credential_id) != new.index(credential_id):
            yield credential_id, list(ahead).index(credential_id) + 1, list(steps).index(credential_id) + 1


def _change(statement: Statement, kind: ChangeKind, credential_id: str, template: str, /, **values: object) -> Change:
    index = statement.ground.index
    row = index.position.get(credential_id)
    values["title"] = credential_id if row is None else index.credentials[row].title
    return Change(kind, credential_id, sentence(said(template, values)), template, values)
