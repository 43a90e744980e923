"""What the learned models say of each credential: candidates and columns. The same code serves, trains and measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from credpath.recommender.co_completion import LEARNED, CoCompletion, Followers
from credpath.recommender.csr import Floats, Mask, Offsets
from credpath.recommender.follow_features import FOLLOW_MEANING
from credpath.recommender.outcome_tables import OutcomeTables
from credpath.recommender.table_features import TABLE_FEATURES, BoundTables

# So many of each learned retriever become candidates.
LEARNED_DEPTH = 150


@dataclass(frozen=True, slots=True)
class LearnedIndex:
    """The learned models aligned to the n rows of a catalogue. Either part may be absent: its columns are 0."""

    followers: Followers | None
    tables: BoundTables | None

    @staticmethod
    def bind(
        co_completion: CoCompletion | None, tables: OutcomeTables | None, ids: Sequence[str], vectors: Floats | None
    ) -> LearnedIndex:
        """`ids` and `vectors` (n, d) in the order of the catalogue's rows; the models need not know each of them."""
        return LearnedIndex(
            co_completion.bind(ids, vectors) if co_completion is not None else None,
            BoundTables.bind(tables, ids) if tables is not None else None,
        )

    def view(self, history: Sequence[str], occupation_uri: str, month: int) -> LearnedView:
        """What the models see of one learner. `history`: taken up, oldest first; `month`: 1..12."""
        if self.followers is None:
            return LearnedView(self, tuple(history), occupation_uri, month, np.zeros(0, dtype=np.int64), None)
        rows = self.followers.history_rows(history)
        return LearnedView(self, tuple(history), occupation_uri, month, rows, self.followers.scores(rows))


@dataclass(frozen=True, slots=True)
class LearnedView:
    """One learner with one goal before the models. `scores` (retrievers, n), None without followers."""

    index: LearnedIndex
    history: tuple[str, ...]
    occupation_uri: str
    month: int
    history_rows: Offsets
    scores: Floats | None

    def retrieve(self, allowed: Mask, depth: int = LEARNED_DEPTH) -> list[Offsets]:
        """Rows that each of LEARNED finds among the allowed ones, best first."""
        if self.index.followers is None or self.scores is None:
            return [np.zeros(0, dtype=np.int64) for _ in LEARNED]
        return self.index.followers.retrieve(self.scores, allowed, depth)

    def columns(self, rows: Offsets) -> Floats:
        """(len(rows), LEARNED_FEATURES) float32, finite."""
        follow = np.zeros((len(rows), len(FOLLOW_MEANING)), dtype=np.float32)
        if self.index.followers is not None and self.scores is not None:
            follow = self.index.followers.features(self.history_rows, self.scores, rows)
        tables = np.zeros((len(rows), len(TABLE_FEATURES)), dtype=np.float32)
        if self.index.tables is not None:
            tables = self.index.tables.features(self.history, self.occupation_uri, self.month, rows)
        return np.hstack([follow, tables])

    def goal_shares(self) -> Floats | None:
        """(n,) how often learners with this goal finished each credential; None without tables or goal."""
        if self.index.tables is None or not self.occupation_uri:
            return None
        return self.index.tables.goal_shares(self.occupation_uri)
