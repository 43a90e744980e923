"""The LambdaRank fit: one place for the rows of decisions and of replayed steps alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.csr import Floats, Mask
from training.bagged import Bagged

# What a grade 0..4 is worth in NDCG: linear, since 2^label - 1 would make a completion worth fifteen clicks.
LABEL_GAIN = (0, 1, 2, 3, 4)
# The mean reward of each grade (`credpath.domain.rewards`): what the pointwise objective predicts.
GRADE_REWARD = (0.0, 0.07, 0.3, 0.4, 0.95)
LAMBDARANK, REWARD = "lambdarank", "reward"


@dataclass(frozen=True, slots=True)
class RankerTable:
    """Rows to rank, group after group.

    `features` (n, F) float32, columns as in `names`; `groups` (g,) how many rows each question has, summing to n;
    `labels` (n,) whole grades 0..4; `weights` (n,) or None: what a row counts for, alike within a group as a rule.
    """

    features: Floats
    names: tuple[str, ...]
    groups: NDArray[np.integer]
    labels: NDArray[np.integer]
    weights: NDArray[np.floating] | None = None

    def __post_init__(self) -> None:
        rows = len(self.features)
        sizes = {rows, int(self.groups.sum()), len(self.labels)}
        if self.features.ndim != 2 or len(sizes) != 1 or self.features.shape[1] != len(self.names):
            raise InvalidInput("features, names, groups and labels do not fit together", where="ranker table")
        if self.weights is not None and len(self.weights) != rows:
            raise InvalidInput("there is not one weight a row", where="ranker table")
        if rows and not 0 <= self.labels.min() <= self.labels.max() < len(LABEL_GAIN):
            raise InvalidInput("a label is not a grade of 0 to 4", where="ranker table")

    def take(self, groups: Mask) -> RankerTable:
        """The groups where the mask is true."""
        rows = groups.repeat(self.groups)
        weights = None if self.weights is None else self.weights[rows]
        return RankerTable(self.features[rows], self.names, self.groups[groups], self.labels[rows], weights)


@dataclass(frozen=True, slots=True)
class RankerConfig:
    """How the forest is grown; every default is a sound start for some thousand groups.

    `trees`: the most there are; `early_stopping`: rounds without gain on the validation part before it stops, 0 for
    never. `truncation`: LambdaRank's depth, some way beyond the depth that is judged. `objective` "reward": the graded
    reward of each row by cross-entropy, for slates, whose few rows tell more apart than together. `bags`: forests that
    differ by their draws alone, of which the mean counts.
    """

    objective: str = LAMBDARANK
    trees: int = 400
    leaves: int = 31
    learning_rate: float = 0.08
    min_rows_in_leaf: int = 50
    early_stopping: int = 30
    truncation: int = 20
    judged_at: int = 10
    row_share: float = 1.0
    column_share: float = 0.8
    l2: float = 1.0
    bins: int = 255
    bags: int = 1
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        if self.objective not in (LAMBDARANK, REWARD):
            raise InvalidInput(f"objective {self.objective!r}", where="ranker", fix=f"{LAMBDARANK} or {REWARD}")
        if not 2 <= self.leaves <= 64:
            raise InvalidInput(f"{self.leaves} leaves", where="ranker.leaves", fix="2 to 64")
        if (
            min(self.trees, self.min_rows_in_leaf, self.threads, self.truncation, self.bags) < 1
            or self.early_stopping < 0
        ):
            raise InvalidInput(
                "a count below 1", where="ranker", fix="trees, bags, min_rows_in_leaf, threads of at least 1"
            )
        if not (0 < self.learning_rate <= 1 and 0 < self.row_share <= 1 and 0 < self.column_share <= 1):
            raise InvalidInput("a share beyond 0..1", where="ranker", fix="learning_rate, row_share, column_share")


def parameters(config: RankerConfig, names: tuple[str, ...], monotone: Mapping[str, int]) -> dict[str, Any]:
    """LightGBM's parameters; `lightgbm.dask` takes the same ones."""
    unknown = sorted(set(monotone) - set(names))
    if unknown:
        raise InvalidInput(f"no feature {unknown[0]!r} in the table", where="monotone")
    return {
        **_objective(config),
        "num_leaves": config.leaves, "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.min_rows_in_leaf, "min_sum_hessian_in_leaf": 1e-3, "lambda_l2": config.l2,
        "max_bin": config.bins, "feature_fraction": config.column_share,
        "bagging_fraction": config.row_share, "bagging_freq": int(config.row_share < 1),
        "monotone_constraints": [int(monotone.get(name, 0)) for name in names],
        "deterministic": True, "force_row_wise": True, "seed": config.seed, "num_threads": config.threads,
        "verbosity": -1,
    }  # fmt: skip


def _objective(config: RankerConfig) -> dict[str, Any]:
    if config.objective == REWARD:
        return {"objective": "cross_entropy", "metric": "cross_entropy"}
    return {
        "objective": "lambdarank", "metric": "ndcg", "eval_at": [config.judged_at], "label_gain": list(LABEL_GAIN),
        "lambdarank_truncation_level": config.truncation, "bagging_by_query": True,
    }  # fmt: skip


def fit_ranker(
    train: RankerTable, valid: RankerTable | None, config: RankerConfig, monotone: Mapping[str, int] | None = None
) -> Any:
    """A `lightgbm.Booster` or `Bagged` ones, stopped early where a validation part says so. Same input and seed, same
    forest.

    `monotone`: feature -> 1 (more never lowers the score) or -1. Raises InvalidInput for a table without any label.
    """
    import lightgbm

    if not len(train.features) or not train.labels.any():
        raise InvalidInput("there is no row with a label above 0", where="ranker", fix="log more outcomes")
    settings = parameters(config, train.names, monotone or {})
    whole = _dataset(train, settings, config, None)
    held = [_dataset(valid, settings, config, whole)] if valid is not None and valid.labels.any() else []
    grown = []
    for bag in range(config.bags):
        # The seed of the rows' bins stays that of the data set, which all share.
        draws = {"feature_fraction_seed": config.seed + bag, "bagging_seed": config.seed + bag} if bag else {}
        stop: list[Any] = []
        if held and config.early_stopping:
            stop.append(lightgbm.early_stopping(config.early_stopping, verbose=False))
        grown.append(lightgbm.train(settings | draws, whole, config.trees, valid_sets=held, callbacks=stop))
    return grown[0] if len(grown) == 1 else Bagged(tuple(grown))


def _dataset(table: RankerTable, settings: Mapping[str, Any], config: RankerConfig, reference: Any) -> Any:
    import lightgbm

    pointwise = config.objective == REWARD
    return lightgbm.Dataset(
        table.features, label=np.array(GRADE_REWARD)[table.labels] if pointwise else table.labels,
        group=None if pointwise else table.groups, weight=table.weights, reference=reference,
        feature_name=list(table.names), params=dict(settings), free_raw_data=True,
    )  # fmt: skip
