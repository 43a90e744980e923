"""Mature decisions as arrays: what was shown to whom, with features as logged, and what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Doubles, Floats, Mask, Offsets, Rows, gather, offsets
from training.slates import COLUMNS, Coded


@dataclass(frozen=True, slots=True)
class Decisions:
    """n mature decisions, sorted by (shown_at, impression_id), with the R rows of their slates, first place first.

    `ids`: every credential on a slate or in a history, sorted; `credentials` (R,) and `history` (H,) are places in
    it. Rows of decision i: `starts[i] : starts[i + 1]`; its history, oldest first: `history_starts[i] : [i + 1]`.
    `shown_at`: seconds after the epoch. `position` (R,): 1 is the first place. `kind` (R,): place in OUTCOME_KINDS
    of what decided the reward, -1 where nothing happened. `waited` is False where a decision is here before its time
    because all that was shown was dismissed: estimates of a policy's value leave it out.
    """

    impression_ids: tuple[str, ...]
    shown_at: Doubles
    learner: Coded
    occupation: Coded
    policy_name: Coded
    experiment: Coded
    bundle: Coded
    propensity: Doubles
    degraded: Mask
    waited: Mask
    ids: tuple[str, ...]
    starts: Offsets
    credentials: Rows
    names: tuple[str, ...]
    features: Floats
    position: Rows
    reward: Floats
    label: NDArray[np.int8]
    kind: NDArray[np.int8]
    history_starts: Offsets
    history: Rows
    counts: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.impression_ids)

    @property
    def learners(self) -> NDArray[np.object_]:
        """(n,) learner ids, "" for somebody not stored."""
        return self.learner.values

    @property
    def occupations(self) -> NDArray[np.object_]:
        """(n,) occupation URIs, "" without one."""
        return self.occupation.values

    @property
    def policy(self) -> NDArray[np.object_]:
        """(n,) who chose the first place."""
        return self.policy_name.values

    @property
    def sizes(self) -> Offsets:
        """(n,) rows of each slate."""
        return np.diff(self.starts)

    @property
    def owner(self) -> Offsets:
        """(R,) the decision that each row belongs to."""
        return np.arange(len(self)).repeat(self.sizes)

    @property
    def first(self) -> Offsets:
        """(n,) the row of the first place: the action that `propensity` is the chance of."""
        return self.starts[:-1]

    def take(self, chosen: Offsets | Mask) -> Decisions:
        """Some decisions, by rising row number or by a mask; ids and counts stay.

        Of neighbours, such as a span of time, the arrays are views: a million decisions are not copied to be split.
        """
        rows = np.flatnonzero(chosen) if chosen.dtype == bool else np.asarray(chosen, dtype=np.int64)
        mine, flat, past = _span(rows), _cells(self.starts, rows), _cells(self.history_starts, rows)
        by_decision = {name: getattr(self, name)[mine] for name in ("shown_at", "propensity", "degraded", "waited")}
        by_row = ("credentials", "features", "position", "reward", "label", "kind")
        return replace(
            self, **by_decision, **{name: getattr(self, name)[flat] for name in by_row},
            **{name: getattr(self, name).take(mine) for name in COLUMNS},
            impression_ids=tuple(self.impression_ids[row] for row in rows.tolist()), starts=offsets(self.sizes[rows]),
            history_starts=offsets(np.diff(self.history_starts)[rows]), history=self.history[past],
        )  # fmt: skip

    def between(self, since: float, before: float) -> Decisions:
        """The decisions of a span, `since` inclusive, `before` exclusive, in seconds after the epoch."""
        return self.take((self.shown_at >= since) & (self.shown_at < before))

    def digest(self) -> str:
        """SHA-256 of every value: equal for equal matrices, on every machine."""
        sha = hashlib.sha256()
        for field in fields(self):
            value = getattr(self, field.name)
            for part in (value.words, value.rows) if isinstance(value, Coded) else (value,):
                plain = sorted(part.items()) if isinstance(part, Mapping) else part
                sha.update(part.tobytes() if isinstance(part, np.ndarray) else repr(plain).encode())
        return sha.hexdigest()


def _span(rows: Offsets) -> Offsets | slice:
    """Row numbers, as a slice where they follow one another."""
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _cells(starts: Offsets, rows: Offsets) -> Offsets | slice:
    """The flat positions of those rows, as a slice where they follow one another."""
    span = _span(rows)
    return (
        slice(int(starts[span.start]), int(starts[span.stop])) if isinstance(span, slice) else gather(starts, rows)[0]
    )
