"""Joint draws of what a learner holds and of what the answers on it would be."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.domain.mastery import Mastery
from credpath.recommender.csr import Doubles, Mask, Offsets
from credpath.recommender.next_beliefs import Answering, Asking, Belief, is_sure
from credpath.recommender.skill_space import facts_of

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Drawn:
    """`shows` (worlds, skills): whether the next answer is right. `chances` (skills,): that it is.

    `ends` (worlds, skills, 3): `facts_of` each skill once all its answers are given.
    """

    shows: Mask
    chances: Doubles
    ends: Doubles


def draw(believed: Sequence[Belief], shown: Sequence[float], answering: Answering, asking: Asking, seed: int) -> Drawn:
    """What each world's learner holds, drawn jointly, and answers of theirs to what is left to ask.

    A Gaussian copula with one common factor, which is drawn as what was shown leaves it; a skill's own answers move it
    by Bayes. Its noise comes from the seed and its URI alone, so the worlds of the next question are those of this one
    but for the answer.
    """
    factor = common_factor(shown, asking)[_order(seed, "", asking.worlds)]
    shows = np.empty((asking.worlds, len(believed)), dtype=bool)
    chances, ends = np.empty(shows.shape), np.empty((*shows.shape, 3))
    guess, right = asking.guess, 1.0 - asking.slip
    for at, one in enumerate(believed):
        before = _held(one.rate, factor, asking)
        held = before * one.odds / (before * one.odds + 1.0 - before)
        chances[:, at] = guess + (right - guess) * held
        shows[:, at] = _even(seed, one.skill_uri, asking.worlds) < chances[:, at]
        once = np.where(shows[:, at], right / chances[:, at], (1.0 - right) / (1.0 - chances[:, at])) * held
        holds = _even(seed, f"{one.skill_uri}#held", asking.worlds) < once
        ends[:, at] = _ends(one, shows[:, at], holds, answering, asking, seed)
    return Drawn(shows, chances.mean(axis=0), ends)


def _ends(one: Belief, first: Mask, holds: Mask, answering: Answering, asking: Asking, seed: int) -> Doubles:
    """(worlds, 3) facts of the skill once its answers are given, `first` being the next: until it is sure, or all."""
    after = _Answers(one, answering)
    rights, wrongs, going = first.astype(np.int64), (~first).astype(np.int64), np.ones(len(first), dtype=bool)
    chance = np.where(holds, 1.0 - asking.slip, asking.guess)
    for left in range(one.answers - 1, 0, -1):
        if one.until_sure:
            going &= after.each(rights, wrongs, lambda mastery: not is_sure(mastery, asking))
        if not going.any():
            break
        # Numbered by how many are left, so that the next question finds this noise again.
        right = _even(seed, f"{one.skill_uri}#{left}", len(first)) < chance
        rights += going & right
        wrongs += going & ~right
    return after.each(rights, wrongs, facts_of)


class _Answers:
    """The estimates of a skill after so many right and wrong answers, the right ones first; each is made once."""

    def __init__(self, one: Belief, answering: Answering) -> None:
        self._answering = answering
        self._known: dict[tuple[int, int], Mastery] = {(0, 0): one.mastery}

    def each(self, rights: Offsets, wrongs: Offsets, of: Callable[[Mastery], Any]) -> NDArray[Any]:
        """(worlds, ...) what `of` says of the estimate in each world, asked once of each."""
        counts, back = np.unique(np.stack([rights, wrongs]), axis=1, return_inverse=True)
        found: NDArray[Any] = np.array([of(self._after(r, w)) for r, w in counts.T.tolist()])[back.ravel()]
        return found

    def _after(self, rights: int, wrongs: int) -> Mastery:
        key = (rights, wrongs)
        if key not in self._known:
            before = self._after(rights, wrongs - 1) if wrongs else self._after(rights - 1, 0)
            self._known[key] = self._answering(before, not wrongs)
        return self._known[key]


def common_factor(shown: Sequence[float], asking: Asking) -> Doubles:
    """(worlds,) ascending: equally likely values of what a learner's skills have in common, after `shown_odds`."""
    values = _strata(asking.worlds)
    likely = np.ones(asking.worlds)
    held = _held(asking.prior, values, asking)
    for odds in shown:
        likely *= (odds * held + 1.0 - held) / (odds + 1.0)
    even = (np.arange(asking.worlds) + 0.5) / asking.worlds
    drawn: Doubles = values[np.searchsorted(np.cumsum(likely) / likely.sum(), even).clip(max=asking.worlds - 1)]
    return drawn


def _held(rate: float, factor: Doubles, asking: Asking) -> Doubles:
    """(worlds,) the chance that a skill of that rate is held, given the common factor: more of it, more likely."""
    threshold = _NORMAL.inv_cdf(min(1.0 - 1e-9, max(1e-9, rate)))
    spread = math.sqrt(1.0 - asking.together)
    chances = [_NORMAL.cdf((threshold + math.sqrt(asking.together) * value) / spread) for value in factor.tolist()]
    return np.array(chances)


def _even(seed: int, name: str, count: int) -> Doubles:
    """(count,) chances, one from each equal stratum: few worlds already show every chance well."""
    return (_order(seed, name, count) + 0.5) / count


def _order(seed: int, name: str, count: int) -> Offsets:
    """A shuffle of 0 .. count - 1."""
    digest = hashlib.sha256(f"credpath-assess:{seed}:{name}".encode()).digest()
    order: Offsets = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8], "big"))).permutation(count)
    return order


@cache
def _strata(count: int) -> Doubles:
    """(count,) the standard normal in equal strata, ascending."""
    return np.array([_NORMAL.inv_cdf((at + 0.5) / count) for at in range(count)])
