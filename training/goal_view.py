"""Fits the learned view of job titles: labels of one occupation are drawn together, those of others apart.

Contrastive (InfoNCE with in-batch negatives, both directions) over pairs of labels of one occupation; the model is
a bag of hashed words and letters plus a projection of the frozen encoder's vector. Seconds on two cores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from credpath.recommender.csr import gather, offsets
from credpath.recommender.encoding import FloatArray
from credpath.recommender.goal_arrays import Bytes
from credpath.recommender.goal_view import GoalView, term_key, view_terms

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ViewConfig:
    """How the view is fitted. Chosen on ESCO with a quarter of the alternative labels held out."""

    dimensions: int = 128
    epochs: int = 6
    batch: int = 512
    learning_rate: float = 5e-3
    temperature: float = 0.06
    fewest: int = 2  # labels that must have a term for it to get a row
    dropout: float = 0.1
    term_dropout: float = 0.3


class _Model(nn.Module):
    def __init__(self, idf: Tensor, inputs: int, config: ViewConfig) -> None:
        super().__init__()
        self.bag = nn.EmbeddingBag(len(idf), config.dimensions, mode="sum")
        nn.init.normal_(self.bag.weight, std=config.dimensions**-0.5)
        self.weights = nn.Parameter(idf / 8)
        self.projection = nn.Linear(inputs, config.dimensions, bias=False)
        nn.init.orthogonal_(self.projection.weight)
        self.gate = nn.Parameter(torch.ones(1))
        self.drop = nn.Dropout(config.dropout)
        self.term_dropout = config.term_dropout

    def forward(self, terms: Tensor, starts: Tensor, vectors: Tensor) -> Tensor:
        weights = torch.relu(self.weights)[terms]
        if self.training and self.term_dropout:
            weights = weights * (torch.rand_like(weights) > self.term_dropout)
        bag = normalize(self.bag(terms, starts, per_sample_weights=weights), dim=1, eps=1e-4)
        seen: Tensor = normalize(bag + self.gate * normalize(self.projection(self.drop(vectors)), dim=1), dim=1)
        return seen


@dataclass(frozen=True, slots=True)
class _Labels:
    """Term numbers of each label (starts, terms), its vector, and the span of its occupation's labels."""

    starts: Ints
    terms: Ints
    vectors: Tensor
    first: Ints
    count: Ints

    def batch(self, rows: Ints) -> tuple[Tensor, Tensor, Tensor]:
        flat, _ = gather(self.starts, rows)
        begins = offsets(self.starts[rows + 1] - self.starts[rows])[:-1]
        return torch.from_numpy(self.terms[flat]), torch.from_numpy(begins), self.vectors[torch.from_numpy(rows)]

    def partners(self, rows: Ints, dice: np.random.Generator) -> Ints:
        """Another label of the same occupation for each row."""
        step = 1 + (dice.random(len(rows)) * (self.count[rows] - 1)).astype(np.int64)
        partners: Ints = self.first[rows] + (rows - self.first[rows] + step) % self.count[rows]
        return partners


def fit_view(texts: Sequence[str], vectors: FloatArray, occupations: Ints, seed: int, config: ViewConfig) -> GoalView:
    """`texts` (normalised) and `vectors` of labels, `occupations` their numbers, ascending. Same seed, same view."""
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    keys, idf, starts, terms = _term_table(texts, config.fewest)
    first = np.searchsorted(occupations, occupations).astype(np.int64)
    count = np.searchsorted(occupations, occupations, side="right") - first
    labels = _Labels(starts, terms, torch.from_numpy(np.ascontiguousarray(vectors, np.float32)), first, count)
    model = _Model(torch.from_numpy(idf), vectors.shape[1], config)
    _optimise(model, labels, np.flatnonzero(count > 1), torch.from_numpy(occupations.astype(np.int64)), dice, config)
    with torch.no_grad():
        table = (model.bag.weight * torch.relu(model.weights)[:, None]).numpy()
        return GoalView(
            keys, Bytes.of(table), model.projection.weight.numpy().astype(np.float32), model.gate.numpy().copy()
        )


def _optimise(
    model: _Model, labels: _Labels, rows: Ints, owners: Tensor, dice: np.random.Generator, config: ViewConfig
) -> None:
    size = min(config.batch, len(rows))
    steps = config.epochs * (len(rows) // size) if size > 1 else 0
    if not steps:
        return
    optimiser = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.learning_rate, total_steps=steps + 1)
    model.train()
    for _ in range(config.epochs):
        shuffled = dice.permutation(rows)
        for start in range(0, len(shuffled) - size + 1, size):
            loss = _loss(model, labels, shuffled[start : start + size], owners, dice, config.temperature)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    model.eval()


def _loss(
    model: _Model, labels: _Labels, rows: Ints, owners: Tensor, dice: np.random.Generator, temperature: float
) -> Tensor:
    here = model(*labels.batch(rows))
    there = model(*labels.batch(labels.partners(rows, dice)))
    scores = here @ there.T / temperature
    owner = owners[torch.from_numpy(rows)]
    same = owner[:, None] == owner[None, :]
    scores = scores.masked_fill(same.fill_diagonal_(False), -1e9)
    right = torch.arange(len(rows))
    return cross_entropy(scores, right) + cross_entropy(scores.T, right)


def _term_table(texts: Sequence[str], fewest: int) -> tuple[NDArray[np.uint32], FloatArray, Ints, Ints]:
    """(keys ascending, idf, starts, terms) of the terms that at least `fewest` texts have."""
    hashed = [[term_key(term) for term in view_terms(text)] for text in texts]
    df = Counter(key for one in hashed for key in set(one))
    keys = sorted(key for key, count in df.items() if count >= fewest)
    at = {key: number for number, key in enumerate(keys)}
    kept = [[at[key] for key in one if key in at] for one in hashed]
    idf = np.log(len(texts) / np.array([df[key] for key in keys], np.float32)).astype(np.float32)
    starts = offsets(np.array([len(one) for one in kept], np.int64))
    return np.array(keys, np.uint32), idf, starts, np.array([t for one in kept for t in one], np.int64)
