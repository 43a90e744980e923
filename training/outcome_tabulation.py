"""Counts what outcomes before a moment add up to, for `credpath.recommender.outcome_tables`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.domain.histories import TAKEN_UP_KINDS
from credpath.domain.outcomes import Outcome
from credpath.domain.rewards import MATURITY
from credpath.recommender.csr import Doubles, Mask, Offsets, sums
from credpath.recommender.outcome_tables import LEAST_COUNT, OutcomeTables

# A prior is worth at least and at most so many observations, whatever the rates' scatter says.
WEAKEST, STRONGEST = 4.0, 500.0
# Without any observation: half of those who begin finish; one in twenty takes up or dismisses what is shown.
NOTHING_KNOWN = (0.5, 0.05, 0.05)
NONE: NDArray[Any] = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class ShownLines:
    """(lines,) each line of each mature slate: `credentials` into `ids`, whether it was taken up or dismissed."""

    ids: tuple[str, ...] = ()
    credentials: NDArray[np.integer] = field(default_factory=lambda: NONE)
    taken: Mask = field(default_factory=lambda: NONE.astype(bool))
    dismissed: Mask = field(default_factory=lambda: NONE.astype(bool))


@dataclass(frozen=True, slots=True)
class TakeUps:
    """One entry a (learner, credential) in the order of learner, time, credential. `month` 0..11, -1 without a date.

    `settled`: it was finished or dropped, or had as long as an outcome may take.
    """

    ids: tuple[str, ...]
    learners: tuple[str, ...]
    learner: Offsets
    credential: Offsets
    month: Offsets
    finished: Mask
    settled: Mask


@dataclass(slots=True)
class _Story:
    """What happened between one learner and one credential, while it is being read."""

    at: datetime | None = None
    dated: bool = True
    finished: bool = False
    dropped: bool = False


def take_ups_of(outcomes: Iterable[Outcome], now: datetime) -> TakeUps:
    """Every take-up with its end. The order of `outcomes` has no effect."""
    stories: dict[tuple[str, str], _Story] = {}
    for outcome in outcomes:
        story = stories.setdefault((outcome.learner_id, outcome.credential_id), _Story())
        story.finished |= outcome.is_pass
        story.dropped |= outcome.counted_as == "dropped"
        if outcome.kind in TAKEN_UP_KINDS and (story.at is None or outcome.occurred_at < story.at):
            story.at, story.dated = outcome.occurred_at, not outcome.ordinal
    begun = [(who, story.at, what, story) for (who, what), story in stories.items() if story.at is not None]
    begun.sort(key=lambda entry: entry[:3])
    ids, learners = sorted({what for _, _, what, _ in begun}), sorted({who for who, *_ in begun})
    place, number = {name: at for at, name in enumerate(ids)}, {name: at for at, name in enumerate(learners)}
    ended = [s.finished or s.dropped or not s.dated or now - at >= MATURITY for _, at, _, s in begun]
    return TakeUps(
        ids=tuple(ids),
        learners=tuple(learners),
        learner=np.array([number[who] for who, *_ in begun], dtype=np.int64),
        credential=np.array([place[what] for _, _, what, _ in begun], dtype=np.int64),
        month=np.array([at.astimezone(UTC).month - 1 if s.dated else -1 for _, at, _, s in begun], dtype=np.int64),
        finished=np.array([s.finished for *_, s in begun], dtype=bool),
        settled=np.array(ended, dtype=bool),
    )


def tabulate(
    take_ups: TakeUps, goals: Mapping[str, str], fields: Mapping[str, str], shown: ShownLines | None = None
) -> OutcomeTables:
    """`goals`: learner -> occupation URI; `fields`: occupation URI -> its field, for example two digits of ISCO."""
    lines = shown or ShownLines()
    ids = tuple(sorted({*take_ups.ids, *lines.ids}))
    place = {name: at for at, name in enumerate(ids)}
    credential = _renumbered(take_ups.ids, place)[take_ups.credential]
    of_line = _renumbered(lines.ids, place)[lines.credentials]
    known = tuple(sorted({goals[who] for who in take_ups.learners if goals.get(who)}))
    number = {uri: at for at, uri in enumerate(known)}
    goal_of = np.array([number.get(goals.get(who, ""), -1) for who in take_ups.learners], dtype=np.int64)
    size, settled = len(ids), take_ups.settled
    happened = np.stack(
        [
            sums(credential[settled], take_ups.finished[settled] * 1.0, size),
            sums(of_line, lines.taken * 1.0, size),
            sums(of_line, lines.dismissed * 1.0, size),
        ]
    )
    exposed = np.bincount(of_line, minlength=size)
    of = np.stack([np.bincount(credential[settled], minlength=size), exposed, exposed]).astype(np.float64)
    priors = [prior_of(*rate) for rate in zip(happened, of, NOTHING_KNOWN, strict=True)]
    return OutcomeTables(
        ids=ids,
        goals=known,
        fields=dict(fields),
        happened=happened,
        of=of,
        means=np.array([mean for mean, _ in priors]),
        strengths=np.array([strength for _, strength in priors]),
        taken=np.bincount(credential, minlength=size).astype(np.float64),
        months=_months(credential, take_ups.month, size),
        learners=np.bincount(goal_of[goal_of >= 0], minlength=len(known)).astype(np.float64),
        **_finishers(credential, goal_of[take_ups.learner], take_ups.finished, size),
        **_steps(credential, goal_of, take_ups, size),
    )


def _renumbered(ids: tuple[str, ...], place: Mapping[str, int]) -> Offsets:
    return np.array([place[name] for name in ids], dtype=np.int64)


def prior_of(happened: Doubles, of: Doubles, nothing_known: float = 0.5) -> tuple[float, float]:
    """(mean, strength) of the Beta distribution that the rates scatter by, by the method of moments.

    Kleinman, Proportions with extraneous variance (1973): what the rates scatter beyond binomial chance is theirs.
    """
    total = float(of.sum())
    if total <= 0:
        return nothing_known, WEAKEST
    mean = float(happened.sum()) / total
    seen = of > 0
    scatter = float((of[seen] * (happened[seen] / of[seen] - mean) ** 2).sum())
    chance = mean * (1 - mean)
    room = total - float((of**2).sum()) / total
    between = (scatter - chance * (int(seen.sum()) - 1)) / room if room > 0 else 0.0
    strength = chance / between - 1.0 if between > 0 else STRONGEST
    return mean, float(np.clip(strength, WEAKEST, STRONGEST))


def _months(credential: Offsets, month: Offsets, size: int) -> Doubles:
    dated = month >= 0
    cells = np.bincount(credential[dated] * 12 + month[dated], minlength=12 * size)
    return cells.reshape(size, 12).astype(np.float64)


def _finishers(credential: Offsets, goal: Offsets, finished: Mask, size: int) -> dict[str, NDArray[Any]]:
    counted = finished & (goal >= 0)
    keys, counts = np.unique(goal[counted] * max(1, size) + credential[counted], return_counts=True)
    of_goal, done = np.divmod(keys, max(1, size))
    return {
        "of_goal": of_goal.astype(np.int32), "finished": done.astype(np.int32), "finishers": counts.astype(np.float64),
    }  # fmt: skip


def _steps(credential: Offsets, goal_of: Offsets, take_ups: TakeUps, size: int) -> dict[str, NDArray[Any]]:
    """Who finished what and took what up next, with a goal and with any; only what at least LEAST_COUNT did."""
    size = max(1, size)
    leavers = take_ups.finished.nonzero()[0]
    last = np.append(take_ups.learner[1:] != take_ups.learner[:-1], True)[: len(credential)]
    goal = goal_of[take_ups.learner]
    going = leavers[~last[leavers]]
    left = np.concatenate([_key(g, credential[leavers], size) for g in _scopes(goal[leavers])])
    went = np.concatenate([_key(g, credential[going], size) for g in _scopes(goal[going])])
    then = np.tile(credential[going + 1], 2)
    left, then, went = left[left >= 0], then[went >= 0], went[went >= 0]
    keys, takers = np.unique(went * size + then, return_counts=True)
    whole, counts = np.unique(left, return_counts=True)
    of = counts[np.searchsorted(whole, keys // size)]
    kept = takers >= LEAST_COUNT
    scope, first = np.divmod(keys[kept] // size, size)
    return {
        "step_goal": (scope - 1).astype(np.int32), "first": first.astype(np.int32),
        "then": (keys[kept] % size).astype(np.int32), "takers": takers[kept].astype(np.float64),
        "leavers": of[kept].astype(np.float64),
    }  # fmt: skip


def _scopes(goal: Offsets) -> tuple[Offsets, Offsets]:
    """Every learner counts among those with any goal (-1), and among those with their own (-2: no goal known)."""
    return np.full(len(goal), -1), np.where(goal >= 0, goal, -2)


def _key(goal: Offsets, first: Offsets, size: int) -> Offsets:
    return np.where(goal >= -1, (goal + 1) * size + first, -1)
