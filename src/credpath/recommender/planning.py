"""An ordered path to the goal that hours, weeks, money and prerequisites allow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from credpath.domain.money import Money, convert
from credpath.domain.paths import LearningPath, Step
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.concessions import what_would_have_to_give
from credpath.recommender.filters import limits_of
from credpath.recommender.learned import Learned
from credpath.recommender.recommend import RecommendRequest
from credpath.recommender.walking import walk


def plan(index: CatalogueIndex, request: RecommendRequest, learned: Learned | None = None) -> LearningPath:
    """Steps in the order to take them, one after the other at the learner's hours a week.

    The first step is what a greedy `recommend` puts first; each later one is what it would put first once the
    earlier ones are held. `weeks` and `budget` bound the whole path. Steps without a known price are counted in
    `unpriced_steps` and not in `cost`.
    """
    limits = limits_of(request.constraints, request.snapshot.profile)
    done = walk(index, request, limits, learned)
    cost, unpriced = total_cost(done.steps, limits.budget.currency if limits.budget else "", request.rates)
    return LearningPath(
        steps=done.steps,
        hours=math.fsum(step.workload_hours for step in done.steps),
        weeks=done.weeks,
        cost=cost,
        unpriced_steps=unpriced,
        gap_before=done.first.total,
        gap_after=done.gap.total,
        would_have_to_give=what_would_have_to_give(index, request, limits, done, learned),
    )


def total_cost(steps: Sequence[Step], currency: str, rates: Mapping[str, float]) -> tuple[Money | None, int]:
    """(sum of known prices, steps without one). In `currency`, else in the steps' own if it is one, else in USD."""
    stated = [step.cost for step in steps if step.cost is not None]
    own = {cost.currency for cost in stated if cost.amount > 0}
    target = currency or (own.pop() if len(own) == 1 else "USD")
    known = [amount for cost in stated if (amount := convert(cost, target, rates)) is not None]
    return (Money(math.fsum(known), target) if known else None), len(steps) - len(known)
