from __future__ import annotations

import numpy as np

from credpath.domain.skills import Occupation, Taxonomy
from credpath.recommender.encoding import HashEncoder, normalise_text
from tests.training.goal_towns import large_taxonomy
from training.goal_folds import RememberingEncoder, Title, alternative_titles, deal, without

TAXONOMY = Taxonomy(
    "t", "1", "", (), (Occupation("o:a", "Baker", ("bread maker", "BAKER", "Bread  Maker", "roll maker")),)
)


def test_titles_are_the_labels_that_differ_from_the_preferred_one_each_once() -> None:
    assert [normalise_text(title.text) for title in alternative_titles(TAXONOMY)] == ["bread maker", "roll maker"]


def test_a_held_out_label_goes_in_every_spelling() -> None:
    assert without(TAXONOMY, [Title("o:a", "bread maker")]).occupations[0].alt_labels == ("BAKER", "roll maker")


def test_hands_are_disjoint_whole_and_the_same_for_the_same_seed() -> None:
    titles = alternative_titles(large_taxonomy())
    hands = deal(titles, 4, seed=3)
    assert sorted(title for hand in hands for title in hand) == titles
    assert deal(titles, 4, seed=3) == hands
    assert deal(titles, 4, seed=4) != hands


class Counting(HashEncoder):
    """Counts the texts that it encodes."""

    encoded = 0

    def encode(self, texts):  # type: ignore[no-untyped-def]
        self.encoded += len(texts)
        return super().encode(texts)


def test_a_text_is_encoded_once_however_often_it_is_asked_for() -> None:
    counting = Counting(32)
    remembering = RememberingEncoder(counting)
    first = remembering.encode(["a", "b", "A"])
    again = remembering.encode(["b", "a"])
    assert counting.encoded == 2
    assert np.array_equal(first[[1, 0]], again)
    assert remembering.encode([]).shape == (0, 32)
