"""The LambdaRank fit on tables whose order is obvious."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from credpath.errors import InvalidInput
from training.ranker import RankerConfig, RankerTable, fit_ranker, parameters

NAMES = ("signal", "noise")
SMALL = RankerConfig(trees=30, leaves=8, min_rows_in_leaf=5)


def table(groups: int = 60, size: int = 8, seed: int = 0) -> RankerTable:
    """The label grows with the signal; the noise says nothing."""
    dice = np.random.default_rng(seed)
    features = dice.normal(size=(groups * size, 2)).astype(np.float32)
    labels = np.clip(np.round(features[:, 0] + 1.5), 0, 4).astype(np.int8)
    return RankerTable(features, NAMES, np.full(groups, size), labels)


def test_what_the_label_follows_is_learned_and_the_noise_is_not() -> None:
    booster = fit_ranker(table(), table(seed=1), SMALL, {})
    probe = np.array([[-1.5, 0.0], [0.0, 0.0], [1.5, 0.0]], dtype=np.float32)
    scores = booster.predict(probe)
    assert (np.diff(scores) > 0).all()
    gain = booster.feature_importance("gain")
    assert gain[0] > 5 * gain[1]


def test_the_same_table_and_seed_give_the_same_forest() -> None:
    one, other = (fit_ranker(table(), None, SMALL, {}).model_to_string() for _ in range(2))
    assert one == other


def test_it_stops_when_the_validation_part_gains_nothing_more() -> None:
    booster = fit_ranker(
        table(), table(seed=1), RankerConfig(trees=500, leaves=8, min_rows_in_leaf=5, early_stopping=5), {}
    )
    assert booster.num_trees() < 500


def test_a_known_sign_is_never_broken() -> None:
    turned = table()
    against = RankerTable(-turned.features, NAMES, turned.groups, turned.labels)
    booster = fit_ranker(against, None, SMALL, {"signal": 1})
    probe = np.array([[x, 0.0] for x in np.linspace(-2, 2, 21)], dtype=np.float32)
    assert (np.diff(booster.predict(probe)) >= 0).all()


def test_weights_decide_between_groups_that_disagree() -> None:
    one, other = table(seed=0), table(seed=1)
    both = RankerTable(
        np.vstack([one.features, other.features * np.array([-1, 1], dtype=np.float32)]), NAMES,
        np.concatenate([one.groups, other.groups]), np.concatenate([one.labels, other.labels]),
        np.concatenate([np.full(len(one.labels), 9.0), np.full(len(other.labels), 0.1)]),
    )  # fmt: skip
    scores = fit_ranker(both, None, SMALL, {}).predict(np.array([[-1.0, 0.0], [1.0, 0.0]]))
    assert scores[1] > scores[0]


def test_a_table_without_any_good_row_is_refused() -> None:
    good = table()
    with pytest.raises(InvalidInput, match="label above 0"):
        fit_ranker(RankerTable(good.features, NAMES, good.groups, np.zeros_like(good.labels)), None, SMALL, {})


@pytest.mark.parametrize("change", [
    {"groups": np.array([3])}, {"names": ("one",)}, {"labels": np.full(480, 9)}, {"weights": np.ones(3)},
])  # fmt: skip
def test_a_table_that_does_not_fit_together_is_refused(change: dict[str, Any]) -> None:
    good = table()
    parts = {"features": good.features, "names": NAMES, "groups": good.groups, "labels": good.labels} | change
    with pytest.raises(InvalidInput):
        RankerTable(**parts)


@pytest.mark.parametrize(
    "change", [{"leaves": 65}, {"leaves": 1}, {"trees": 0}, {"learning_rate": 0.0}, {"threads": 0}]
)
def test_a_configuration_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        RankerConfig(**change)


def test_a_sign_for_an_unknown_feature_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no feature"):
        parameters(SMALL, NAMES, {"nothing": 1})
