"""The best path to the goal that hours, weeks, money, dates and prerequisites allow, and others worth a look."""

from __future__ import annotations

from dataclasses import replace

from credpath.domain.paths import Concession, KeptPath, LearningPath
from credpath.domain.sayings import Saying
from credpath.recommender import path_templates as say
from credpath.recommender.catalogue_fit import fit_of_path
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.concessions import ENOUGH_LEFT, Stopped, concessions, left_out_of, sure
from credpath.recommender.filters import limits_of
from credpath.recommender.learned import Learned
from credpath.recommender.path_alternatives import alternatives, undominated
from credpath.recommender.path_begun import begun_by, limits_after
from credpath.recommender.path_ground import lay_ground
from credpath.recommender.path_prices import LEAST_GAIN
from credpath.recommender.path_problem import MAX_STEPS, closes
from credpath.recommender.path_solving import USUAL, Effort, Solved, as_followed, solve, yielding
from credpath.recommender.path_stability import stay
from credpath.recommender.path_statement import Statement, asked_ids, state_problem
from credpath.recommender.path_steps import path_of
from credpath.recommender.recommend import RecommendRequest
from credpath.recommender.wording import part


def plan(index: CatalogueIndex, request: RecommendRequest, learned: Learned | None = None) -> LearningPath:
    """The best path of `plan_all`."""
    return plan_all(index, request, learned)[0]


def plan_all(
    index: CatalogueIndex, request: RecommendRequest, learned: Learned | None = None, kept: KeptPath | None = None
) -> tuple[LearningPath, ...]:
    """The best path first, then up to three that really differ from it.

    The first step is what a greedy `recommend` puts first once what is begun is over, unless limits or pins rule that
    out or a kept path says otherwise; the rest is the best there is given that. A kept path stays unless another is
    worth clearly more.
    """
    statement, solved, best = _found(index, request, learned, kept)
    given = concessions(_stopped(statement, solved))
    best = _told(statement, best, given, what_is_left(statement, best, bool(given)))
    others = alternatives(as_followed(statement.problem, solved.plan), solved, statement.chances is not None)
    return undominated([best, *(path_of(statement, other, kind) for kind, other in others)])


def plan_best(
    index: CatalogueIndex, request: RecommendRequest, learned: Learned | None = None, kept: KeptPath | None = None
) -> LearningPath:
    """The best path of `plan_all` alone, in half the time: of concessions only what is asked for and not on it."""
    statement, solved, best = _found(index, request, learned, kept)
    return _told(statement, best, tuple(left_out_of(_stopped(statement, solved))), ())


def _found(
    index: CatalogueIndex, request: RecommendRequest, learned: Learned | None, kept: KeptPath | None
) -> tuple[Statement, Solved, LearningPath]:
    limits, kept = limits_of(request.constraints, request.snapshot.profile), kept or KeptPath()
    begun = begun_by(index, request.snapshot, limits, request.today)
    limits = limits_after(begun, limits, request.today)
    statement = state_problem(lay_ground(index, request, limits, begun, learned, kept), limits)
    solved, changes = stay(statement, kept.credential_ids, best_of(statement))
    best = path_of(statement, solved)
    return statement, solved, replace(best, bound=bound_of(statement, solved, best), changes=changes)


def _stopped(statement: Statement, solved: Solved) -> Stopped:
    closed = closes(sure(statement), solved.plan.steps)
    return Stopped(statement, solved, closed, left_out(statement, solved))


def _told(
    statement: Statement, best: LearningPath, given: tuple[Concession, ...], remarks: tuple[Saying, ...]
) -> LearningPath:
    """The path with what would have to give, and with what no limit is to blame for."""
    sentences = (*(one.sentence for one in given), *map(part, remarks))
    ground = statement.ground
    fit = fit_of_path(_untaught(statement)[1], ground.request.goal, best.steps)
    notes = (*ground.begun.told(ground.index), *fit)
    return replace(best, concessions=given, remarks=remarks, would_have_to_give=sentences, notes=notes)


def best_of(statement: Statement, effort: Effort = USUAL) -> Solved:
    """With the recommended first step and all that is asked for, as far as both can be."""
    solved = solve(statement.problem, effort)
    return solved if solved.feasible else solve(yielding(statement.problem), effort)


def left_out(statement: Statement, solved: Solved) -> tuple[str, ...]:
    """Pins and the stack that are asked for and not on the path."""
    index = statement.ground.index
    held = index.graph.add(statement.ground.standing.held, [statement.problem.rows[k] for k in solved.plan.steps])
    asked = [index.position[i] for i in asked_ids(statement.limits) if i in index.position]
    return tuple(index.ids[row] for row in asked if not held[row])


def bound_of(statement: Statement, solved: Solved, best: LearningPath) -> float | None:
    """The least of the gap that any path within the limits leaves, by the relaxation; None without a gap.

    Where completion is calibrated, of the gap as it is to be expected.
    """
    total, ends_at = statement.ground.gap.total, best.gap_after if best.gap_expected is None else best.gap_expected
    return None if total <= 0 else min(ends_at, max(0.0, total * (1.0 - solved.most_closed)))


def what_is_left(statement: Statement, best: LearningPath, said_before: bool) -> tuple[Saying, ...]:
    """What no limit is to blame for."""
    goal, gap = statement.ground.request.goal, statement.ground.gap
    if not goal.skills:
        if best.steps:
            return ()
        return (Saying(say.ONLY_WORDS if goal.text else say.NO_GOAL),)
    if gap.total <= 0:
        return (Saying(say.NOTHING_MORE if statement.ground.gap_today > 0 else say.NOTHING_MISSING),)
    left = best.gap_after / best.gap_before
    if left <= ENOUGH_LEFT:
        return ()
    found = [Saying(say.PLAN_AGAIN, {"steps": MAX_STEPS, "left": left})] if len(best.steps) >= MAX_STEPS else []
    found += _not_taught(statement)
    rest = Saying(say.REST, {"left": left}) if best.steps else Saying(say.NOTHING_FITS)
    return tuple(found) if found or said_before else (rest,)


def _not_taught(statement: Statement) -> list[Saying]:
    names, share = _untaught(statement)
    return [Saying(say.NOT_TAUGHT, {"skills": names, "share": share})] if share >= LEAST_GAIN else []


def _untaught(statement: Statement) -> tuple[tuple[str, ...], float]:
    """(skills of the goal that no credential of the whole catalogue brings any nearer, their share of the gap)."""
    gap, total = statement.ground.gap, statement.ground.gap_today
    helped = set(statement.situation.closed.skills.tolist())
    missing = [j for j, lacking in enumerate(gap.gap.tolist()) if lacking > 0 and j not in helped]
    share = sum(float(gap.weights[j] * gap.gap[j]) for j in missing) / total if total > 0 else 0.0
    missing.sort(key=lambda j: (-gap.weights[j], gap.skills[j].skill_uri))
    return tuple(gap.skills[j].label or gap.skills[j].skill_uri for j in missing), share
