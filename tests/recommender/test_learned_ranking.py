from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.errors import BundleRefused
from credpath.recommender.features import COLUMN, FEATURES, MONOTONE
from credpath.recommender.learned_ranking import LearnedRanker
from credpath.recommender.ranking import RulesRanker
from tests.recommender.learned_worlds import ranker_that_likes
from tests.recommender.test_ranking import PLAIN, rows

SHARES = st.floats(0, 1, width=32)


@pytest.fixture(scope="module")
def ranker(tmp_path_factory: pytest.TempPathFactory) -> LearnedRanker:
    return ranker_that_likes(tmp_path_factory.mktemp("forest"), popularity=2.0, gap_share=1.0, readiness=0.5)


@pytest.fixture(scope="module")
def cautious(tmp_path_factory: pytest.TempPathFactory) -> LearnedRanker:
    worth = {"popularity": 1.0, "gap_share": 1.0, "unmet_preparation": -1.0, "over_level": -1.0}
    return ranker_that_likes(tmp_path_factory.mktemp("forest"), **worth)


@given(st.dictionaries(st.sampled_from(sorted(PLAIN)), SHARES), st.sampled_from(sorted(MONOTONE)), SHARES, SHARES)
def test_what_is_promised_never_to_lower_or_raise_a_score_does_not(
    cautious: LearnedRanker, base: dict[str, float], name: str, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    less, more = cautious.score(rows(base | {name: low}, base | {name: high})).tolist()
    assert (more - less) * MONOTONE[name] >= 0


def test_with_a_goal_nothing_that_is_merely_liked_passes_what_moves_toward_it(ranker: LearnedRanker) -> None:
    liked = {"gap_share": 0.0, "popularity": 1.0}
    dull = {"gap_share": 0.01, "popularity": 0.0, "readiness": 0.0}
    idle, moving, hard, long = ranker.score(
        rows(liked, dull, dull | {"over_level": 0.6}, dull | {"hours": 900.0})
    ).tolist()
    assert moving > max(hard, long)
    assert min(hard, long) > idle


def test_what_learners_with_the_goal_finish_stands_among_what_moves_toward_it(ranker: LearnedRanker) -> None:
    unlinked = {"gap_share": 0.0, "popularity": 1.0, "goal_popularity": 0.2}
    popular, proven, moving = ranker.score(
        rows(unlinked, unlinked | {"goal_lift": 1.0}, {"gap_share": 0.01, "popularity": 0.0})
    ).tolist()
    assert proven > moving > popular


def test_without_a_goal_the_learned_score_alone_decides(ranker: LearnedRanker) -> None:
    free = {"goal_gap": 0.0, "gap_share": 0.0}
    liked, dull = ranker.score(rows(free | {"popularity": 1.0, "over_level": 0.6, "hours": 900.0}, free)).tolist()
    assert liked > dull


def test_the_tiers_are_those_of_the_rules(ranker: LearnedRanker) -> None:
    dice = np.random.default_rng(4)
    features = dice.random((200, len(FEATURES)), dtype=np.float32)
    features[:, COLUMN["gap_share"]] = dice.choice([0.0, 0.2], 200)
    features[:, [COLUMN["unlock_share"], COLUMN["prepares_share"]]] = 0.0
    features[:, COLUMN["hours"]] *= 800
    features[:, COLUMN["goal_lift"]] = 0.0
    tier = np.round(ranker.score(features) / 10.0)
    assert (tier == np.round(RulesRanker().score(features) / 10.0)).all()
    assert set(tier) == {0.0, -1.0, -2.0}


def test_contributions_sum_to_the_score_less_the_base(ranker: LearnedRanker) -> None:
    features = np.random.default_rng(5).random((30, len(FEATURES)), dtype=np.float32)
    parts = ranker.contributions(features)
    assert parts.shape == (30, len(FEATURES))
    np.testing.assert_allclose(parts.sum(axis=1) + ranker.base, ranker.score(features), atol=1e-5)


def test_columns_are_found_by_name_whatever_their_order(ranker: LearnedRanker) -> None:
    turned = replace(ranker.forest, names=ranker.forest.names[::-1])
    features = np.random.default_rng(6).random((9, len(FEATURES)), dtype=np.float32)
    assert LearnedRanker.of(turned).columns.tolist() == ranker.columns[::-1].tolist()
    assert [FEATURES[at] for at in ranker.columns] == list(ranker.forest.names)
    assert not np.array_equal(LearnedRanker.of(turned).score(features), ranker.score(features))


def test_a_forest_over_features_of_another_release_is_refused(ranker: LearnedRanker) -> None:
    foreign = replace(ranker.forest, names=("of_the_future", *ranker.forest.names[1:]))
    with pytest.raises(BundleRefused, match="of_the_future"):
        LearnedRanker.of(foreign)


def test_signs_are_promised_only_for_features_that_exist() -> None:
    assert set(MONOTONE) <= set(FEATURES)
    assert set(MONOTONE.values()) <= {-1, 1}
