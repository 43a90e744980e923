"""What follows what: item-to-item arrays learned from the log, as they lie in a bundle and as a catalogue uses them.

For each credential the log names, its most telling followers and what each model says of the pair. All models share
one list of followers, so that a learner's history is looked up once and every score and feature reads from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.errors import BundleRefused
from credpath.recommender.csr import Floats, Mask, Offsets, Rows, offsets
from credpath.recommender.follow_arrays import (
    ITEM_COLUMNS,
    LEARNED,
    PAIR_TABLES,
    RETRIEVING,
    FollowArrays,
    Histories,
    bind_arrays,
)
from credpath.recommender.follow_attention import AttentionWeights, load_attention, save_attention
from credpath.recommender.follow_contexts import Contexts
from credpath.recommender.follow_features import FOLLOW_MEANING, follow_features
from credpath.recommender.follow_scores import retrieve, scores_of

__all__ = ["FOLLOW_MEANING", "LEARNED", "CoCompletion", "Followers"]

VERSION = 1
ARRAYS = ("targets", "values", "items")
CONTEXTS = "contexts"  # a folder beside them


@dataclass(frozen=True, slots=True)
class Followers:
    """The learned models bound to a catalogue: what a recommendation asks of them."""

    position: Mapping[str, int]
    arrays: FollowArrays

    def history_rows(self, history: Sequence[str]) -> Offsets:
        """Rows of what a learner took up, oldest first; ids that the catalogue does not have are left out."""
        found = [self.position[credential] for credential in history if credential in self.position]
        return np.array(found, dtype=np.int64)

    def scores(self, history_rows: NDArray[np.integer]) -> Floats:
        """(len(LEARNED), n) what each retriever says; above 0 is evidence. The history itself has 0."""
        return scores_of(self.arrays, Histories.of([history_rows]))[:, 0]

    def retrieve(self, scores: Floats, allowed: Mask, depth: int) -> list[Offsets]:
        """For each of LEARNED the best allowed rows with evidence, best first, ties by row."""
        return retrieve(scores, allowed, depth)

    def features(self, history_rows: NDArray[np.integer], scores: Floats, rows: NDArray[np.integer]) -> Floats:
        """(len(rows), len(FOLLOW_MEANING)) float32, finite; `scores` are those of the same history."""
        whole = offsets(np.array([len(rows)]))
        return follow_features(self.arrays, Histories.of([history_rows]), scores[:, None, :], rows, whole)


@dataclass(frozen=True, slots=True)
class CoCompletion:
    """The learned item-to-item models of one tenant.

    `ids` (n,) sorted: credentials that the log names. `targets` (n, k) int32: the followers of each, ascending, padded
    with n. `values` (n, k, tables) float32: what each of PAIR_TABLES says of the pair, 0 in the padding. `items`
    (n, columns) float32: ITEM_COLUMNS of each credential. `decays`: for each table that retrieves, the factor by which
    a step of the history counts less than the step after it. `attention`: sequence models of which the mean counts,
    none where the log was too small or their fit was left out. `contexts`: what follows two steps together.
    """

    ids: tuple[str, ...]
    targets: Rows
    values: Floats
    items: Floats
    decays: Mapping[str, float]
    attention: tuple[AttentionWeights, ...] = ()
    contexts: Contexts = field(default_factory=Contexts.none)

    def bind(self, ids: Sequence[str], vectors: Floats | None = None) -> Followers:
        """The same in the order of a catalogue's rows. `vectors` (len(ids), d): unit text vectors, zero where unknown.

        A credential that the log does not name has no followers and follows nothing, but is reached by its text.
        """
        position = {credential: row for row, credential in enumerate(ids)}
        arrays = bind_arrays(
            self.ids, self.targets, self.values, self.items, self.decays, position, vectors, self.attention,
            self.contexts,
        )  # fmt: skip
        return Followers(position, arrays)

    def save(self, folder: Path) -> None:
        """Writes arrays (npy) and names (JSON) into a folder, made when absent."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        described = {"version": VERSION, "ids": self.ids, "decays": dict(sorted(self.decays.items()))}
        described |= {"tables": PAIR_TABLES, "columns": ITEM_COLUMNS, "attention": len(self.attention)}
        save_attention(folder / "attention", self.attention)
        self.contexts.save(folder / CONTEXTS)
        (folder / "co_completion.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> CoCompletion:
        """Reads what `save` wrote; its hashes are the bundle's affair. Raises BundleRefused."""
        try:
            described = json.loads((folder / "co_completion.json").read_text(encoding="utf-8"))
            targets, values, items = (np.load(folder / f"{name}.npy", allow_pickle=False) for name in ARRAYS)
            # Earlier bundles say true or false for one member or none.
            attention = load_attention(folder / "attention", int(described["attention"]), len(described["ids"]))
            # Earlier bundles have none.
            at = folder / CONTEXTS
            contexts = Contexts.load(at, len(described["ids"])) if at.is_dir() else Contexts.none()
            read = CoCompletion(
                tuple(described["ids"]), targets, values, items, described["decays"], attention, contexts
            )
            _check(read, described)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleRefused(f"the learned followers cannot be read: {error}", where=str(folder)) from error
        return read


def _check(read: CoCompletion, described: Mapping[str, Any]) -> None:
    n, k = read.targets.shape
    tables, columns = tuple(described["tables"]), tuple(described["columns"])
    if described["version"] != VERSION or tables != PAIR_TABLES or columns != ITEM_COLUMNS:
        raise ValueError("another version of this program wrote them")
    if (read.values.shape, read.items.shape, len(read.ids)) != ((n, k, len(tables)), (n, len(columns)), n):
        raise ValueError("the arrays do not fit together")
    if n and k and not 0 <= read.targets.min() <= read.targets.max() <= n:
        raise ValueError("a follower is no credential")
    if not (np.isfinite(read.values).all() and np.isfinite(read.items).all()):
        raise ValueError("a value is not finite")
    if set(read.decays) != set(RETRIEVING) or not all(0 < d <= 1 for d in read.decays.values()):
        raise ValueError("the decays are not those of the retrievers")
