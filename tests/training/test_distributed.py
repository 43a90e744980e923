from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from credpath.errors import InvalidInput, NotReady
from tests.training.graded_rows import NAMES, graded_table
from training.distributed import DaskConfig, best_trees, fit_anywhere, fit_ranker_distributed, partitions
from training.ranker import RankerConfig, RankerTable, fit_ranker
from training.slate_metrics import grouped_ndcg

CONFIG = RankerConfig(trees=60, leaves=7, learning_rate=0.2, early_stopping=15)
MONOTONE = {"helps": 1, "hurts": -1}
# Two workers find the bins of a feature from half of the rows each, so the forests differ a little.
TOLERANCE = 0.01


@pytest.fixture(scope="module")
def train() -> RankerTable:
    return graded_table(1_500, 1)


@pytest.fixture(scope="module")
def valid() -> RankerTable:
    return graded_table(300, 2)


@pytest.fixture(scope="module")
def local(train: RankerTable, valid: RankerTable) -> Any:
    return fit_ranker(train, valid, CONFIG, MONOTONE)


@pytest.fixture(scope="module")
def spread(train: RankerTable, valid: RankerTable) -> Any:
    return fit_anywhere(train, valid, CONFIG, MONOTONE, DaskConfig(workers=2))


def quality(booster: Any) -> float:
    fresh = graded_table(500, 3)
    return float(np.nanmean(grouped_ndcg(booster.predict(fresh.features), fresh.labels, fresh.groups)))


def test_two_workers_give_the_same_quality_as_one_process(local: Any, spread: Any) -> None:
    assert quality(local) > 0.85
    assert quality(spread) == pytest.approx(quality(local), abs=TOLERANCE)


def test_two_workers_keep_names_and_known_signs(spread: Any) -> None:
    assert spread.feature_name() == list(NAMES)
    rows = np.repeat(graded_table(20, 4).features, 2, axis=0)
    rows[1::2, 0] += 0.7
    scores = spread.predict(rows)
    assert (scores[1::2] >= scores[::2]).all()
    rows[1::2, 0], rows[1::2, 1] = rows[::2, 0], rows[::2, 1] + 0.7
    scores = spread.predict(rows)
    assert (scores[1::2] <= scores[::2]).all()


def test_what_dask_tells_of_its_workers_stays_out_of_the_output(spread: Any) -> None:
    assert spread.num_trees()
    for part in ("scheduler", "worker", "nanny", "core"):
        assert not logging.getLogger(f"distributed.{part}").isEnabledFor(logging.WARNING)


@pytest.mark.slow
def test_a_running_scheduler_is_used_by_its_address_and_gives_the_same_forest(
    train: RankerTable, valid: RankerTable, spread: Any
) -> None:
    from distributed import LocalCluster

    options: dict[str, Any] = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "threads_per_worker": 1}
    with LocalCluster(n_workers=2, **options) as cluster:
        where = DaskConfig(scheduler=cluster.scheduler_address)
        booster = fit_ranker_distributed(train, valid, CONFIG, MONOTONE, where)
    fresh = graded_table(50, 5).features
    assert np.array_equal(booster.predict(fresh), spread.predict(fresh))


def test_a_forest_is_cut_back_to_where_early_stopping_ends(train: RankerTable, valid: RankerTable, local: Any) -> None:
    grown = fit_ranker(train, None, CONFIG, MONOTONE)
    assert grown.num_trees() == CONFIG.trees
    assert best_trees(grown, valid, CONFIG) == local.best_iteration


def test_without_workers_or_scheduler_the_fit_stays_in_this_process(train: RankerTable, local: Any) -> None:
    table = graded_table(40, 6)
    here = fit_anywhere(table, None, replace(CONFIG, trees=3), MONOTONE)
    assert here.model_to_string() == fit_ranker(table, None, replace(CONFIG, trees=3), MONOTONE).model_to_string()


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 50])
def test_partitions_keep_groups_whole_and_rows_even(parts: int) -> None:
    groups = np.random.default_rng(parts).integers(1, 20, 40)
    pieces = partitions(groups, parts)
    assert 1 <= len(pieces) <= parts
    assert [i for _, part in pieces for i in range(part.start, part.stop)] == list(range(40))
    for rows, part in pieces:
        assert rows.stop - rows.start == groups[part].sum() > 0
        assert groups[part].sum() <= groups.sum() / parts + 2 * groups.max()


def test_a_table_without_a_label_is_refused_before_any_worker_starts() -> None:
    table = replace(graded_table(5, 7), labels=np.zeros_like(graded_table(5, 7).labels))
    with pytest.raises(InvalidInput, match="label above 0"):
        fit_ranker_distributed(table, None, CONFIG, MONOTONE, DaskConfig(workers=2))


@pytest.mark.parametrize("bad", [{"workers": -1}, {"scheduler": "here"}, {"workers": 2, "scheduler": "tcp://a:1"}])
def test_a_setting_that_means_nothing_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        DaskConfig(**bad)


def test_a_scheduler_that_does_not_answer_is_named() -> None:
    where = DaskConfig(scheduler="tcp://127.0.0.1:9", wait_seconds=0.5)
    with pytest.raises(NotReady, match=r"tcp://127\.0\.0\.1:9"):
        fit_ranker_distributed(graded_table(5, 8), None, CONFIG, MONOTONE, where)
