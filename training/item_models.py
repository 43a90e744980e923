"""Fits the item-to-item models on sequences and packs them into the arrays that a bundle carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.co_completion import CoCompletion
from credpath.recommender.csr import Doubles, Floats, Offsets, Rows
from credpath.recommender.follow_arrays import ITEM_COLUMNS, PAIR_TABLES
from credpath.recommender.follow_attention import AttentionWeights
from training.attention_config import AttentionConfig
from training.item_contexts import fit_contexts
from training.item_pairs import StepPairs, pair_up, worth_covering
from training.item_tables import ItemModelConfig, ease, gram_matrix, item_knn, slist, source_diagonal, target_weights
from training.sequences import Sequences

__all__ = ["ItemModelConfig", "fit_co_completion"]

BLOCK = 4_000_000  # cells of one block of rows in one table
MOST_ENTRIES = 2_500_000  # pairs kept over all credentials, about 90 MB
NEXT_SHRINK, LIFT_SHRINK = 5.0, 20.0
# Steps from which on members are fitted side by side: two threads of one fit gain little, two fits gain all.
MEMBERS_APART = 100_000
LATE_SHARE = 0.1  # share of the log, the latest, that counts as lately


@dataclass(frozen=True)
class _Counts:
    """Everything that the tables are read from. `popular` (m,): the items that the dense models cover, ascending.

    `turned`: later * size + earlier, ascending, and the sum of "both" of each.
    """

    pairs: StepPairs
    popular: Offsets
    dense: Mapping[str, Floats]
    sums: Mapping[str, Floats]
    steps: Doubles
    weighted: Doubles
    sources: Doubles
    turned: tuple[Offsets, Floats]


def fit_co_completion(
    sequences: Sequences, config: ItemModelConfig | None = None, attention: tuple[AttentionWeights, ...] = ()
) -> CoCompletion:
    """All models of what follows. The same sequences, configuration and threads give the same arrays.

    `attention`: attention models of the same ids that are good enough as they are, instead of a new fit.
    """
    config = config or ItemModelConfig()
    counts = _count(sequences, config)
    size = len(sequences.ids)
    width = max(1, min(config.followers, MOST_ENTRIES // max(1, size), size))
    targets = np.full((size, width), size, dtype=np.int32)
    values = np.zeros((size, width, len(PAIR_TABLES)), dtype=np.float32)
    step = max(1, BLOCK // max(1, size))
    for start in range(0, size, step):
        rows = np.arange(start, min(start + step, size))
        tables = _tables(counts, rows, config)
        targets[rows], values[rows] = _truncate(tables, width, size)
    decays = {
        "slist": config.slist_decay, "ease": config.ease_decay,
        "item_knn": config.knn_decay, "markov": config.markov_decay,
    }  # fmt: skip
    items = _item_columns(sequences, counts)
    return CoCompletion(
        sequences.ids, targets, values, items, decays, attention or _attention(sequences, config.attention),
        fit_contexts(sequences),
    )  # fmt: skip


def _attention(sequences: Sequences, config: AttentionConfig) -> tuple[AttentionWeights, ...]:
    if config.positions == 0 or not len(sequences.items):
        return ()
    workers = min(config.threads, config.members)
    alone = replace(config, members=1, threads=max(1, config.threads // workers))
    each = [replace(alone, seed=config.seed + at) for at in range(config.members)]
    if workers == 1 or len(sequences.items) < MEMBERS_APART:
        members = [_member(sequences, one) for one in each]
    else:  # spawn: a fork after OpenMP was used hangs
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            members = list(pool.map(_member, [sequences] * len(each), each))
    return tuple(member for member in members if member is not None)


def _member(sequences: Sequences, config: AttentionConfig) -> AttentionWeights | None:
    from training.attention import fit_attention  # it loads torch, which takes seconds

    return fit_attention(sequences, config)


def _count(sequences: Sequences, config: ItemModelConfig) -> _Counts:
    pairs = pair_up(sequences, config.window, config.usual_length)
    steps = pairs.steps()
    popular = worth_covering(steps, config.most_dense)
    part = pairs if len(popular) == pairs.size else pairs.among(popular)
    dense = {
        "slist": slist(part, config.slist_decay, config.slist_reach, config.slist_ridge),
        "ease": ease(gram_matrix(part), config.ease_ridge),
    }
    far = np.where(pairs.distance <= 5, pairs.weight, 0.0)
    sums = {
        "both": pairs.summed(pairs.weight),
        "markov": pairs.summed(target_weights(pairs, config.markov_decay, config.slist_reach)),
        "next": pairs.summed(np.where(pairs.distance == 1, pairs.weight, 0.0)),
        "second": pairs.summed(np.where(pairs.distance == 2, pairs.weight, 0.0)),
        "soon": pairs.summed(far),
    }
    weighted, sources = pairs.steps(pairs.step_weight), source_diagonal(pairs, config.markov_decay)
    return _Counts(pairs, popular, dense, sums, steps, weighted, sources, _turned(pairs, sums["both"]))


def _turned(pairs: StepPairs, sums: Floats) -> tuple[Offsets, Floats]:
    keys = pairs.keys[0]
    turned = keys % max(1, pairs.size) * pairs.size + keys // max(1, pairs.size)
    order = np.argsort(turned, kind="stable")
    return turned[order], sums[order]


def _tables(counts: _Counts, rows: Offsets, config: ItemModelConfig) -> Floats:
    """(tables, rows, n) what each of PAIR_TABLES says, for some rows."""
    weighted, total = counts.weighted, max(1.0, float(counts.weighted.sum()))
    size, keys = counts.pairs.size, counts.pairs.keys[0]
    after = {name: _block(keys, sums, size, rows) for name, sums in counts.sums.items()}
    before = _block(*counts.turned, size, rows)
    both = after["both"] + before
    chance = (weighted[rows, None] + LIFT_SHRINK) * (weighted[None, :] + LIFT_SHRINK)
    known: dict[str, Callable[[], NDArray[np.floating]]] = {
        "slist": lambda: _dense_block(counts, "slist", rows),
        "ease": lambda: _dense_block(counts, "ease", rows),
        "item_knn": lambda: item_knn(both, weighted[rows], weighted, config.knn_power, config.knn_shrink),
        "markov": lambda: after["markov"] / (counts.sources[rows, None] + config.markov_shrink),
        "next": lambda: after["next"] / (weighted[rows, None] + NEXT_SHRINK),
        "second": lambda: after["second"] / (weighted[rows, None] + NEXT_SHRINK),
        "lift": lambda: np.where(after["soon"] > 0, np.log1p((after["soon"] + 0.5) * total / chance), 0.0),
        "order": lambda: np.where(both > 0, (after["both"] + 1.0) / (both + 2.0), 0.0),
    }
    tables = np.stack([np.asarray(known[name](), dtype=np.float32) for name in PAIR_TABLES])
    tables[:, np.arange(len(rows)), rows] = 0.0
    return tables


def _block(keys: Offsets, sums: Floats, size: int, rows: Offsets) -> Floats:
    """(rows, n) some rows of a table of sums."""
    out = np.zeros((len(rows), size), dtype=np.float32)
    low, high = np.searchsorted(keys, [rows[0] * size, (rows[-1] + 1) * size])
    out.reshape(-1)[keys[low:high] - rows[0] * size] = sums[low:high]
    return out


def _dense_block(counts: _Counts, name: str, rows: Offsets) -> Floats:
    if len(counts.popular) == counts.pairs.size:
        return counts.dense[name][rows]
    out = np.zeros((len(rows), counts.pairs.size), dtype=np.float32)
    if not len(counts.popular):
        return out
    place = np.searchsorted(counts.popular, rows)
    covered = counts.popular[np.minimum(place, len(counts.popular) - 1)] == rows
    out[np.ix_(covered, counts.popular)] = counts.dense[name][place[covered]]
    return out


def _truncate(tables: Floats, width: int, size: int) -> tuple[Rows, Floats]:
    """The `width` followers of each row that matter most to any retrieving table, and their values.

    A table's own scale does not count: its weights are compared by their root mean square within the row. Large
    negative weights matter as much as positive ones.
    """
    weight = np.abs(tables[:4])
    weight /= np.sqrt((weight * weight).mean(axis=2, keepdims=True)) + 1e-12
    strength = weight.max(axis=0)
    if width < size:
        chosen = np.sort(np.argpartition(-strength, width - 1, axis=1)[:, :width], axis=1)
    else:
        chosen = np.broadcast_to(np.arange(size), strength.shape)
    values = np.take_along_axis(tables, chosen[None], 2).transpose(1, 2, 0)
    return np.where((values != 0).any(axis=2), chosen, size).astype(np.int32), values


def _item_columns(sequences: Sequences, counts: _Counts) -> Floats:
    items, size, lengths = sequences.items, len(sequences.ids), sequences.lengths
    often = np.maximum(1.0, counts.steps)
    index = np.arange(len(items)) - sequences.indptr[:-1].repeat(lengths)
    steps = lengths.repeat(lengths)
    shown = {
        "popularity": np.log1p(counts.steps),
        "starts": _per_item(items, index == 0, size) / (often + 10.0),
        "ends": _per_item(items, sequences.from_end == 0, size) / (often + 10.0),
        "place": _per_item(items, index / np.maximum(1, steps - 1), size) / often,
        "reach": _per_item(items, np.log1p(steps), size) / often,
        "late": _lately(sequences, counts.steps),
    }
    return np.stack([shown[name] for name in ITEM_COLUMNS], axis=1).astype(np.float32)


def _per_item(items: Rows, weights: NDArray[np.generic], size: int) -> Doubles:
    return np.bincount(items, weights=weights.astype(np.float64), minlength=size).astype(np.float64)


def _lately(sequences: Sequences, steps: Doubles) -> Doubles:
    """Log of an item's share of the latest steps of the log against its share of all; 0 without times."""
    if sequences.times is None or not len(sequences.items):
        return np.zeros(len(steps))
    late = sequences.times >= np.quantile(sequences.times, 1.0 - LATE_SHARE)
    share = late.mean()
    recent = np.bincount(sequences.items[late], minlength=len(steps))
    trend: Doubles = np.log((recent + 5.0 * share) / (share * (steps + 5.0)))
    return trend
