from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.catalogue import Credential
from credpath.domain.mastery import RELIABILITY, Evidence, Mastery, informed
from credpath.domain.money import Money
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.features import (
    FEATURES,
    LEARNED_FEATURES,
    LIMIT,
    MEANING,
    POSITION,
    UNKNOWN_LEVEL_FIT,
    level_fit,
)
from credpath.recommender.learner_features import trend
from credpath.recommender.recommend import recommend
from credpath.recommender.standing import AWARD_LEVEL
from tests.recommender.worlds import after_skill, ask, goal_of, index_of, learner, needs, offer, teaches
from training.synthetic_catalogue import make_catalogue, make_goal, make_skills, make_snapshot


def features_of(index: CatalogueIndex, credential_id: str, **more: object) -> dict[str, float]:
    goal = more.pop("goal", goal_of("sql", "statistics"))
    answer = recommend(index, ask(goal, **more))  # type: ignore[arg-type]
    row = answer.features[answer.candidates.index(credential_id)]
    return dict(zip(answer.feature_names, row.tolist(), strict=True))


def test_each_feature_says_what_it_means() -> None:
    assert len(set(FEATURES)) == len(FEATURES)
    assert all(MEANING[name] for name in FEATURES)


def test_the_numbers_of_a_simple_case_are_those_that_one_computes_by_hand() -> None:
    index = index_of(
        {
            offer("a", workload_hours=20.0, preparation=after_skill("excel"), cost=Money(97, "EUR")): teaches("sql"),
            offer("b", prerequisites=needs("a"), workload_hours=5.0): teaches("statistics", "excel"),
        },
        vectors={"a": [0.6, 0.8]},
    )
    f = features_of(index, "a", snapshot=learner(sql=0.25), vector=[1.0], hours_per_week=10.0)
    after = (10 * 0.25 + 0.8 * RELIABILITY["award"]) / (10 + 0.8 * RELIABILITY["award"])
    closed, left = 0.5 * (after - 0.25), 0.5 * 0.5 + 0.5 * 0.75
    # b teaches two skills in five hours: 2.5 hours each are enough for full depth
    assert AWARD_LEVEL > 0.75
    expected = {
        "gap_closed": closed, "gap_share": closed / left, "gap_share_per_10_hours": closed / left / 2,
        "gap_skills": 0.5, "related_share": 0.0, "unlock_share": 0.375 / left, "prepares_share": 0.0,
        "goal_match": 0.6, "readiness": 0.0, "unmet_preparation": 1.0, "novelty": 1 - 0.25 / AWARD_LEVEL,
        "hours": 20.0, "hours_known": 1.0, "weeks": 2.0, "cost_usd": 100.0, "cost_known": 1.0,
        "goal_gap": left, "progress": 1 - left / 0.75, "level_fit": 1.0, "over_level": 0.0, "found_by_gap": 1.0,
    }  # fmt: skip
    assert {name: f[name] for name in expected} == pytest.approx(expected, abs=1e-5)


def test_absurd_records_do_not_make_absurd_numbers() -> None:
    wild = offer("a", workload_hours=1e12, cost=Money(1e12, "USD"), learner_count=10**11, rating=0.0)
    f = features_of(index_of({wild: teaches("sql")}), "a")
    assert f["hours"] == LIMIT
    assert all(np.isfinite(value) for value in f.values())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 59), st.booleans(), st.integers(0, 40))
def test_features_are_finite_for_any_catalogue_learner_and_goal(
    seed: int, field: int, with_vector: bool, goal_skills: int
) -> None:
    skills = make_skills(150, seed=seed)
    made = make_catalogue(1 + seed % 60, skills, seed=seed, dimensions=8)
    index = CatalogueIndex.build(made.credentials, made.links, made.vectors, skills, "v")
    goal = make_goal(skills, field, goal_skills, seed) if goal_skills else goal_of()
    vector = made.centres[field].tolist() if with_vector else None
    answer = recommend(index, ask(goal, make_snapshot(made, seed, held=2), vector=vector))
    assert answer.features.dtype == np.float32
    assert answer.features.shape == (len(answer.candidates), len(FEATURES))
    assert np.isfinite(answer.features).all()
    assert np.isfinite(answer.scores).all()
    shares = [FEATURES.index(n) for n in ("readiness", "level_fit", "novelty", "quality", "popularity", "eu_complete")]
    assert ((answer.features[:, shares] >= -1e-6) & (answer.features[:, shares] <= 1 + 1e-6)).all()


@pytest.mark.parametrize(
    ("level", "around", "progress", "fit", "over"),
    [
        (0.0, 0.0, 0.0, 1.0, 0.0),  # a beginner and an introduction
        (0.5, 0.0, 0.0, 0.7, 0.25),
        (1.0, 0.0, 0.0, 0.1, 0.75),  # a beginner and an advanced course
        (1.0, 0.8, 0.1, 1.0, 0.0),  # who knows this field well, however far the goal
        (0.0, 0.9, 0.5, 0.5, 0.0),  # back to basics
        (np.nan, 0.0, 0.0, UNKNOWN_LEVEL_FIT, 0.0),
    ],
)
def test_a_level_fits_where_the_learner_stands_in_its_field(
    level: float, around: float, progress: float, fit: float, over: float
) -> None:
    found = level_fit(np.array([level]), np.array([around]), progress)
    assert (found[0][0], found[1][0]) == pytest.approx((fit, over))


def test_the_same_features_are_returned_with_the_items() -> None:
    answer = recommend(index_of({offer("a"): teaches("sql"), offer("b"): ()}), ask(goal_of("sql")))
    item = answer.items[0]
    row = answer.features[answer.candidates.index(item.credential_id)]
    assert item.features == dict(zip(FEATURES, row.tolist(), strict=True))
    assert all(type(value) is float for value in item.features.values())


def test_a_credential_is_a_record_that_hashes() -> None:
    assert hash(Credential("a", "A")) == hash(Credential("a", "A"))


def test_mastery_of_what_it_teaches_and_where_that_is_going() -> None:
    fresh = Evidence("e1", "urn:sql", "assessment", 1.0, datetime(2026, 10, 20, tzinfo=UTC))
    known = informed(Mastery("urn:sql", 2.0, 2.0, datetime(2026, 1, 1, tzinfo=UTC)), fresh)
    snapshot = replace(learner(statistics=0.4), mastery={**learner(statistics=0.4).mastery, "urn:sql": known})
    index = index_of({offer("a", workload_hours=30.0): teaches("sql", "statistics"), offer("b"): teaches("excel")})
    f = features_of(index, "a", snapshot=snapshot)
    assert f["mastery_level"] == pytest.approx((known.probability + 0.4) / 2, abs=1e-5)
    assert f["mastery_trend"] == pytest.approx((known.probability - 2 / 4) / 2, abs=1e-5)
    old = features_of(index, "a", snapshot=snapshot, today=date(2027, 6, 1))
    assert (old["mastery_level"], old["mastery_trend"]) == (f["mastery_level"], 0.0)


def test_failed_evidence_is_a_falling_trend_and_a_first_answer_rises_from_the_prior() -> None:
    since = datetime(2026, 8, 1, tzinfo=UTC)
    failed = informed(Mastery("s", 3.0, 1.0), Evidence("e", "s", "assessment", 0.0, since))
    assert trend(failed, since) == pytest.approx(failed.probability - 3 / 4)
    assert failed.probability < 0.4
    first = informed(Mastery("s"), Evidence("e", "s", "assessment", 1.0, since))
    assert trend(first, since) == pytest.approx(first.probability - 0.15)
    assert trend(Mastery("s"), since) == trend(Mastery("s", 0.01, 5.0), since) == 0.0
    faded = replace(first, held=first.held / 2)
    assert trend(faded, since) == pytest.approx(faded.probability - 0.15)


def test_pace_and_budget_are_shares_of_what_the_learner_has() -> None:
    dense = offer("a", workload_hours=80.0, duration_weeks=4.0, cost=Money(50, "EUR"))
    index = index_of({dense: teaches("sql"), offer("b", workload_hours=80.0): teaches("statistics")})
    f = features_of(index, "a", hours_per_week=5.0, budget=Money(200, "EUR"))
    assert (f["pace_fit"], f["budget_share"]) == (pytest.approx(0.25), pytest.approx(0.25))
    other = features_of(index, "b", hours_per_week=5.0, budget=Money(200, "EUR"))
    assert (other["pace_fit"], other["budget_share"]) == (1.0, 0.0)
    assert features_of(index, "a")["budget_share"] == 0.0


def test_the_features_of_the_first_release_keep_their_names_and_their_order() -> None:
    assert FEATURES[:3] == ("gap_closed", "gap_share", "gap_share_per_10_hours")
    assert FEATURES[24:32] == (
        "goal_gap", "progress", "found_by_gap", "found_by_pace", "found_by_goal_text", "found_by_unlock",
        "found_by_popular", "found_by_co_completion",
    )  # fmt: skip
    assert FEATURES[-1] == POSITION
    assert set(LEARNED_FEATURES) < set(FEATURES)
