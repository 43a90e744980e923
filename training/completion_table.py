"""What completion is learned from: one row for each credential that a learner took up and whose result is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles, Floats, Mask
from training.completion_logistic import Labels
from training.completion_trees import Rows


@dataclass(frozen=True, slots=True)
class CompletionTable:
    """One row for each learner and credential that was taken up and whose result is known.

    `features` (n, F) as logged or replayed when it was recommended or taken up, columns as in `names`; `finished`;
    `time` (n,) of that moment, `known_at` (n,) of the result (None: at once); `learners` (n,), None: all different.
    `period` (n,) whole numbers that rise with time, None: blocks of equal count. `strata` (n,): rows of a stratum
    that no other period has are not calibrated on, for callers who only ever ask about strata that they know.
    """

    features: Floats
    names: tuple[str, ...]
    finished: Mask
    time: Doubles
    learners: Labels | None = None
    known_at: Doubles | None = None
    period: NDArray[np.int64] | None = None
    strata: NDArray[np.str_] | None = None

    def __post_init__(self) -> None:
        count = len(self.finished)
        columns = (self.time, self.learners, self.known_at, self.period, self.strata)
        whole = all(column is None or len(column) == count for column in columns)
        if self.features.shape != (count, len(self.names)) or not whole:
            raise InvalidInput("features, names, results and times do not fit together", where="completion table")

    def only(self, rows: Mask) -> CompletionTable:
        """The rows where the mask is true."""
        taken = {name: getattr(self, name) for name in ("learners", "known_at", "period", "strata")}
        kept = {name: None if column is None else column[rows] for name, column in taken.items()}
        return CompletionTable(self.features[rows], self.names, self.finished[rows], self.time[rows], **kept)

    @property
    def rows(self) -> Rows:
        """What is fitted on."""
        return Rows(self.features, self.finished, self.who)

    @property
    def who(self) -> Labels:
        """(n,) learners; all different where nobody said."""
        return np.arange(len(self.finished)) if self.learners is None else self.learners
