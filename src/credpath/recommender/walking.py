"""Taking one next credential after the other, each chosen as the first one was, until the goal or a limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from credpath.domain.goals import CareerGoal
from credpath.domain.money import Money
from credpath.domain.paths import Constraints, Step
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import GoalGap, open_gap
from credpath.recommender.columns import STATED
from credpath.recommender.features import COLUMN
from credpath.recommender.filters import HOURS_PER_WEEK, prices
from credpath.recommender.items import describe
from credpath.recommender.learned import Learned
from credpath.recommender.ranking import TIER, best_first
from credpath.recommender.reasons import ALIKE
from credpath.recommender.recommend import Considered, RecommendRequest, consider
from credpath.recommender.standing import Standing, expect_after, stand

MAX_STEPS = 12
# A goal of words alone has no gap that could say when to stop.
MAX_STEPS_BY_WORDS = 3
# The path ends when so little of the first gap is left, and takes no step that closes less.
ENOUGH_LEFT = 0.10
LEAST_GAIN = 0.01
# A longer step has to close more: LEAST_GAIN for every so many hours, or part of them. So has a step whose text
# is less like the goal than OWN_FIELD, by the square of the ratio: else a path ends in fields that share a skill
# with the goal by chance.
HOURS_FOR_LEAST_GAIN = 40.0
OWN_FIELD, LEAST_LIKENESS = 0.4, 0.1
ALL_SPENT = 1e-6  # weeks
# Scores of what is too hard or too long for now lie below the one, of what moves nothing below the other.
NO_FIT, NO_MOVE = -0.5 * TIER, -1.5 * TIER


@dataclass(frozen=True, slots=True)
class Walk:
    """A path under way: the steps so far, where they lead, and what they have used up.

    `spent`: known prices, in the budget's currency.
    """

    steps: tuple[Step, ...]
    standing: Standing
    first: GoalGap
    gap: GoalGap
    weeks: float
    spent: float


def walk(index: CatalogueIndex, request: RecommendRequest, limits: Constraints, learned: Learned | None) -> Walk:
    """At most MAX_STEPS steps within `limits`; each is what would be recommended next at that point."""
    standing = stand(index, request.snapshot)
    gap = open_gap(index, request.goal, standing)
    now = Walk((), standing, gap, gap, 0.0, 0.0)
    while not arrived(now, request.goal):
        further = take_step(index, request, limits, now, learned)
        if further is None:
            break
        now = further
    return now


def arrived(now: Walk, goal: CareerGoal) -> bool:
    """Enough of the gap is closed, or the path is as long as a path should be."""
    if not goal.skills:
        return len(now.steps) >= MAX_STEPS_BY_WORDS
    return len(now.steps) >= MAX_STEPS or now.gap.total <= ENOUGH_LEFT * now.first.total


def remaining(limits: Constraints, now: Walk) -> Constraints | None:
    """What the limits leave for the next step; None when the weeks are used up."""
    left = limits
    if limits.weeks is not None:
        if limits.weeks - now.weeks <= ALL_SPENT:
            return None
        left = replace(left, weeks=limits.weeks - now.weeks)
    if limits.budget is not None:
        left = replace(left, budget=Money(max(0.0, limits.budget.amount - now.spent), limits.budget.currency))
    return left


def take_step(
    index: CatalogueIndex, request: RecommendRequest, limits: Constraints, now: Walk, learned: Learned | None
) -> Walk | None:
    """The walk one step further, or None when no credential that fits is worth it."""
    left = remaining(limits, now)
    if left is None:
        return None
    today = request.today + timedelta(days=min(int(7 * now.weeks), (date.max - request.today).days))
    considered = consider(index, request, now.standing, left, today, learned)
    place = next(_worth_taking(considered, now), None)
    return None if place is None else _taken(index, request, limits, now, considered, place)


def _worth_taking(considered: Considered, now: Walk) -> Iterator[int]:
    """Places that move the learner, best first; for the first step only the very best, as `recommend` has it."""
    s, order = considered.situation, best_first(considered.scores).tolist()
    if s.candidates.degraded:
        return
    if not now.first.skills:
        likeness = considered.features[:, COLUMN["goal_match"]]
        yield from (place for place in order if likeness[place] >= ALIKE)
    elif not now.steps:
        yield from (place for place in order[:1] if considered.scores[place] > NO_MOVE)
    else:
        yield from (place for place in order if considered.scores[place] > NO_FIT and _gains(considered, place, now))


def _gains(considered: Considered, place: int, now: Walk) -> bool:
    """It closes enough for its length, or something behind it does, and both fit together."""
    s = considered.situation
    row = int(s.candidates.rows[place])
    likeness = float(considered.features[place, COLUMN["goal_match"]])
    afar = 1.0 if s.goal_vector is None else max(1.0, OWN_FIELD / max(LEAST_LIKENESS, likeness)) ** 2
    least = LEAST_GAIN * now.first.total * afar * max(1.0, s.index.columns.hours[row] / HOURS_FOR_LEAST_GAIN)
    if s.worth.closes[row] >= least:
        return True
    if s.worth.unlocks[row] < least:
        return False
    behind = [o for o in s.index.graph.required_by[row].tolist() if s.eligibility.possible[o]]
    return any(_fit_together(considered, row, other) for other in behind)


def _fit_together(considered: Considered, row: int, other: int) -> bool:
    s, limits = considered.situation, considered.situation.limits
    if s.index.graph.earned[other]:
        return True
    hours = float(s.index.columns.hours[row] + s.index.columns.hours[other])
    if limits.weeks is not None and hours > limits.weeks * s.hours_per_week:
        return False
    if limits.budget is None:
        return True
    both = [price_in(s.index, limits.budget.currency, one, s.rates) or 0.0 for one in (row, other)]
    return sum(both) <= limits.budget.amount


def price_in(index: CatalogueIndex, currency: str, row: int, rates: Mapping[str, float]) -> float | None:
    """The price of a row in `currency`, None where it is not known."""
    price, _ = prices(index, currency, rates, np.array([row]))
    return None if np.isnan(price[0]) else float(price[0])


def _taken(
    index: CatalogueIndex,
    request: RecommendRequest,
    limits: Constraints,
    now: Walk,
    considered: Considered,
    place: int,
) -> Walk:
    s = considered.situation
    row = int(s.candidates.rows[place])
    moved = _moved(considered, place)
    item = describe(s, place, len(now.steps) + 1, float(considered.scores[place]), considered.features[place])
    hours = float(index.columns.hours[row])
    end = now.weeks + hours / (limits.hours_per_week or HOURS_PER_WEEK)
    credential = index.credentials[row]
    step = Step(
        credential_id=credential.credential_id,
        start_week=now.weeks,
        end_week=end,
        workload_hours=hours,
        workload_estimated=bool(index.columns.hours_source[row] != STATED),
        cost=credential.cost,
        ects=credential.ects,
        gap_closed=item.gap_closed,
        skills=tuple((s.gap.skills[j].skill_uri, before, after) for j, before, after in moved),
        unlocks=item.unlocks,
        reasons=item.reasons,
        stacks=item.stacks,
    )
    related = {int(s.gap.places[j]): after for j, _, after in moved}
    standing = expect_after(index, now.standing, row, related)
    currency = limits.budget.currency if limits.budget else "USD"
    spent = now.spent + (price_in(index, currency, row, request.rates) or 0.0)
    return Walk((*now.steps, step), standing, now.first, open_gap(index, request.goal, standing), end, spent)


def _moved(considered: Considered, place: int) -> list[tuple[int, float, float]]:
    """(goal skill, mastery before, expected after) of each skill that the step moves, the largest part first."""
    s = considered.situation
    amounts = s.amounts[place]
    moved = sorted(amounts.nonzero()[0].tolist(), key=lambda j: (-amounts[j], s.gap.skills[j].skill_uri))
    before = s.gap.mastery
    return [(j, float(before[j]), min(1.0, float(before[j] + amounts[j] / s.gap.weights[j]))) for j in moved]
