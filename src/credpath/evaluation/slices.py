"""A metric by slice, with the cells hidden that would tell about a few people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.evaluation.intervals import RESAMPLES, Doubles, Interval, Labels, bootstrap_mean, by_learner

LEAST = 20


@dataclass(frozen=True, slots=True)
class Slice:
    """One cell: how many learners it holds and the metric's interval; both None where the cell is hidden."""

    count: int | None
    interval: Interval | None

    @property
    def hidden(self) -> bool:
        """Too few learners, or hidden so that the too few cannot be computed from the total."""
        return self.interval is None

    def as_dict(self) -> dict[str, object]:
        """For a report."""
        return {"count": self.count, **(self.interval.as_dict() if self.interval else {"hidden": True})}


HIDDEN = Slice(None, None)


def by_slice(
    values: Doubles,
    names: Labels,
    least: int = LEAST,
    *,
    seed: int = 0,
    learners: Labels | None = None,
    resamples: int = RESAMPLES,
) -> dict[str, Slice]:
    """The mean of `values` (n,) in each slice of `names` (n,), slices in order of their names.

    A slice of fewer than `least` learners is hidden. Where the hidden ones together hold fewer than `least`, or only
    one is hidden, the smallest shown slice is hidden as well: else total less shown would give them away.
    """
    names = np.asarray(names).astype(str)
    shown = shown_slices(learner_counts(names, learners), least)
    found: dict[str, Slice] = {}
    for name in sorted(set(names.tolist())):
        inside = names == name
        who = None if learners is None else np.asarray(learners)[inside]
        if name not in shown:
            found[name] = HIDDEN
            continue
        interval = bootstrap_mean(np.asarray(values)[inside], seed, learners=who, resamples=resamples)
        found[name] = Slice(shown[name], interval)
    return found


def learner_counts(names: Labels, learners: Labels | None = None) -> dict[str, int]:
    """How many different learners each slice holds."""
    names = np.asarray(names).astype(str)
    who: NDArray[Any] = np.arange(len(names)) if learners is None else np.unique(learners, return_inverse=True)[1]
    slices, place = np.unique(names, return_inverse=True)
    pairs = np.unique(np.column_stack([place, who]), axis=0)
    counts = np.bincount(pairs[:, 0], minlength=len(slices)) if len(pairs) else np.zeros(0, dtype=np.int64)
    return {name: int(count) for name, count in zip(slices.tolist(), counts.tolist(), strict=True)}


def shown_slices(counts: Mapping[str, int], least: int) -> dict[str, int]:
    """The slices that may be shown, with their counts, when the total over all slices is known as well."""
    ordered = sorted(counts, key=lambda name: (counts[name], name))
    hidden = [name for name in ordered if counts[name] < least]
    shown = ordered[len(hidden) :]
    while hidden and shown and (len(hidden) == 1 or sum(counts[name] for name in hidden) < least):
        hidden.append(shown.pop(0))
    return {name: counts[name] for name in sorted(shown)}


def group_gap(
    values: Doubles,
    groups: Labels,
    least: int = LEAST,
    *,
    seed: int = 0,
    learners: Labels | None = None,
    resamples: int = RESAMPLES,
) -> Interval | None:
    """Best group's mean less the worst one's, among the groups that may be shown; None with fewer than two.

    Noise alone makes a gap, and a bootstrap adds its own noise once more, so the interval is the basic one
    (2 x value - percentile), which takes that back; it is floored at 0.
    """
    groups = np.asarray(groups).astype(str)
    shown = shown_slices(learner_counts(groups, learners), least)
    if len(shown) < 2:
        return None
    means = [_resampled_means(values, groups == name, learners, seed + at, resamples) for at, name in enumerate(shown)]
    table = np.column_stack(means)
    drawn = table[1:].max(axis=1) - table[1:].min(axis=1)
    value = float(table[0].max() - table[0].min())
    low, high = 2.0 * value - np.percentile(drawn, [97.5, 2.5])
    return Interval(value, max(0.0, float(low)), max(value, float(high)))


def _resampled_means(
    values: Doubles, inside: NDArray[np.bool_], learners: Labels | None, seed: int, resamples: int
) -> Doubles:
    """(1 + resamples,): the mean itself, then bootstrapped ones; whole learners are drawn."""
    own = np.asarray(values, dtype=np.float64)[inside]
    rows = by_learner(
        np.column_stack([own, np.ones(len(own))]), None if learners is None else np.asarray(learners)[inside]
    )
    dice = np.random.default_rng(seed)
    found = np.empty(1 + resamples)
    found[0] = rows[:, 0].sum() / rows[:, 1].sum()
    for at in range(1, resamples + 1):
        draw = dice.integers(0, len(rows), size=len(rows))
        found[at] = rows[draw, 0].sum() / rows[draw, 1].sum()
    return found
