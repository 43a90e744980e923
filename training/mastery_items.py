"""What training learners tell of items: how easy, how telling, and which answers go together with which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.domain.mastery_parameters import RECENT_ANSWERS
from credpath.recommender.csr import Doubles, Floats, Offsets
from credpath.recommender.mastery_items import ItemTable, Keys, pair_key
from training.mastery_rasch import Rasch, fit_rasch
from training.responses import Responses

# Information (expected right times expected wrong, summed over answers) that an effect must outweigh.
ITEM_SHRINKAGE, PAIR_SHRINKAGE, SLOPE_SHRINKAGE = 1.0, 1.6, 3.0
FIRST_PAIRS = 3.0  # answers, with which the share of right ones before an item starts
# Pairs that were seen once tell too, together with the others of the last answers; beyond so many the most telling.
MOST_PAIRS = 3_000_000
LIKENESS_SHRINKAGE = 5.0  # answers to an item
CONSTANT = 1.5  # the first coordinate of every item: the general standing
LEAST_LEARNERS = 30


@dataclass(frozen=True, slots=True)
class FittedItems:
    """`table` of the items that were met; `row` (T,) the table's row of each thing, -1 for one that was not met.

    `skills` (S,): easiness of each, middle included; `near` (S, S) sparse as (skill, other, weight) arrays.
    """

    table: ItemTable
    row: Keys
    skills: Doubles
    middle: float
    rasch: Rasch


def things_of(answers: Responses) -> tuple[Offsets, tuple[str, ...]]:
    """((n,) code, words) of what was asked: the item, or the first of the skills where none is named."""
    first = answers.skills[answers.starts[:-1]].astype(np.int64)
    thing = np.where(answers.item >= 0, answers.item, len(answers.items) + first)
    return thing, (*answers.items, *answers.skill_names)


def before(answers: Responses) -> tuple[Offsets, NDArray[np.bool_]]:
    """((n, RECENT_ANSWERS) rows of the answers before, -1 for none, the latest first, whether each was right)."""
    row = np.arange(len(answers), dtype=np.int64)[:, None] - np.arange(1, RECENT_ANSWERS + 1)
    row = np.where(np.arange(RECENT_ANSWERS) < answers.earlier()[:, None], row, -1)
    return row, (row >= 0) & (answers.correct[row] == 1)


def fit_items(answers: Responses, dimensions: int, seed: int) -> FittedItems:
    """From training learners alone. `dimensions`: of the space of items; 0 for none."""
    thing, words = things_of(answers)
    rasch = fit_rasch(answers, thing, len(words))
    counts = np.bincount(thing, minlength=len(words))
    ids, row = np.flatnonzero(counts), np.full(len(words), -1, dtype=np.int64)
    row[ids] = np.arange(len(ids))
    item, count = row[thing], len(ids)
    easiness = _sums(item, _base(answers, rasch), count) / counts[ids] + rasch.middle + rasch.own[ids]
    keys, effects, weights = _pairs(answers, item, rasch, count)
    table = ItemTable(
        tuple(words[at] for at in ids.tolist()),
        easiness,
        _vectors(answers, item, rasch, count, dimensions, seed),
        _context(answers, item, rasch, rasch.own[ids], counts[ids]),
        keys, effects, weights,
    )  # fmt: skip
    return FittedItems(table, row, rasch.skills + rasch.middle, rasch.middle, rasch)


def _sums(code: Offsets, values: Doubles, count: int) -> Doubles:
    summed: Doubles = np.bincount(code, weights=values, minlength=count).astype(np.float64)
    return summed


def _base(answers: Responses, rasch: Rasch) -> Doubles:
    share = 1.0 / np.diff(answers.starts)[answers.owner()]
    return _sums(answers.owner(), share * rasch.skills[answers.skills], len(answers))


def _context(answers: Responses, item: Offsets, rasch: Rasch, own: Doubles, met: Offsets) -> Floats:
    """The columns CONTEXT."""
    surprise, information = answers.correct - rasch.chance, rasch.chance * (1.0 - rasch.chance)
    ability = rasch.ability[answers.learner]
    slope = _sums(item, surprise * ability, len(own)) / (
        _sums(item, information * ability**2, len(own)) + SLOPE_SHRINKAGE
    )
    follows = answers.earlier() > 0
    right = np.roll(answers.correct, 1) == 1
    after = [
        _sums(item[which], surprise[which], len(own))
        / (_sums(item[which], information[which], len(own)) + ITEM_SHRINKAGE)
        for which in (follows & right, follows & ~right)
    ]
    usual = float(answers.correct.mean())
    following = _sums(item[follows], np.ones(int(follows.sum())), len(own))
    before_right = _sums(item[follows], right[follows].astype(float), len(own))
    rights = (before_right + FIRST_PAIRS * usual) / (following + FIRST_PAIRS) - usual
    return np.stack([own, np.log1p(met), slope, *after, rights], axis=1).astype(np.float32)


def _pairs(answers: Responses, item: Offsets, rasch: Rasch, count: int) -> tuple[Keys, Floats, Floats]:
    """(keys, effect in log-odds, information) of what came within the last answers before an item."""
    rows, rights = before(answers)
    surprise, information = answers.correct - rasch.chance, rasch.chance * (1.0 - rasch.chance)
    keys = [
        pair_key(item, np.where(row >= 0, item[row], -1), right, count)
        for row, right in zip(rows.T, rights.T, strict=True)
    ]
    key, known = np.concatenate(keys), np.concatenate(keys) >= 0
    found, which = np.unique(key[known], return_inverse=True)
    size = len(found)
    lags = len(keys)
    weight = _sums(which, np.tile(information, lags)[known], size)
    effect = _sums(which, np.tile(surprise, lags)[known], size) / (weight + PAIR_SHRINKAGE)
    keep = np.ones(size, dtype=bool)
    if size > MOST_PAIRS:
        keep[np.argsort(-np.abs(effect) * np.sqrt(weight), kind="stable")[MOST_PAIRS:]] = False
    return found[keep], effect[keep].astype(np.float32), weight[keep].astype(np.float32)


def _vectors(answers: Responses, item: Offsets, rasch: Rasch, count: int, dimensions: int, seed: int) -> Floats:
    """(count, 1 + dimensions) from the singular vectors of surprises, learners by items; rare items lie near 0."""
    learners = len(np.unique(answers.learner))
    dimensions = min(dimensions, count - 1, learners - 1) if learners >= LEAST_LEARNERS else 0
    constant = np.full((count, 1), CONSTANT, dtype=np.float32)
    if dimensions < 1:
        return constant
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import svds

    information = rasch.chance * (1.0 - rasch.chance)
    surprise = (answers.correct - rasch.chance) / np.sqrt(information + 0.05)
    scale = 1.0 / np.sqrt(np.bincount(item, minlength=count) + LIKENESS_SHRINKAGE)
    table = csr_matrix((surprise * scale[item], (answers.learner, item)), shape=(len(answers.learners), count))
    _, values, vectors = svds(table, k=dimensions, v0=np.random.default_rng(seed).random(min(table.shape)))
    places = (vectors * values[:, None]).T * scale[:, None]
    places /= np.sqrt((places**2).sum(axis=1).mean() + 1e-12)
    return np.concatenate([constant, places.astype(np.float32)], axis=1)
