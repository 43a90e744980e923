"""A small attention model of what comes next, run by numpy from the weights that training exported.

One block of self-attention (Kang and McAuley, SASRec, ICDM 2018) with learned biases for how long ago a step was.
Only the last step asks, so keys, values and queries of a step depend on its credential alone and are kept ready.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Floats, Rows
from credpath.recommender.follow_text import Walked

HEADS = 2
STEPS = 30
EPSILON = 1e-5  # of the layer norms, as torch has it
# name: its shape in n credentials, d dimensions, w inner width of the feed-forward part
SHAPES: Mapping[str, str] = {
    "embedding": "nd", "out": "nd", "bias": "n", "ages": "ha", "query": "dd", "query_bias": "d", "key": "dd",
    "key_bias": "d", "value": "dd", "value_bias": "d", "mix": "dd", "mix_bias": "d", "widen": "wd", "widen_bias": "w",
    "narrow": "dw", "narrow_bias": "d", "first_scale": "d", "first_shift": "d", "second_scale": "d",
    "second_shift": "d", "last_scale": "d", "last_shift": "d",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AttentionWeights:
    """The exported weights by the names of SHAPES; rows of `embedding`, `out` and `bias` as in the models' ids."""

    arrays: Mapping[str, Floats]

    def save(self, folder: Path) -> None:
        """One npy file a weight."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in sorted(self.arrays.items()):
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @staticmethod
    def load(folder: Path, credentials: int) -> AttentionWeights:
        """Reads what `save` wrote. Raises ValueError where the weights do not fit together, OSError."""
        arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in SHAPES}
        sizes = {"n": credentials, "h": HEADS, "a": STEPS}
        sizes |= {"d": arrays["embedding"].shape[-1], "w": arrays["widen_bias"].shape[-1]}
        for name, shape in SHAPES.items():
            if arrays[name].shape != tuple(sizes[letter] for letter in shape) or not np.isfinite(arrays[name]).all():
                raise ValueError(f"the attention weights {name} do not fit")
        return AttentionWeights({name: array.astype(np.float32) for name, array in arrays.items()})


@dataclass(frozen=True, slots=True)
class BoundAttention:
    """The model in the order of a catalogue's rows.

    `source` (n,): row of the model, -1 where it does not know the credential. `rows` (known,): catalogue rows of the
    outputs. `queries`, `keys`, `values` (m, d): of each credential of the model.
    """

    weights: Mapping[str, Floats]
    source: Rows
    rows: Rows
    out: Floats
    bias: Floats
    queries: Floats
    keys: Floats
    values: Floats

    def add(self, histories: Walked, out: Floats, share: float) -> None:
        """Adds to `out` (learners, n) `share` of the chance of each credential to come next; 0 without a history."""
        rows, owner, _ = histories.recent(STEPS)
        source = self.source[rows]
        known = source >= 0
        source, owner = source[known], owner[known]
        starts = np.searchsorted(owner, np.arange(len(histories) + 1))
        # One learner at a time: a product of matrices rounds differently with the number of learners.
        for learner in range(len(histories)):
            steps = source[starts[learner] : starts[learner + 1]]
            if len(steps):
                out[learner, self.rows] += np.float32(share) * self._next(steps)

    def _next(self, steps: Rows) -> Floats:
        logits = self.out @ self._state(steps) + self.bias
        logits -= logits.max()
        chances: Floats = np.exp(logits, out=logits)
        chances /= chances.sum()
        return chances

    def _state(self, steps: Rows) -> Floats:
        """(d,) what the model makes of a history, oldest first."""
        weights, last, width = self.weights, steps[-1], self.keys.shape[1] // HEADS
        attended = np.empty(self.keys.shape[1], dtype=np.float32)
        ages = np.arange(len(steps))[::-1]
        for head in range(HEADS):
            span = slice(head * width, (head + 1) * width)
            likeness = self.keys[steps, span] @ self.queries[last, span] / np.float32(width**0.5)
            share = _softmax(likeness + weights["ages"][head, ages])
            attended[span] = share @ self.values[steps, span]
        state: Floats = weights["embedding"][last] + weights["mix"] @ attended + weights["mix_bias"]
        inner = weights["widen"] @ normed(state, weights["second_scale"], weights["second_shift"])
        state += weights["narrow"] @ gelu(inner + weights["widen_bias"]) + weights["narrow_bias"]
        return normed(state, weights["last_scale"], weights["last_shift"])


def save_attention(folder: Path, members: Sequence[AttentionWeights]) -> None:
    """One folder a member; the first has no number, as when there was only ever one."""
    for at, member in enumerate(members):
        member.save(_member(folder, at))


def load_attention(folder: Path, members: int, credentials: int) -> tuple[AttentionWeights, ...]:
    """What `save_attention` wrote. Raises ValueError where weights do not fit together, OSError."""
    return tuple(AttentionWeights.load(_member(folder, at), credentials) for at in range(members))


def _member(folder: Path, at: int) -> Path:
    return folder.with_name(f"{folder.name}_{at}") if at else folder


def bind_attention(weights: AttentionWeights, place: Rows, size: int) -> BoundAttention:
    """`place` (m,): the catalogue row of each of the model's credentials, `size` where the catalogue lacks it."""
    arrays = weights.arrays
    source = np.full(size + 1, -1, dtype=np.int32)
    source[place] = np.arange(len(place), dtype=np.int32)
    kept = place < size
    steps = normed(arrays["embedding"], arrays["first_scale"], arrays["first_shift"])
    queries, keys, values = (steps @ arrays[n].T + arrays[f"{n}_bias"] for n in ("query", "key", "value"))
    return BoundAttention(
        arrays, source[:-1], place[kept], arrays["out"][kept], arrays["bias"][kept], queries, keys, values
    )


def normed(states: Floats, scale: Floats, shift: Floats) -> Floats:
    """Layer norm over the last axis."""
    centred = states - states.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    found: Floats = centred / spread * scale + shift
    return found


def gelu(values: Floats) -> Floats:
    """Gaussian error linear unit by its tanh approximation (Hendrycks and Gimpel 2016)."""
    inner = np.float32(0.7978845608) * (values + np.float32(0.044715) * values**3)
    found = np.float32(0.5) * values * (np.float32(1.0) + np.tanh(inner))
    return found.astype(np.float32, copy=False)


def _softmax(values: NDArray[np.float32]) -> Floats:
    powers: Floats = np.exp(values - values.max())
    powers /= powers.sum()
    return powers
