"""Learned item-to-item arrays in the order of a catalogue's rows, and the histories that are looked up in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Doubles, Floats, Offsets, Rows, offsets
from credpath.recommender.follow_attention import AttentionWeights, BoundAttention, bind_attention
from credpath.recommender.follow_contexts import Contexts
from credpath.recommender.follow_text import TextNeighbours, text_neighbours

# What is said of a pair (a credential of the history, a follower). The first ones also retrieve.
PAIR_TABLES = ("slist", "ease", "item_knn", "markov", "next", "second", "lift", "order")
# What is said of a credential by itself.
ITEM_COLUMNS = ("popularity", "starts", "ends", "place", "reach", "late")
RETRIEVING = PAIR_TABLES[:4]
LEARNED: tuple[str, ...] = (*RETRIEVING, "attention", "popular", "text", "neighbours")


@dataclass(frozen=True, slots=True)
class Histories:
    """What several learners took up, oldest first: catalogue rows, ragged. `starts` (learners + 1,)."""

    rows: Offsets
    starts: Offsets

    @staticmethod
    def of(histories: Sequence[NDArray[np.integer]]) -> Histories:
        """Packs one array of rows a learner."""
        flat = np.concatenate([np.zeros(0, dtype=np.int64), *histories]).astype(np.int64)
        return Histories(flat, offsets(np.array([len(h) for h in histories], dtype=np.int64)))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def owner(self) -> Offsets:
        """(rows,) which learner each step belongs to."""
        return np.arange(len(self)).repeat(np.diff(self.starts))

    def recent(self, window: int) -> tuple[Offsets, Offsets, Offsets]:
        """(rows, owner, age) of the last `window` steps of each; age 0 is the last step."""
        owner = self.owner
        age = self.starts[1:][owner] - 1 - np.arange(len(self.rows))
        kept = age < window
        return self.rows[kept], owner[kept], age[kept]


@dataclass(frozen=True, slots=True)
class FollowArrays:
    """Learned item-to-item models bound to a catalogue of n rows.

    `source` (n,): the row of `targets` and `values` for each credential, m where the log does not name it. `targets`
    (m + 1, k): catalogue rows, n in the padding. `values` (m + 1, k + 1, tables): the last row and the last column are
    zeros, where lookups that find nothing land. `items` (n, columns); `popular` (n,) what fits an empty history.
    `contexts`: keys of log items, of which there are `known`, targets of catalogue rows.
    """

    source: Rows
    targets: Rows
    values: Floats
    items: Floats
    popular: Floats
    decays: Floats
    text: TextNeighbours | None
    attention: tuple[BoundAttention, ...]
    contexts: Contexts

    @property
    def size(self) -> int:
        """How many rows the catalogue has."""
        return len(self.source)

    @property
    def known(self) -> int:
        """How many credentials the log names."""
        return len(self.targets) - 1


def bind_arrays(
    known: Sequence[str],
    targets: Rows,
    values: Floats,
    items: Floats,
    decays: Mapping[str, float],
    ids: Mapping[str, int],
    vectors: Floats | None,
    attention: Sequence[AttentionWeights],
    contexts: Contexts,
) -> FollowArrays:
    """Arrays in the order of the log's own ids, turned to the rows of a catalogue (`ids`: id -> row)."""
    place = np.array([ids.get(credential, len(ids)) for credential in known] + [len(ids)], dtype=np.int32)
    source = np.full(len(ids) + 1, len(known), dtype=np.int32)
    source[place[:-1]] = np.arange(len(known), dtype=np.int32)
    source = source[:-1]
    padded = np.zeros((len(known) + 1, values.shape[1] + 1, values.shape[2]), dtype=np.float32)
    padded[:-1, :-1] = values
    turned = np.full((len(known) + 1, targets.shape[1]), len(ids), dtype=np.int32)
    turned[:-1] = place[targets]
    stated = np.vstack([items, np.zeros((1, len(ITEM_COLUMNS)), dtype=np.float32)])[source]
    return FollowArrays(
        source, turned, padded, stated, _popular(stated),
        np.array([decays[name] for name in RETRIEVING], dtype=np.float32),
        None if vectors is None else text_neighbours(vectors, source < len(known)),
        tuple(bind_attention(member, place[:-1], len(ids)) for member in attention), contexts.turned(place[:-1]),
    )  # fmt: skip


def _popular(items: Floats) -> Floats:
    """What to suggest to somebody without a history: what others begin with, then what many took up."""
    popularity, starts = items[:, ITEM_COLUMNS.index("popularity")], items[:, ITEM_COLUMNS.index("starts")]
    most: Doubles = np.maximum(1.0, np.expm1(popularity.astype(np.float64)).max(initial=0.0))
    return (np.expm1(popularity) / most * (0.05 + starts)).astype(np.float32)
