from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from credpath.domain.paths import Constraints
from credpath.recommender.learned import load_learned
from credpath.recommender.recommend import RecommendRequest, recommend
from tests.training.challengers import SMALL, lenient
from training.challenger import Challenger, Retraining, learned_until, make_challenger
from training.gate_thresholds import load_thresholds
from training.judging import judged_by_few
from training.past_models import cuts_of
from training.simulate import EXPLORING
from training.tenant_log import TenantLog


def test_a_small_log_is_held_before_anything_is_fitted(small_log: TenantLog, tmp_path: Path) -> None:
    held = make_challenger(Retraining(small_log, None, SMALL, load_thresholds(), tmp_path, EXPLORING))
    assert held.learned is None
    assert not held.verdict.promote
    assert "wait for more outcomes" in held.verdict.sentence
    assert not list(tmp_path.iterdir())


def test_a_log_of_another_catalogue_is_held_with_a_sentence(small_log: TenantLog, tmp_path: Path) -> None:
    indexed = small_log.stage.catalogue
    nothing = replace(indexed, index=replace(indexed.index, position={}))
    elsewhere = replace(small_log, stage=replace(small_log.stage, catalogue=nothing))
    held = make_challenger(Retraining(elsewhere, None, SMALL, lenient(), tmp_path, EXPLORING))
    assert not held.verdict.promote
    assert "import the catalogue that the log is of" in held.verdict.sentence


def test_what_was_fitted_can_be_loaded_and_serves(small_log: TenantLog, small_challenger: Challenger) -> None:
    assert small_challenger.learned is not None
    learned = load_learned(small_challenger.learned)
    assert learned.ranker is not None
    assert not learned.reasons
    toward = small_log.stage.goals[small_log.pasts[0].profile.goal]
    asked = RecommendRequest(
        small_log.pasts[0].before(small_log.now), toward.goal, toward.vector, Constraints(), 5, 0, small_log.now.date()
    )
    answer = recommend(small_log.stage.catalogue.index, asked, learned)
    assert answer.items
    assert not answer.degraded


def test_every_criterion_says_why(small_challenger: Challenger) -> None:
    assert all(criterion.sentence for criterion in small_challenger.verdict.criteria)
    assert small_challenger.verdict.sentence.startswith(("promote: ", "hold: "))


def test_it_is_judged_beside_every_baseline_and_by_what_it_would_have_earned(small_challenger: Challenger) -> None:
    judged = small_challenger.report.judged
    assert judged.evaluation is not None
    assert {"popularity", "item_knn", "ease", "markov", "slist", "rules"} <= set(judged.evaluation.systems)
    assert judged.values is not None
    assert set(judged.values.values) == {"challenger", "rules"}


def test_same_log_and_seed_give_the_same_files(
    small_log: TenantLog, small_challenger: Challenger, tmp_path: Path
) -> None:
    again = make_challenger(Retraining(small_log, None, SMALL, lenient(), tmp_path, EXPLORING))
    assert small_challenger.learned is not None
    assert again.learned is not None
    first = small_challenger.learned
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files
    for file in files:
        assert (again.learned / file).read_bytes() == (first / file).read_bytes(), file


def test_a_champion_that_has_seen_everything_is_not_compared_with(
    small_log: TenantLog, small_challenger: Challenger, tmp_path: Path
) -> None:
    assert small_challenger.learned is not None
    champion = replace(load_learned(small_challenger.learned), card={"learned_until": learned_until(small_log)})
    held = make_challenger(Retraining(small_log, champion, SMALL, lenient(), tmp_path, EXPLORING))
    assert held.learned is None
    assert "0 decisions judge" in held.verdict.sentence


def test_a_long_log_is_judged_by_as_few_blocks_as_hold_what_is_drawn_from_them(
    small_log: TenantLog, tmp_path: Path
) -> None:
    run = Retraining(small_log, None, SMALL, lenient(), tmp_path, EXPLORING)
    cuts = cuts_of(small_log, small_log.sequences(), SMALL.spans)
    wanted = {1: 1, 10**9: SMALL.spans.judged}
    for valued, judged in wanted.items():
        config = replace(SMALL, bounds=replace(SMALL.bounds, valued=valued))
        assert judged_by_few(replace(run, config=config), cuts).config.spans.judged == judged
