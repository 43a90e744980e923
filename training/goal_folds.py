"""Holds labels out of a taxonomy, and asks the rest for them: how goals are fitted and measured alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from credpath.domain.skills import Taxonomy
from credpath.recommender.encoding import Encoder, FloatArray, normalise_text

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, order=True)
class Title:
    """A title of which the right occupation is known."""

    occupation_uri: str
    text: str


def alternative_titles(taxonomy: Taxonomy) -> list[Title]:
    """The alternative labels that differ from their occupation's preferred one, each text once; sorted."""
    titles = {
        (o.uri, normalise_text(label)): Title(o.uri, label)
        for o in taxonomy.occupations
        for label in sorted(o.alt_labels, reverse=True)
        if normalise_text(label) not in ("", normalise_text(o.label))
    }
    return [titles[key] for key in sorted(titles)]


def without(taxonomy: Taxonomy, titles: Collection[Title]) -> Taxonomy:
    """The taxonomy with these labels removed, in any spelling that normalises alike."""
    gone = {(title.occupation_uri, normalise_text(title.text)) for title in titles}
    occupations = tuple(
        replace(o, alt_labels=tuple(x for x in o.alt_labels if (o.uri, normalise_text(x)) not in gone))
        for o in taxonomy.occupations
    )
    return replace(taxonomy, occupations=occupations)


def deal(titles: Sequence[Title], hands: int, seed: int) -> list[list[Title]]:
    """The titles shuffled by `seed` and dealt into `hands` parts."""
    order = np.random.default_rng(seed).permutation(len(titles))
    return [[titles[i] for i in order[hand::hands]] for hand in range(hands)]


class RememberingEncoder:
    """Encodes a text once and remembers it: folds share nearly all of their texts. For training only; grows."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimensions = encoder.name, encoder.dimensions
        self._encoder = encoder
        self._rows: dict[str, FloatArray] = {}

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """(n, dimensions) unit rows."""
        folded = [normalise_text(text) for text in texts]
        missing = sorted({text for text in folded if text not in self._rows})
        self._rows.update(zip(missing, self._encoder.encode(missing), strict=True))
        return np.stack([self._rows[t] for t in folded]) if folded else np.zeros((0, self.dimensions), np.float32)
