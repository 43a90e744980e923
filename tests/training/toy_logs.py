"""Small logs whose right answers are obvious, for tests of what learns from sequences."""

from __future__ import annotations

import numpy as np

from training.attention_config import AttentionConfig
from training.item_tables import ItemModelConfig
from training.sequences import Sequences, pack_sequences

# The closed forms alone: the attention model takes a second or two even on a small log.
PLAIN = ItemModelConfig(attention=AttentionConfig(positions=0))


def chains(learners: int = 60, seed: int = 0) -> Sequences:
    """Two separate worlds: in one everybody goes a0 a1 a2 a3 a4 a5, in the other b0 .. b5; each begins anywhere."""
    dice = np.random.default_rng(seed)
    rows = []
    for learner in range(learners):
        world, first = "ab"[learner % 2], int(dice.integers(0, 3))
        rows += [(f"l{learner:03d}", f"{world}{first + step}", float(step)) for step in range(4)]
    return sequences_from(rows)


def wanderers(learners: int = 300, items: int = 30, seed: int = 0) -> Sequences:
    """Learners who mostly go on to one of the next three credentials of a circle."""
    dice = np.random.default_rng(seed)
    rows = []
    for learner in range(learners):
        at, time = int(dice.integers(0, items)), float(dice.integers(0, 1000))
        for _ in range(int(dice.integers(2, 8))):
            rows.append((f"l{learner:04d}", f"c{at:03d}", time))
            at = (at + int(dice.choice([1, 1, 1, 2, 3, int(dice.integers(0, items))]))) % items
            time += float(dice.integers(1, 50))
    return sequences_from(rows)


def sequences_from(rows: list[tuple[str, str, float]]) -> Sequences:
    """From (learner, credential, time)."""
    learners, credentials, times = zip(*rows, strict=True)
    return pack_sequences(learners, credentials, np.array(times))
