"""Hard filters: what can never be the next step, each credential counted once, by the first that takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from credpath.domain.learner import Profile
from credpath.domain.money import Money, convert
from credpath.domain.paths import Constraints
from credpath.recommender.catalogue_index import CatalogueIndex, Membership, language_code
from credpath.recommender.csr import Doubles, Mask, Offsets
from credpath.recommender.regions import names_of
from credpath.recommender.standing import Standing
from credpath.recommender.waivers import waived_rows

# In this order; a credential that several would take counts for the first of them.
FILTERS = (
    "held",  # a newer version counts as holding the older one
    "in_progress",
    "superseded",  # marked so, or an active credential supersedes it
    "not_offered",  # planned or withdrawn
    "ended",
    "not_started_yet",
    "dismissed",
    "excluded",
    "language",  # a record without languages is kept
    "country",  # not open to the learner's country, or on site in another one
    "participation",  # another form of participation; a record that states none is kept
    "accredited",  # wished for, and the record states no quality assurance
    "awarding_body",  # of none of the awarding bodies that were asked for
    "budget",  # costs more; a record without a price is kept
    "cost_unknown_currency",  # priced in a currency without a rate, under a budget
    "too_long",  # stated or estimated hours do not fit into the weeks
    "earned_by_members",  # a stack that is not enrolled in
    "prerequisite_unattainable",
    "locked",  # a prerequisite is unmet and can be met
)
# What is assumed of somebody who does not say: an evening or two a week.
HOURS_PER_WEEK = 6.0
SLACK = 1.0 + 1e-9  # a price equal to the budget fits, whatever rounding did to it


@dataclass(frozen=True, slots=True)
class Eligibility:
    """(n,) masks. `eligible`: may be next. `locked`: may come later. `possible`: (nodes,) held or attainable.

    `counts`: how many each filter took, for those that took something. `waived` (nodes,): prerequisites that mastery
    stands in for.
    """

    eligible: Mask
    locked: Mask
    possible: Mask
    counts: dict[str, int]
    waived: Mask


def limits_of(constraints: Constraints, profile: Profile) -> Constraints:
    """The call's own limits, completed by what the profile says."""
    return replace(
        constraints,
        languages=constraints.languages or frozenset(profile.languages),
        country=constraints.country or profile.country,
        budget=constraints.budget or profile.budget,
        hours_per_week=constraints.hours_per_week or profile.hours_per_week,
    )


def begins_on(limits: Constraints, today: date) -> date:
    """The day on which the first step starts: today, or later if so asked."""
    return max(today, limits.starts_on or today)


def weeks_left(limits: Constraints, today: date) -> float | None:
    """Weeks from the beginning to the end that the limits set, the sooner of weeks and deadline; None without any."""
    until = None
    if limits.deadline is not None:
        until = max(0.0, (limits.deadline - begins_on(limits, today)).days / 7.0)
    known = [weeks for weeks in (limits.weeks, until) if weeks is not None]
    return min(known, default=None)


def ends_by(limits: Constraints, today: date) -> date:
    """The last day on which a step may start."""
    weeks, begin = weeks_left(limits, today), begins_on(limits, today)
    most = (date.max - begin).days
    return date.max if weeks is None else begin + timedelta(days=min(most, int(7 * weeks)))


def filter_catalogue(
    index: CatalogueIndex,
    standing: Standing,
    limits: Constraints,
    today: date,
    rates: Mapping[str, float],
    until: date | None = None,
) -> Eligibility:
    """Runs every filter over the whole catalogue at once. `until`: what starts by then counts as started."""
    left, counts = np.ones(len(index.ids), dtype=bool), {}
    for code, mask in _static_filters(index, standing, limits, today, rates, until):
        counts[code] = _take(left, mask)
    started = _rows(index, standing.snapshot.in_progress)
    waived = waived_rows(index, standing.snapshot)
    gated = standing.held | waived
    possible = index.graph.attainable(gated, left | started)
    counts["earned_by_members"] = _take(left, index.graph.earned)
    unmet = left & ~index.graph.met(gated)
    counts["prerequisite_unattainable"] = _take(left, unmet & ~possible[: len(index.ids)])
    locked = left & unmet
    counts["locked"] = _take(left, locked)
    found = {code: count for code, count in counts.items() if count}
    return Eligibility(left, locked, possible, found, waived)


def refused_by(
    index: CatalogueIndex,
    standing: Standing,
    limits: Constraints,
    today: date,
    rates: Mapping[str, float],
    until: date | None,
    row: int,
) -> str:
    """The first filter beside prerequisites that takes a row, "" for none."""
    masks = _static_filters(index, standing, limits, today, rates, until)
    return next((code for code, mask in masks if mask[row]), "")


def _take(left: Mask, mask: Mask) -> int:
    """Removes `mask` from what is left, in place; says how many that were. Far cheaper than assigning by mask."""
    taken = left & mask
    np.logical_xor(left, taken, out=left)
    return int(np.count_nonzero(taken))


def _static_filters(
    index: CatalogueIndex,
    standing: Standing,
    limits: Constraints,
    today: date,
    rates: Mapping[str, float],
    until: date | None,
) -> Iterable[tuple[str, Mask]]:
    """Everything but prerequisites, in the order of FILTERS."""
    begin = begins_on(limits, today)
    columns, snapshot, day = index.columns, standing.snapshot, begin.toordinal()
    yield "held", standing.held[: len(index.ids)]
    if snapshot.in_progress:
        yield "in_progress", _rows(index, snapshot.in_progress)
    yield "superseded", columns.superseded
    yield "not_offered", ~columns.offered
    yield "ended", columns.ends_on < day
    yield "not_started_yet", columns.starts_on > (until or begin).toordinal()
    if snapshot.dismissed:
        yield "dismissed", _rows(index, snapshot.dismissed)
    if limits.excluded:
        yield "excluded", _rows(index, limits.excluded)
    if limits.languages:
        yield "language", ~_applies(index.languages, {language_code(tag) for tag in limits.languages})
    if limits.country:
        yield "country", _out_of_reach(index, limits.country)
    yield from index.wishes.unmet(limits)
    if limits.budget is not None:
        price, priceless = prices(index, limits.budget.currency, rates)
        yield "budget", price > limits.budget.amount * SLACK
        yield "cost_unknown_currency", priceless
    weeks = weeks_left(limits, today)
    if weeks is not None:
        yield "too_long", columns.hours > weeks * (limits.hours_per_week or HOURS_PER_WEEK) * SLACK


def _rows(index: CatalogueIndex, ids: Iterable[str]) -> Mask:
    mask = np.zeros(len(index.ids), dtype=bool)
    mask[[row for i in ids if (row := index.position.get(i)) is not None]] = True
    return mask


def _applies(membership: Membership, words: Iterable[str]) -> Mask:
    """(n,) the row names one of the words, or none at all."""
    chosen = [at for at, word in enumerate(membership.words) if word in set(words)]
    named: Mask = np.asarray(membership.flags[chosen].any(axis=0))
    return named | membership.unstated


def _out_of_reach(index: CatalogueIndex, country: str) -> Mask:
    names = names_of(country)
    here: Mask = np.array([*(code in names for code in index.countries), True])  # the last: no country stated
    elsewhere: Mask = index.columns.on_site & ~here[index.columns.country] & index.open_to.unstated
    return elsewhere | ~_applies(index.open_to, names)


def prices(
    index: CatalogueIndex, currency: str, rates: Mapping[str, float], rows: Offsets | None = None
) -> tuple[Doubles, Mask]:
    """Cost of each row (or of `rows`) in `currency`, NaN where unknown; and whether only its rate is unknown."""
    each = [convert(Money(1.0, code), currency, rates) for code in index.currencies]
    factors = np.array([*(np.nan if factor is None else factor for factor in each), np.nan])
    cost, code = index.columns.cost, index.columns.currency
    if rows is not None:
        cost, code = cost[rows], code[rows]
    price = np.where(cost == 0, 0.0, cost * factors[code])
    return price, np.isnan(price) & ~np.isnan(cost)
