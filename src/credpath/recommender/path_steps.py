"""From a plan to what a learner reads: steps with weeks, dates, skills, reasons, and the totals of the path."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from credpath.domain.money import Money, convert
from credpath.domain.paths import LearningPath, PathKind, Reason, StackProgress, Step
from credpath.recommender.closing import MET, GoalGap, closing, open_gap
from credpath.recommender.columns import STATED
from credpath.recommender.csr import Doubles, Floats, Mask
from credpath.recommender.feature_names import COLUMN
from credpath.recommender.features import features_at
from credpath.recommender.items import describe
from credpath.recommender.path_begun import Begun
from credpath.recommender.path_problem import Plan, Problem, closed_by, ends_of, meets
from credpath.recommender.path_solving import Solved
from credpath.recommender.path_statement import Statement
from credpath.recommender.reason_templates import CLOSES_AFTER_BEGUN, CLOSES_GAP, CLOSES_REST
from credpath.recommender.retrieval import SOFT, Candidates, Worth
from credpath.recommender.situation import Situation
from credpath.recommender.standing import Standing, expect_after
from credpath.recommender.waivers import waived_for, waivers_of
from credpath.recommender.wording import reason

ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the path: who stands where, and what is open, once the steps before it are finished."""

    standing: Standing
    gap: GoalGap
    taken: tuple[int, ...] = ()


def path_of(statement: Statement, solved: Solved, kind: PathKind = "best") -> LearningPath:
    """The path with everything that is said about it but changes and concessions."""
    plan, problem = solved.plan, statement.problem
    steps, point = _steps(statement, plan)
    before, to_close = statement.ground.gap_today, statement.ground.gap.total
    gap_after = point.gap.total
    limits, request = statement.limits, statement.ground.request
    cost, unpriced = total_cost(steps, limits.budget.currency if limits.budget else "", request.rates)
    expected = closed_by(problem, _expected(problem, plan)).sum() if plan.steps else 0.0
    chances = [step.completion_probability for step in steps if step.completion_probability is not None]
    weeks = max((step.end_week for step in steps), default=0.0)
    return LearningPath(
        steps=steps,
        hours=math.fsum(step.workload_hours for step in steps),
        weeks=weeks,
        cost=cost,
        unpriced_steps=unpriced,
        gap_before=before,
        gap_after=gap_after,
        kind=kind,
        ects=math.fsum(step.ects or 0.0 for step in steps),
        completion_probability=math.prod(chances) if chances and len(chances) == len(steps) else None,
        gap_expected=None if statement.chances is None else max(gap_after, to_close * (1.0 - float(expected))),
        optimality_gap=solved.gap,
        solver=solved.solver,
        reachable=1.0 - gap_after / before if before > 0 else 0.0,
        stacks=_stacks(statement, point.standing),
        starts_on=statement.start,
        ends_on=last_day(statement.start, weeks) if steps else None,
    )


def _expected(problem: Problem, plan: Plan) -> Doubles:
    taken = list(plan.steps)
    whole: Doubles = problem.taught[taken].sum(axis=0) + problem.near[taken].max(axis=0)
    return whole


def total_cost(steps: Sequence[Step], currency: str, rates: Mapping[str, float]) -> tuple[Money | None, int]:
    """(sum of known prices, steps without one). In `currency`, else in the steps' own if it is one, else in USD."""
    stated = [step.cost for step in steps if step.cost is not None]
    own = {cost.currency for cost in stated if cost.amount > 0}
    target = currency or (own.pop() if len(own) == 1 else "USD")
    known = [amount for cost in stated if (amount := convert(cost, target, rates)) is not None]
    return (Money(math.fsum(known), target) if known else None), len(steps) - len(known)


def first_day(start: date, week: float) -> date:
    """The day on which a week, counted from the path's beginning, begins; never past the calendar."""
    return start + timedelta(days=min(math.floor(7 * week + ROUNDING), (date.max - start).days))


def last_day(start: date, week: float) -> date:
    """The last day before a week is over."""
    return start + timedelta(days=min(max(0, math.ceil(7 * week - ROUNDING) - 1), (date.max - start).days))


def _steps(statement: Statement, plan: Plan) -> tuple[tuple[Step, ...], Point]:
    point, steps = Point(statement.ground.standing, statement.ground.gap), []
    for node, start, end in zip(plan.steps, plan.starts, ends_of(statement.problem, plan), strict=True):
        further = _after(statement, point, node)
        steps.append(_step(statement, point, further, node, start, end))
        point = further
    return tuple(steps), point


def _after(statement: Statement, point: Point, node: int) -> Point:
    """By the evidence that an award will be: the loads that a path is found with come close, but promise nothing."""
    index = statement.ground.index
    standing = expect_after(index, point.standing, statement.problem.rows[node])
    return Point(standing, open_gap(index, point.gap.goal, standing), (*point.taken, node))


def _step(statement: Statement, point: Point, further: Point, node: int, start: float, end: float) -> Step:
    index, gap, row = statement.ground.index, point.gap, statement.problem.rows[node]
    gained = gap.weights * (gap.gap - further.gap.gap)
    before, after = gap.mastery, further.gap.mastery
    moved = (gained > MET).nonzero()[0].tolist()
    moved.sort(key=lambda j: (-round(float(gained[j]), 12), gap.skills[j].skill_uri))
    situation, features = situation_at(statement, point, node)
    chance = None if statement.chances is None else statement.chances[node]
    item = describe(situation, 0, len(point.taken) + 1, 0.0, features[0], chance)
    credential, held = index.credentials[row], point.standing.held
    return Step(
        credential_id=credential.credential_id,
        start_week=start,
        end_week=end,
        workload_hours=float(index.columns.hours[row]),
        workload_estimated=bool(index.columns.hours_source[row] != STATED),
        cost=credential.cost,
        ects=credential.ects,
        gap_closed=gap.total - further.gap.total,
        skills=tuple((gap.skills[j].skill_uri, float(before[j]), float(after[j])) for j in moved),
        unlocks=item.unlocks,
        reasons=_of_the_rest(item.reasons, statement.ground.begun, point.taken),
        stacks=item.stacks,
        completion_probability=item.completion_probability,
        completion_interval=item.completion_interval,
        waivers=waivers_of(index, point.standing.snapshot, waived_for(index, row, held, statement.eligibility.waived)),
        starts_on=first_day(statement.start, start),
        ends_on=max(first_day(statement.start, start), last_day(statement.start, end)),
    )


def _of_the_rest(reasons: tuple[Reason, ...], begun: Begun, taken: Sequence[int]) -> tuple[Reason, ...]:
    """The same, where the gap that they speak of is what earlier steps, or what is begun, have left."""
    if not (taken or begun.rows):
        return reasons
    template = CLOSES_REST if taken else CLOSES_AFTER_BEGUN
    return tuple(
        reason(r.kind, template, r.amount, r.skill_uri, **r.values) if r.template == CLOSES_GAP else r for r in reasons
    )


def situation_at(statement: Statement, point: Point, node: int) -> tuple[Situation, Floats]:
    """The question to the catalogue at a point of the path, with the one candidate that is taken there."""
    base, problem = statement.situation, statement.problem
    index, row = statement.ground.index, problem.rows[node]
    closed = closing(index, point.gap)
    amounts, via = closed.matrix(np.array([row]))
    closes: Doubles = np.zeros(len(index.ids))
    ahead = [row for k, row in enumerate(problem.rows) if k not in point.taken]
    closes[ahead] = closed.of_row[ahead]
    eligibility = replace(statement.eligibility, locked=_locked(statement, point))
    candidates = Candidates(np.array([row]), base.candidates.ranks[node : node + 1], degraded=False)
    situation = replace(
        base,
        standing=point.standing,
        gap=point.gap,
        closed=closed,
        eligibility=eligibility,
        worth=_worth(statement, point, closes, eligibility.locked),
        candidates=candidates,
        amounts=amounts,
        via=via,
    )
    features = features_at(situation, statement.features[node : node + 1])
    progress = index.stacks.progress(np.array([row]), point.standing.held)
    features[:, COLUMN["stack_progress"]] = progress
    return situation, features


def _locked(statement: Statement, point: Point) -> Mask:
    """(n,) candidates whose own prerequisites are not met yet."""
    problem, held = statement.problem, frozenset(point.taken)
    locked = np.zeros(len(statement.ground.index.ids), dtype=bool)
    for row in {problem.rows[g.owner] for g in statement.required if g.owner < problem.count and not meets(g, held)}:
        locked[row] = True
    return locked


def _worth(statement: Statement, point: Point, closes: Doubles, locked: Mask) -> Worth:
    index, standing = statement.ground.index, point.standing
    unlocks = index.graph.leads_to(standing.held, statement.eligibility.possible, closes * locked)
    prepares = index.preparations.leads_to(closes, standing.held, standing.support, index.taught, index.postings)
    return Worth(closes, unlocks, SOFT * prepares)


def _stacks(statement: Statement, end: Standing) -> tuple[StackProgress, ...]:
    """How far the path brings each stack that one of its steps counts toward, the furthest first."""
    index, start = statement.ground.index, statement.ground.standing
    if not len(index.stacks.rows):
        return ()
    have, after = index.stacks.have(start.held), index.stacks.have(end.held)
    found = [
        replace(index.stacks.shown(at, float(have[at]), float(after[at]), index.credentials))
        for at in (after > have).nonzero()[0].tolist()
    ]
    return tuple(sorted(found, key=lambda p: (-min(1.0, p.after / p.need), p.stack_id)))
