"""Items that were met in training: how easy each is, its place among the others, and what the answer before tells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.domain.mastery_parameters import RECENT_ANSWERS, ItemFacts
from credpath.recommender.csr import Doubles, Floats, Offsets

IDS, ARRAYS = "items.json", "items.npz"
# Of an item, beside its easiness. All are 0 for an item that was not met.
CONTEXT = ("own_easiness", "met", "discrimination", "after_right", "after_wrong", "after_rights")
PAIRS = ("pair_mean", "pair_weight", "pair_high", "pair_low", "pair_fading")
PAIR_FADES = 0.7  # how much the effect of an answer is left one answer later
MISSING = ItemFacts(0.0)

Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ItemTable:
    """Row i is item `ids[i]`; ids are sorted. `easiness` (n,), `vectors` (n, d), `context` (n, len(CONTEXT)).

    `pair_keys` (p,) sorted, `pair_effects` (p,) log-odds, `pair_weights` (p,) information: see `pair_key`.
    """

    ids: tuple[str, ...]
    easiness: Doubles
    vectors: Floats
    context: Floats
    pair_keys: Keys
    pair_effects: Floats
    pair_weights: Floats
    position: dict[str, int] = field(default_factory=dict)
    unpacked: dict[str, ItemFacts] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.position.update({item_id: row for row, item_id in enumerate(self.ids)})

    def get(self, item_id: str, /) -> ItemFacts | None:
        """The item as the transition reads it."""
        known = self.unpacked.get(item_id)
        if known is None and (row := self.position.get(item_id)) is not None:
            known = ItemFacts(float(self.easiness[row]), tuple(self.vectors[row].astype(float).tolist()))
            self.unpacked[item_id] = known  # the table never changes, so what is unpacked twice is equal
        return known

    def codes(self, item_ids: Sequence[str]) -> Keys:
        """Rows of the items, -1 for unknown ones."""
        return np.array([self.position.get(item_id, -1) for item_id in item_ids], dtype=np.int64)

    def contexts(self, items: Keys) -> Floats:
        """(n, len(CONTEXT)) of rows of the table; of -1 zeros."""
        found: Floats = np.where(items[:, None] >= 0, self.context[items], np.float32(0.0))
        return found

    def pairs(self, items: Keys, earlier: Keys, right: NDArray[np.bool_]) -> Doubles:
        """(n, len(PAIRS)): what the answers just before tell of the answers to these items.

        items (n,), earlier and right (n, RECENT_ANSWERS), the latest first: rows of the table, -1 for none.
        """
        mean, weight, high, low, fading = np.zeros((5, len(items)))
        for lag in range(min(RECENT_ANSWERS, earlier.shape[1])):
            effect, known = self._effects(pair_key(items, earlier[:, lag], right[:, lag], len(self.ids)))
            mean += effect * known
            weight += known
            np.maximum(high, effect, out=high)
            np.minimum(low, effect, out=low)
            fading += effect * PAIR_FADES**lag
        return np.stack([mean / (weight + 1.0), np.log1p(weight), high, low, fading], axis=1)

    def _effects(self, keys: Keys) -> tuple[Doubles, Doubles]:
        if not len(self.pair_keys):
            return np.zeros(len(keys)), np.zeros(len(keys))
        place = np.minimum(np.searchsorted(self.pair_keys, keys), len(self.pair_keys) - 1)
        hit = self.pair_keys[place] == keys
        effect = np.where(hit, self.pair_effects[place], 0.0).astype(np.float64)
        return effect, np.where(hit, self.pair_weights[place], 0.0).astype(np.float64)

    def save(self, folder: Path) -> None:
        """Writes items.json and items.npz; deflated, since pairs that one answer taught have equal effects."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / IDS).write_text(json.dumps(self.ids), encoding="utf-8")
        np.savez_compressed(
            folder / ARRAYS, easiness=self.easiness, vectors=self.vectors, context=self.context,
            pair_keys=self.pair_keys, pair_effects=self.pair_effects, pair_weights=self.pair_weights,
        )  # fmt: skip

    @staticmethod
    def load(folder: Path) -> ItemTable:
        """What `save` wrote; the caller has verified the files."""
        ids = tuple(map(str, json.loads((folder / IDS).read_text(encoding="utf-8"))))
        with np.load(folder / ARRAYS, allow_pickle=False) as packed:
            return ItemTable(ids, **{name: packed[name] for name in packed.files})


def pair_key(items: Keys | Offsets, earlier: Keys | Offsets, right: NDArray[np.bool_], count: int) -> Keys:
    """(n,) which item follows which, and how that was answered; -1 where either is not known."""
    keys: Keys = np.where((items >= 0) & (earlier >= 0), (items * count + earlier) * 2 + right, -1)
    return keys
