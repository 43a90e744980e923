"""Which shown credential each outcome answers. One pass in any order; what it ends in depends on the set alone.

An outcome that names its impression answers that one, if the credential was on its slate, the learner is the one it
was shown to (or nobody stored), and it happened within the window of its kind. One that stands alone answers the
latest impression of that learner, at or before it and within the window, on whose slate the credential was. An
outcome whose time only orders answers nothing: nobody can say whether it was within a window.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from credpath.domain.histories import TAKEN_UP_KINDS
from credpath.domain.learner import Award
from credpath.domain.outcomes import OUTCOME_KINDS, before_dates, counted_as
from credpath.domain.rewards import CLOCK_SKEW, SPEAKS, WINDOW, reward_of
from credpath.recommender.csr import Floats, Offsets, Rows, gather, offsets
from credpath.store.decisions import Happened
from training.slates import SlateLog, as_array, micros

BIT: Mapping[str, int] = {kind: 1 << at for at, kind in enumerate(OUTCOME_KINDS)}
MICROSECOND = timedelta(microseconds=1)
WINDOW_MICROS: Mapping[str, int] = {kind: window // MICROSECOND for kind, window in WINDOW.items()}
# What may become of an outcome: the first two are answers.
ANSWERS = (
    "named", "standing_alone", "unknown_impression", "other_learner", "not_on_slate", "outside_window",
    "no_impression", "untimed", "future",
)  # fmt: skip
SKEW_MICROS = CLOCK_SKEW // MICROSECOND


@dataclass(frozen=True, slots=True)
class Worth:
    """(128,) of every set of kinds, a set being the sum of its `BIT`s; `kind`: the decisive one's place, or -1."""

    reward: Floats
    label: NDArray[np.int8]
    kind: NDArray[np.int8]

    @staticmethod
    def table() -> Worth:
        """The table of `domain.rewards`, spread out."""
        sets = [[kind for kind in OUTCOME_KINDS if BIT[kind] & bits] for bits in range(1 << len(OUTCOME_KINDS))]
        worth = [reward_of(kinds) for kinds in sets]
        decisive = [next((OUTCOME_KINDS.index(k) for k in SPEAKS if k in kinds), -1) for kinds in sets]
        return Worth(
            np.array([reward for reward, _ in worth], np.float32),
            np.array([label for _, label in worth], np.int8),
            np.array(decisive, np.int8),
        )


@dataclass(slots=True)
class OutcomeJoin:
    """Takes in outcomes for slates that are all there. `happened`: a byte a shown credential, the kinds as `BIT`s."""

    log: SlateLog
    now: int
    happened: bytearray = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)
    order: Offsets = field(init=False)
    _people: dict[str, int] = field(init=False)
    _starts: list[int] = field(init=False)
    _slate_of: dict[str, int] = field(init=False)
    _shown_to: dict[int, list[int]] = field(init=False)
    _who: array[int] = field(default_factory=lambda: array("i"))
    _what: array[int] = field(default_factory=lambda: array("i"))
    _when: array[int] = field(default_factory=lambda: array("q"))

    def __post_init__(self) -> None:
        self.happened = bytearray(len(self.log.credentials))
        self._starts = offsets(as_array(self.log.sizes)).tolist()
        self._slate_of = {key: at for at, key in enumerate(self.log.impression_ids)}
        self._shown_to = {}
        self._people = self.log.columns["learner"].words
        self.order = self.log.order()
        for at in self.order.tolist():
            self._shown_to.setdefault(self.log.columns["learner"].rows[at], []).append(at)

    def take(self, outcomes: Iterable[Happened]) -> None:
        """Takes in outcomes; the same one again changes nothing but the counts."""
        for outcome in outcomes:
            self.counts[self._take(outcome)] += 1

    def take_awards(self, awards: Iterable[Award]) -> None:
        """Takes in what else belongs to histories."""
        for award in awards:
            self._remember(award.learner_id, award.credential_id, micros(award.awarded_at))

    def _take(self, outcome: Happened) -> str:
        """What became of it."""
        at = micros(before_dates(outcome.occurred_at) if outcome.ordinal else outcome.occurred_at)
        if at > self.now:
            return "future"
        if outcome.kind in TAKEN_UP_KINDS:
            self._remember(outcome.learner_id, outcome.credential_id, at)
        if outcome.ordinal:
            return "untimed"
        answer = self._named(outcome, at) if outcome.impression_id else self._alone(outcome, at)
        if isinstance(answer, str):
            return answer
        self.happened[answer] |= BIT[counted_as(outcome.kind, outcome.score)]
        return "named" if outcome.impression_id else "standing_alone"

    def _named(self, outcome: Happened, at: int) -> int | str:
        slate = self._slate_of.get(outcome.impression_id)
        if slate is None:
            return "unknown_impression"
        shown_to = self.log.columns["learner"].rows[slate]
        if shown_to not in (self._people.get(""), self._people.get(outcome.learner_id)):
            return "other_learner"
        place = self._place(slate, self.log.words.get(outcome.credential_id))
        if place is None:
            return "not_on_slate"
        delay = at - self.log.shown_at[slate]
        return place if -SKEW_MICROS <= delay <= WINDOW_MICROS[outcome.kind] else "outside_window"

    def _alone(self, outcome: Happened, at: int) -> int | str:
        credential = self.log.words.get(outcome.credential_id)
        slates = self._shown_to.get(self._people.get(outcome.learner_id, -1))
        if credential is None or slates is None:
            return "no_impression"
        shown_at, earliest = self.log.shown_at, at - WINDOW_MICROS[outcome.kind]
        for last in range(bisect_right(slates, at, key=shown_at.__getitem__) - 1, -1, -1):
            if shown_at[slates[last]] < earliest:
                break
            place = self._place(slates[last], credential)
            if place is not None:
                return place
        return "no_impression"

    def _place(self, slate: int, credential: int | None) -> int | None:
        """Where on a slate a credential stands, counted through all slates."""
        first, last = self._starts[slate], self._starts[slate + 1]
        on_slate = self.log.credentials[first:last]
        return None if credential is None or credential not in on_slate else first + on_slate.index(credential)

    def _remember(self, learner_id: str, credential_id: str, at: int) -> None:
        learner = self._people.get(learner_id)
        if learner is not None and learner_id:
            self._who.append(learner)
            self._what.append(self.log.words[credential_id])
            self._when.append(at)

    def histories(self, slates: Offsets, renumbered: Rows) -> tuple[Offsets, Rows]:
        """(starts, credentials) of what each learner had taken up before each slate, oldest first, ties by id.

        `renumbered`: the place of each credential's number in the order of ids. Call it when all is taken in.
        """
        who, what, when = as_array(self._who), renumbered[as_array(self._what)], np.array(self._when, np.int64)
        who, what, when = _first_times(who, what, when)
        learner = as_array(self.log.columns["learner"].rows)[slates]
        shown = np.array(self.log.shown_at, np.int64)[slates]
        known = _known_before(who, when, learner, shown)
        own = offsets(as_array(self.log.history_sizes))
        starts = np.searchsorted(who, learner)
        stored, owner = gather_spans(starts, known)
        anonymous, its_owner = gather(own, slates)
        told = renumbered[as_array(self.log.histories)][anonymous]
        order = np.concatenate([owner, its_owner]).argsort(kind="stable")
        sizes = known + np.diff(own)[slates]
        return offsets(sizes), np.concatenate([what[stored], told])[order]


def _first_times(who: Rows, what: Rows, when: Offsets) -> tuple[Rows, Rows, Offsets]:
    """The first take-up of each credential by each learner, by learner, time and credential."""
    order = np.lexsort((when, what, who))
    who, what, when = who[order], what[order], when[order]
    fresh = np.ones(len(who), dtype=bool)
    fresh[1:] = (who[1:] != who[:-1]) | (what[1:] != what[:-1])
    who, what, when = who[fresh], what[fresh], when[fresh]
    order = np.lexsort((what, when, who))
    return who[order], what[order], when[order]


def _known_before(who: Rows, when: Offsets, learner: Rows, shown: Offsets) -> Offsets:
    """How many take-ups of the same learner lie strictly before each slate."""
    both = np.concatenate([learner, who])
    is_take_up = np.repeat([0, 1], [len(learner), len(who)])
    order = np.lexsort((is_take_up, np.concatenate([shown, when]), both))  # at the same time the slate comes first
    so_far = np.cumsum(is_take_up[order])
    known = np.empty(len(both), dtype=np.int64)
    known[order] = so_far
    return known[: len(learner)] - np.searchsorted(who, learner)


def gather_spans(first: Offsets, counts: Offsets) -> tuple[Offsets, Offsets]:
    """Flat positions of spans that may overlap, and which span each belongs to."""
    owner: Offsets = np.arange(len(counts)).repeat(counts)
    within = np.arange(len(owner)) - (counts.cumsum() - counts).repeat(counts)
    return first.repeat(counts) + within, owner
