"""The ranker's fit past one machine: the same parameters, over Dask workers, with one setting to choose it.

Dask, pandas and LightGBM's wrapper are imported where they are used: a fit in this process needs no Dask at all.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput, NotReady
from training.ranker import RankerConfig, RankerTable, fit_ranker, parameters
from training.slate_metrics import grouped_ndcg

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class DaskConfig:
    """Where a fit runs: `workers` processes of this machine, or all workers of a running `scheduler` (tcp://host:port).

    Neither, which is the default, is a fit in this process. `wait_seconds`: for a scheduler and its first worker.
    LightGBM's own listeners take a free port on every interface of a worker's machine, whatever address Dask uses:
    on a shared network run workers behind a firewall.
    """

    workers: int = 0
    scheduler: str = ""
    wait_seconds: float = 60.0

    def __post_init__(self) -> None:
        if not 0 <= self.workers <= 256:
            raise InvalidInput(f"{self.workers} workers", where="distributed.workers", fix="0 to 256")
        if self.scheduler and "://" not in self.scheduler:
            fix = "for example tcp://10.0.0.5:8786"
            raise InvalidInput(f"{self.scheduler!r} is no address", where="distributed.scheduler", fix=fix)
        if self.workers and self.scheduler:
            raise InvalidInput("workers and scheduler exclude each other", where="distributed", fix="give one")

    @property
    def asked(self) -> bool:
        """Whether a fit is to run on Dask at all."""
        return bool(self.workers or self.scheduler)


def fit_anywhere(
    train: RankerTable,
    valid: RankerTable | None,
    config: RankerConfig,
    monotone: Mapping[str, int] | None = None,
    where: DaskConfig | None = None,
) -> Any:
    """A `lightgbm.Booster`, fitted in this process or on Dask as `where` says. Raises as the two fits do."""
    if where is None or not where.asked:
        return fit_ranker(train, valid, config, monotone)
    return fit_ranker_distributed(train, valid, config, monotone, where)


def fit_ranker_distributed(
    train: RankerTable,
    valid: RankerTable | None,
    config: RankerConfig,
    monotone: Mapping[str, int] | None,
    where: DaskConfig,
) -> Any:
    """A `lightgbm.Booster` grown on the rows of all workers, each holding whole groups.

    LightGBM's distributed learner cannot stop early, so every tree is grown and the forest cut back to where early
    stopping would have. Raises InvalidInput for a table without any label, NotReady when no worker answers.
    """
    if not len(train.features) or not train.labels.any():
        raise InvalidInput("there is no row with a label above 0", where="ranker", fix="log more outcomes")
    settings = parameters(config, train.names, monotone or {})
    with _client(where) as client:
        addresses = _workers(client, where.wait_seconds)
        booster = _fit(client, train, settings, config.trees, addresses)
    if valid is None or not valid.labels.any() or not config.early_stopping:
        return booster
    return _cut_back(booster, best_trees(booster, valid, config))


def partitions(groups: NDArray[np.integer], parts: int) -> list[tuple[slice, slice]]:
    """(rows, groups) of at most `parts` contiguous pieces with about as many rows each; no group is divided."""
    ends = np.cumsum(groups)
    wanted = ends[-1] * (np.arange(1, parts) / parts)
    cuts = [0, *np.unique(np.searchsorted(ends, wanted) + 1).tolist(), len(groups)]
    rows = [0, *ends.tolist()]
    pairs = [(a, b) for a, b in pairwise(cuts) if b > a]
    return [(slice(rows[a], rows[b]), slice(a, b)) for a, b in pairs]


def best_trees(booster: Any, valid: RankerTable, config: RankerConfig) -> int:
    """How many trees early stopping keeps: the best NDCG before `early_stopping` rounds without a better one."""
    scores = np.zeros(len(valid.features))
    best, kept = -1.0, 1
    for tree in range(booster.num_trees()):
        scores += booster.predict(valid.features, start_iteration=tree, num_iteration=1, raw_score=True)
        reached = float(np.nanmean(grouped_ndcg(scores, valid.labels, valid.groups, config.judged_at)))
        if reached > best:
            best, kept = reached, tree + 1
        elif tree + 1 - kept >= config.early_stopping:
            break
    return kept


def _cut_back(booster: Any, trees: int) -> Any:
    import lightgbm

    return lightgbm.Booster(model_str=booster.model_to_string(num_iteration=trees))


@contextmanager
def _client(where: DaskConfig) -> Iterator[Any]:
    import distributed

    logging.getLogger("distributed").setLevel(logging.ERROR)  # it tells of every worker that comes and goes
    untyped: Any = distributed
    if where.scheduler:
        with _connected(where) as client:
            yield client
        return
    # One thread a worker, as many workers as asked for: LightGBM takes its thread count from the worker's. Spawned
    # (Dask's default), since a fork after OpenMP was used hangs. No memory limit: a worker that Dask pauses for it
    # would leave the others waiting for its histograms. No dashboard, nothing but loopback.
    with (
        TemporaryDirectory(prefix="credpath-dask-") as folder,
        untyped.LocalCluster(
            n_workers=where.workers, threads_per_worker=1, processes=True, host=LOOPBACK, memory_limit=0,
            dashboard_address=f"{LOOPBACK}:0", scheduler_kwargs={"dashboard": False}, worker_dashboard_address=None,
            local_directory=folder, silence_logs=40,
        ) as cluster,
        untyped.Client(cluster) as client,
    ):  # fmt: skip
        client.run(mute)
        yield client


def mute() -> None:
    """Ends what this process and its threads print to stdout: there a --json answer stands alone.

    In a worker LightGBM tells of its sockets before it has read its verbosity, past any logger of Python's.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _connected(where: DaskConfig) -> Any:
    import distributed

    untyped: Any = distributed
    try:
        return untyped.Client(where.scheduler, timeout=where.wait_seconds)
    except (OSError, ValueError) as error:
        fix = "start `dask scheduler` there, or set `workers` instead"
        raise NotReady(
            f"no Dask scheduler answers at {where.scheduler}", where="distributed.scheduler", fix=fix
        ) from error


def _workers(client: Any, seconds: float) -> list[str]:
    """Addresses of the workers, sorted. Raises NotReady when the scheduler has none."""
    from distributed import TimeoutError as NoWorker

    try:
        client.wait_for_workers(1, timeout=seconds)
    except NoWorker as error:
        raise NotReady(
            "the Dask scheduler has no worker", where="distributed.scheduler", fix="start `dask worker`"
        ) from error
    return sorted(client.scheduler_info(n_workers=-1)["workers"])


def _fit(client: Any, train: RankerTable, settings: dict[str, Any], trees: int, addresses: Sequence[str]) -> Any:
    import lightgbm

    log = logging.getLogger("lightgbm")
    log.setLevel(logging.ERROR)
    lightgbm.register_logger(log)  # its wrapper prints to stdout, and warns of what Dask always does
    pieces = partitions(train.groups, len(addresses))
    placed = list(zip(pieces, addresses, strict=False))
    weights = train.weights
    columns = {
        "X": _spread(client, [(train.features[rows], to) for (rows, _), to in placed]),
        "y": _spread(client, [(train.labels[rows], to) for (rows, _), to in placed]),
        "group": _spread(client, [(train.groups[groups], to) for (_, groups), to in placed]),
        "sample_weight": None
        if weights is None
        else _spread(client, [(weights[rows], to) for (rows, _), to in placed]),
    }
    # num_threads is each worker's own; Dask's wrapper sets it and says so with a warning
    own = {name: value for name, value in settings.items() if name not in ("num_threads", "eval_at", "metric")}
    ordered: Any = _InOrder(client)
    ranker = lightgbm.DaskLGBMRanker(client=ordered, n_estimators=trees, tree_learner="data", **own)
    ranker.fit(**columns, feature_name=list(train.names))
    return ranker.booster_


class _InOrder:
    """A client that names the holders of parts in the order of the parts.

    LightGBM ranks machines in the order in which Dask names them, that of a set of random keys, and each machine
    finds the bins of its share of the features from its own rows: another order would grow another forest.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def who_has(self, futures: Sequence[Any]) -> dict[Any, Any]:
        """key -> workers, one entry a future, in the order given."""
        found = self._client.who_has(futures)
        return {future.key: found[future.key] for future in futures}


def _spread(client: Any, pieces: Sequence[tuple[NDArray[Any], str]]) -> Any:
    """A Dask array whose chunks lie where they are wanted: groups are whole only if a chunk is never rebalanced."""
    import dask
    import dask.array

    untyped: Any = dask
    chunks = [
        untyped.array.from_delayed(
            untyped.delayed(client.scatter(np.ascontiguousarray(piece), workers=[to], hash=False)),
            shape=piece.shape,
            dtype=piece.dtype,
        )
        for piece, to in pieces
    ]
    return untyped.array.concatenate(chunks, axis=0)
