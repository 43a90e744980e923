from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from credpath.recommender.learned import load_learned
from credpath.recommender.recommend import RecommendRequest, recommend
from tests.training.simulated_settings import a_world
from training.challenger import Challenger, Retraining, learned_until, make_challenger
from training.gate_thresholds import Thresholds, load_thresholds
from training.ranker import RankerConfig
from training.retrain_config import Bounds, RetrainConfig
from training.simulate import EXPLORING
from training.simulated_log import simulated_tenant_log
from training.tenant_log import TenantLog

SMALL = RetrainConfig(
    threads=1,
    bounds=Bounds(steps=60, candidates=20, moments=40, valued=120),
    ranker=RankerConfig(trees=15, min_rows_in_leaf=20, early_stopping=5),
)


@pytest.fixture(scope="module")
def log() -> TenantLog:
    return simulated_tenant_log(a_world(), 300, 1)


def lenient() -> Thresholds:
    return replace(
        load_thresholds(), least_decisions=50, least_learners=10, least_positives=5, least_negatives=5,
        least_credentials=2,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(log: TenantLog, tmp_path_factory: pytest.TempPathFactory) -> Challenger:
    folder = tmp_path_factory.mktemp("challenger")
    return make_challenger(Retraining(log, None, SMALL, lenient(), folder, EXPLORING))


def test_a_small_log_is_held_before_anything_is_fitted(log: TenantLog, tmp_path: Path) -> None:
    held = make_challenger(Retraining(log, None, SMALL, load_thresholds(), tmp_path, EXPLORING))
    assert held.learned is None
    assert not held.verdict.promote
    assert "wait for more outcomes" in held.verdict.sentence
    assert not list(tmp_path.iterdir())


def test_what_was_fitted_can_be_loaded_and_serves(log: TenantLog, made: Challenger) -> None:
    assert made.learned is not None
    learned = load_learned(made.learned)
    assert learned.ranker is not None
    assert not learned.reasons
    toward = log.stage.goals[log.pasts[0].profile.goal]
    asked = RecommendRequest(
        log.pasts[0].before(log.now), toward.goal, toward.vector, _no_limits(), 5, 0, log.now.date()
    )
    answer = recommend(log.stage.catalogue.index, asked, learned)
    assert answer.items
    assert not answer.degraded


def test_every_criterion_says_why(made: Challenger) -> None:
    assert all(criterion.sentence for criterion in made.verdict.criteria)
    assert made.verdict.sentence.startswith(("promote: ", "hold: "))


def test_it_is_judged_beside_every_baseline_and_by_what_it_would_have_earned(made: Challenger) -> None:
    judged = made.report.judged
    assert judged.evaluation is not None
    assert {"popularity", "item_knn", "ease", "markov", "slist", "rules"} <= set(judged.evaluation.systems)
    assert judged.values is not None
    assert set(judged.values.values) == {"challenger", "rules"}


def test_same_log_and_seed_give_the_same_files(log: TenantLog, made: Challenger, tmp_path: Path) -> None:
    again = make_challenger(Retraining(log, None, SMALL, lenient(), tmp_path, EXPLORING))
    assert made.learned is not None
    assert again.learned is not None
    files = sorted(path.relative_to(made.learned) for path in made.learned.rglob("*") if path.is_file())
    assert files
    for file in files:
        assert (again.learned / file).read_bytes() == (made.learned / file).read_bytes(), file


def test_a_champion_that_has_seen_everything_is_not_compared_with(log: TenantLog, made: Challenger, tmp_path: Path) -> None:
    assert made.learned is not None
    champion = replace(load_learned(made.learned), card={"learned_until": learned_until(log)})
    held = make_challenger(Retraining(log, champion, SMALL, lenient(), tmp_path, EXPLORING))
    assert held.learned is None
    assert "0 decisions judge" in held.verdict.sentence


def _no_limits():  # type: ignore[no-untyped-def]
    from credpath.domain.paths import Constraints

    return Constraints()
