"""What every ranker promises, on candidates that anybody can judge: the rules, the rules changed, a learned one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from credpath.recommender.features import COLUMN, FEATURES
from credpath.recommender.ranking import Ranker, RankerWeights, RulesRanker
from tests.recommender.learned_worlds import ranker_that_likes

OTHER_WEIGHTS = RankerWeights(gap=2.0, goal=0.0, weeks_half=1.0, quality=0.5)


@pytest.fixture(scope="module", params=["rules", "rules with other weights", "learned"])
def ranker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ranker:
    if request.param == "learned":
        return ranker_that_likes(tmp_path_factory.mktemp("forest"), gap_share=1.0, quality=0.5, weeks=-0.5)
    return RulesRanker() if request.param == "rules" else RulesRanker(OTHER_WEIGHTS)


def some_features(count: int = 40) -> NDArray[np.float32]:
    """Rows of random shares, with hours and weeks to match."""
    features = np.random.default_rng(0).random((count, len(FEATURES)), dtype=np.float32)
    features[:, COLUMN["hours"]] *= 300
    features[:, COLUMN["weeks"]] = features[:, COLUMN["hours"]] / 6
    return features


def test_it_gives_one_finite_score_a_candidate(ranker: Ranker) -> None:
    scores = ranker.score(some_features())
    assert scores.shape == (40,)
    assert np.isfinite(scores).all()


def test_no_candidates_get_no_scores(ranker: Ranker) -> None:
    assert ranker.score(some_features(0)).shape == (0,)


def test_the_same_features_get_the_same_scores_in_whatever_order_and_company(ranker: Ranker) -> None:
    features = some_features()
    scores = ranker.score(features)
    np.testing.assert_allclose(ranker.score(features[::-1])[::-1], scores, rtol=1e-12)
    np.testing.assert_allclose([ranker.score(row[None])[0] for row in features], scores, rtol=1e-12)


def test_it_leaves_the_features_as_they_are(ranker: Ranker) -> None:
    features = some_features()
    before = features.copy()
    ranker.score(features)
    np.testing.assert_array_equal(features, before)


def test_it_prefers_what_closes_the_gap_all_else_equal(ranker: Ranker) -> None:
    features = np.repeat(some_features(1), 2, axis=0)
    features[:, COLUMN["gap_share"]] = 0.02, 0.4
    little, much = ranker.score(features)
    assert much > little


def test_contributions_move_every_row_from_the_same_base(ranker: Ranker) -> None:
    features = some_features()
    parts = ranker.contributions(features)
    assert parts.shape == features.shape
    bases = ranker.score(features) - parts.sum(axis=1)
    np.testing.assert_allclose(bases, bases[0], atol=1e-5)


def test_it_has_a_name(ranker: Ranker) -> None:
    assert ranker.name
