"""Fits the small attention model of what comes next, by sampled softmax over every position of every sequence.

Sampled softmax with the log of the sampling probability taken off: Bengio and Senecal (2008); without it the popular
credentials, which are sampled more often, would be unlearned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from credpath.recommender.csr import Doubles, Offsets
from credpath.recommender.follow_attention import HEADS, STEPS, AttentionWeights
from training.attention_config import AttentionConfig
from training.sequences import Sequences

FLATTENED = 0.6  # power of the popularity by which negatives are drawn
WINDOWS = 4  # of STEPS each that a learner gives at most, the latest


class AttentionNet(nn.Module):
    """The model as torch sees it; `credpath.recommender.follow_attention` computes the same with numpy."""

    def __init__(self, size: int, config: AttentionConfig) -> None:
        super().__init__()
        d = config.dimensions
        self.embedding, self.out = nn.Embedding(size + 1, d), nn.Embedding(size, d)
        self.bias = nn.Parameter(torch.zeros(size))
        slopes = torch.tensor([0.1, 0.5])[:, None]
        self.ages = nn.Parameter(-torch.arange(STEPS, dtype=torch.float32) * slopes)
        self.query, self.key, self.value, self.mix = (nn.Linear(d, d) for _ in range(4))
        self.widen, self.narrow = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.first, self.second, self.last = (nn.LayerNorm(d) for _ in range(3))
        self.dropout = nn.Dropout(config.dropout)
        for table in (self.embedding, self.out):
            nn.init.normal_(table.weight, 0.0, 0.5 * d**-0.5)

    def forward(self, steps: Tensor) -> Tensor:
        """(learners, steps, d) what is made of each prefix of `steps` (learners, steps)."""
        learners, count = steps.shape
        taken = self.dropout(self.embedding(steps))
        seen = self.first(taken)
        query, key, value = (
            part(seen).view(learners, count, HEADS, -1).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        at = torch.arange(count)
        age = (at[:, None] - at[None, :]).clamp(0, STEPS - 1)
        future = torch.tensor(float("-inf")).where(at[:, None] < at[None, :], self.ages[:, age])
        share = torch.softmax(query @ key.transpose(2, 3) / query.shape[-1] ** 0.5 + future, -1)
        state = taken + self.dropout(self.mix((share @ value).transpose(1, 2).reshape(learners, count, -1)))
        inner = functional.gelu(self.widen(self.second(state)), approximate="tanh")
        found: Tensor = self.last(state + self.dropout(self.narrow(inner)))
        return found


def fit_attention(sequences: Sequences, config: AttentionConfig) -> AttentionWeights | None:
    """None where the configuration leaves it out or there is no pair of steps.

    Same input, seed and threads, same weights.
    """
    windows = _windows(sequences)
    positions = int((windows[:, 1] - windows[:, 0] - 1).sum())
    if not positions or config.positions == 0:
        return None
    threads = torch.get_num_threads()
    torch.set_num_threads(config.threads)
    try:
        with torch.random.fork_rng():
            torch.manual_seed(config.seed)
            return _fit(sequences, windows, positions, config)
    finally:
        torch.set_num_threads(threads)


def _fit(sequences: Sequences, windows: Offsets, positions: int, config: AttentionConfig) -> AttentionWeights:
    size = len(sequences.ids)
    counts = np.bincount(sequences.items, minlength=size) + 1.0
    net = AttentionNet(size, config)
    net.bias.data = torch.tensor(np.log(counts / counts.sum()), dtype=torch.float32)
    fit = torch.optim.Adam(net.parameters(), lr=config.learning_rate, betas=(0.9, 0.99))
    dice = np.random.default_rng(config.seed)
    epochs = max(1, min(config.epochs, config.positions // positions))
    # Small logs in small batches: it is the number of steps of the fit that counts.
    batch = int(min(config.batch, max(64, positions // 100)))
    negatives = _Negatives(np.asarray(counts**FLATTENED, dtype=np.float64), min(config.negatives, size), dice)
    total, done = epochs * len(list(_batches(windows, batch, dice))), 0
    rise = max(1, min(200, total // 10))
    for _ in range(epochs):
        for chosen in _batches(windows, batch, dice):
            for group in fit.param_groups:
                group["lr"] = config.learning_rate * min(1.0, (done + 1) / rise) * max(0.02, 1.0 - done / total)
            fit.zero_grad(set_to_none=True)
            _loss(net, _padded(sequences, chosen, size), negatives).backward()  # type: ignore[no-untyped-call]
            fit.step()
            done += 1
    return exported(net)


@dataclass
class _Negatives:
    """Draws credentials by weight, with the log of how often each is expected among the drawn."""

    weights: Doubles
    count: int
    dice: np.random.Generator

    def __post_init__(self) -> None:
        self.chances = self.weights / self.weights.sum()
        self.cumulated = np.cumsum(self.chances)
        self.expected = torch.tensor(np.log(self.chances * self.count), dtype=torch.float32)

    def draw(self) -> Tensor:
        drawn = np.searchsorted(self.cumulated, self.dice.random(self.count) * self.cumulated[-1], side="right")
        return torch.from_numpy(np.minimum(drawn, len(self.chances) - 1))


def _loss(net: AttentionNet, steps: Tensor, negatives: _Negatives) -> Tensor:
    targets = steps[:, 1:]
    real = targets < len(net.bias)
    states, targets = net(steps[:, :-1])[real], targets[real]
    right = (states * net.out(targets)).sum(1) + net.bias[targets]
    drawn = negatives.draw()
    wrong = states @ net.out(drawn).T + net.bias[drawn] - negatives.expected[drawn]
    wrong = wrong.masked_fill(drawn[None, :] == targets[:, None], -1e4)
    loss: Tensor = functional.softplus(torch.logsumexp(wrong, 1) - right).mean()
    return loss


def _windows(sequences: Sequences) -> Offsets:
    """(windows, 2) from where to where in the items: runs of at most STEPS + 1 steps that overlap by one."""
    found: list[tuple[int, int]] = []
    for start, end in zip(sequences.indptr[:-1].tolist(), sequences.indptr[1:].tolist(), strict=True):
        ends = range(end, start + 1, -STEPS)[:WINDOWS]
        found += [(max(start, last - STEPS - 1), last) for last in ends]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _batches(windows: Offsets, batch: int, dice: np.random.Generator) -> Iterator[Offsets]:
    """Windows of about the same length together, about `batch` steps a batch, batches in any order."""
    lengths = windows[:, 1] - windows[:, 0]
    order = dice.permutation(len(windows))
    order = order[np.argsort(lengths[order], kind="stable")]
    ends = np.cumsum(lengths[order])
    cuts = np.unique(np.searchsorted(ends, np.arange(batch, ends[-1], batch)))
    parts = [part for part in np.split(order, cuts) if len(part)]
    for at in dice.permutation(len(parts)):
        yield windows[parts[at]]


def _padded(sequences: Sequences, windows: Offsets, padding: int) -> Tensor:
    longest = int((windows[:, 1] - windows[:, 0]).max())
    place = windows[:, :1] + np.arange(longest)[None, :]
    inside = place < windows[:, 1:]
    items = sequences.items[np.minimum(place, len(sequences.items) - 1)]
    return torch.from_numpy(np.where(inside, items, padding).astype(np.int64))


def exported(net: AttentionNet) -> AttentionWeights:
    """The weights by the names that serving knows."""
    arrays: dict[str, Any] = {"embedding": net.embedding.weight[:-1], "out": net.out.weight, "bias": net.bias}
    arrays["ages"] = net.ages
    for name in ("query", "key", "value", "mix", "widen", "narrow"):
        layer = getattr(net, name)
        arrays |= {name: layer.weight, f"{name}_bias": layer.bias}
    for name in ("first", "second", "last"):
        norm = getattr(net, name)
        arrays |= {f"{name}_scale": norm.weight, f"{name}_shift": norm.bias}
    return AttentionWeights({name: _numpy(array) for name, array in arrays.items()})


def _numpy(array: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(array.detach().numpy().astype(np.float32))
