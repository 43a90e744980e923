"""What would have to give: which limit stopped a path, by how much, and what more it would then reach.

Every sentence is checked by planning again with exactly the limit that it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from credpath.domain.money import Money
from credpath.domain.paths import Constraints, Step
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import closing
from credpath.recommender.filters import HOURS_PER_WEEK
from credpath.recommender.learned import Learned
from credpath.recommender.recommend import RecommendRequest
from credpath.recommender.walking import ENOUGH_LEFT, LEAST_GAIN, MAX_STEPS, Walk, price_in, take_step, walk
from credpath.recommender.wording import counted, listed, money, percent, sentence

# Rounded up a little, so that a step fits that needs exactly what is said to be missing.
MARGIN = 1.0 + 1e-6
# Other languages are worth naming when they would close so much more of the first gap.
WORTH_A_LANGUAGE = 0.05


def what_would_have_to_give(
    index: CatalogueIndex, request: RecommendRequest, limits: Constraints, done: Walk, learned: Learned | None
) -> tuple[str, ...]:
    """Sentences; () when the path reaches the goal."""
    if not request.goal.skills:
        return () if done.steps else (_nothing_to_plan(request),)
    if done.first.total <= 0:
        return ("Nothing is missing: every skill of the goal is there already.",)
    if done.gap.total <= ENOUGH_LEFT * done.first.total:
        return ()
    said = [
        *_more_time(index, request, limits, done, learned),
        *_more_money(index, request, limits, done, learned),
        *_other_languages(index, request, limits, done, learned),
    ]
    if len(done.steps) >= MAX_STEPS:
        left = percent(done.gap.total / done.first.total)
        said.append(f"After {MAX_STEPS} steps {left} of the gap is left; plan again from there.")
    return (*said, *_not_taught(index, done), *([] if said else [_rest(done)]))


def _nothing_to_plan(request: RecommendRequest) -> str:
    if request.goal.text:
        return "The goal is known by its words alone, and nothing that fits comes close to them."
    return "Name a goal: without one there is nothing to plan toward."


def _rest(done: Walk) -> str:
    left = percent(done.gap.total / done.first.total)
    return f"{left} of the gap stays open: nothing else that fits closes enough of it to be worth its hours."


def _more_time(
    index: CatalogueIndex, request: RecommendRequest, limits: Constraints, done: Walk, learned: Learned | None
) -> Iterator[str]:
    if limits.weeks is None:
        return
    further = take_step(index, request, replace(limits, weeks=None), done, learned)
    if further is None:
        return
    pace = limits.hours_per_week or HOURS_PER_WEEK
    missing = further.weeks - limits.weeks
    wider = min(1_040.0, further.weeks * MARGIN)
    if missing <= 0 or wider < further.weeks:
        return
    need = f"{counted(np.ceil(missing * pace), 'hour')} more"
    yield from _checked(index, request, replace(limits, weeks=wider), done, further.steps[-1], need, learned)


def _more_money(
    index: CatalogueIndex, request: RecommendRequest, limits: Constraints, done: Walk, learned: Learned | None
) -> Iterator[str]:
    budget = limits.budget
    if budget is None:
        return
    unpriced = replace(limits, budget=None)
    further = take_step(index, request, unpriced, done, learned)
    if further is None:
        return
    row = index.position[further.steps[-1].credential_id]
    price = price_in(index, budget.currency, row, request.rates)
    missing = (price or 0.0) - (budget.amount - done.spent)
    if price is None or missing <= 0:
        return
    need = f"{money(Money(float(np.ceil(missing)), budget.currency))} more"
    wider = replace(limits, budget=Money(budget.amount + missing * MARGIN, budget.currency))
    yield from _checked(index, request, wider, done, further.steps[-1], need, learned)


def _checked(
    index: CatalogueIndex,
    request: RecommendRequest,
    wider: Constraints,
    done: Walk,
    hoped: Step,
    need: str,
    learned: Learned | None,
) -> Iterator[str]:
    """Plans again within `wider` and says what that really brings, if it brings anything."""
    again = walk(index, request, wider, learned)
    gained = done.gap.total - again.gap.total
    if gained < LEAST_GAIN * done.first.total:
        return
    taken = {step.credential_id for step in again.steps}
    title = index.credentials[index.position[hoped.credential_id]].title
    if taken == {*(step.credential_id for step in done.steps), hoped.credential_id}:
        yield sentence(f"{need} would add {title} (closes {percent(gained / done.first.total)} of the gap)")
    else:
        whole, now = (percent(1.0 - w.gap.total / done.first.total) for w in (again, done))
        yield sentence(f"{need} would allow another path, which closes {whole} of the gap instead of {now}")


def _other_languages(
    index: CatalogueIndex, request: RecommendRequest, limits: Constraints, done: Walk, learned: Learned | None
) -> Iterator[str]:
    if not limits.languages:
        return
    again = walk(index, request, replace(limits, languages=frozenset()), learned)
    if done.gap.total - again.gap.total < WORTH_A_LANGUAGE * done.first.total:
        return
    whole, now = (percent(1.0 - w.gap.total / done.first.total) for w in (again, done))
    yield f"Credentials in other languages would close {whole} of the gap instead of {now}."


def _not_taught(index: CatalogueIndex, done: Walk) -> Iterator[str]:
    """Skills of the goal that no credential of the whole catalogue brings any nearer."""
    helped = set(closing(index, done.first).skills.tolist())
    missing = [j for j, gap in enumerate(done.gap.gap.tolist()) if gap > 0 and j not in helped]
    part = sum(float(done.gap.weights[j] * done.gap.gap[j]) for j in missing)
    if part < LEAST_GAIN * done.first.total:
        return
    missing.sort(key=lambda j: (-done.gap.weights[j], done.gap.skills[j].skill_uri))
    names = listed([done.gap.skills[j].label or done.gap.skills[j].skill_uri for j in missing])
    yield sentence(f"nothing in the catalogue teaches {names} ({percent(part / done.first.total)} of the gap)")
