from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from credpath.domain.outcomes import Outcome
from credpath.domain.paths import Constraints
from credpath.recommender.learned import load_learned
from credpath.recommender.recommend import RecommendRequest, recommend
from tests.training.challengers import SMALL, lenient
from training.challenger import Challenger, Retraining, learned_until, make_challenger, seen_until
from training.gate_thresholds import load_thresholds
from training.judging import judged_by_few
from training.past_models import cuts_of
from training.pasts import gather_pasts
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
    assert "up to which the champion has learned" in held.verdict.sentence


def test_a_long_log_is_judged_by_as_few_blocks_as_hold_what_is_drawn_from_them(
    small_log: TenantLog, tmp_path: Path
) -> None:
    run = Retraining(small_log, None, SMALL, lenient(), tmp_path, EXPLORING)
    cuts = cuts_of(small_log, small_log.sequences(), SMALL.spans)
    wanted = {1: 1, 10**9: SMALL.spans.judged}
    for valued, judged in wanted.items():
        config = replace(SMALL, bounds=replace(SMALL.bounds, valued=valued))
        assert judged_by_few(replace(run, config=config), cuts).config.spans.judged == judged


TERMS = [datetime(year, month, 15, tzinfo=UTC) for year in (2023, 2024, 2025) for month in (1, 6)]


def happened(learner: int, credential_id: str, at: datetime, kind: Any = "completed", **more: Any) -> Outcome:
    key = f"{learner}/{credential_id}/{kind}/{at:%Y%m%d%H%M%S}"
    return Outcome(key, f"l{learner:03d}", credential_id, kind, at, **more)


def without_impressions(log: TenantLog, outcomes: Iterable[Outcome]) -> TenantLog:
    return replace(log, decisions=log.decisions.take(np.arange(0)), pasts=gather_pasts([], outcomes))


def held_at(log: TenantLog, folder: Path) -> str:
    held = make_challenger(Retraining(log, None, SMALL, replace(lenient(), least_decisions=20), folder))
    assert (held.learned, held.verdict.promote) == (None, False)
    return held.verdict.sentence


def walks(ids: tuple[str, ...], times: list[datetime], learners: int = 90, **more: Any) -> list[Outcome]:
    """Each learner takes something up at three of the times."""
    dice = np.random.default_rng(1)
    found = []
    for learner in range(learners):
        when = np.sort(dice.choice(len(times), 3, replace=False))
        what = dice.choice(len(ids), 3, replace=False)
        found += [happened(learner, ids[c], times[t], **more) for t, c in zip(when, what, strict=True)]
    return found


def test_a_history_of_a_few_term_dates_is_judged(small_log: TenantLog, tmp_path: Path) -> None:
    log = without_impressions(small_log, walks(small_log.stage.catalogue.index.ids, TERMS))
    made = make_challenger(Retraining(log, None, SMALL, replace(lenient(), least_decisions=20), tmp_path))
    assert made.learned is not None
    assert made.report.judged.evaluation is not None
    assert {datetime.fromtimestamp(cut, UTC) for cut in made.report.cuts} <= set(TERMS)


@pytest.mark.parametrize("times", [TERMS[:1], TERMS])
def test_learners_of_one_moment_each_teach_nothing_and_that_is_a_hold(
    small_log: TenantLog, tmp_path: Path, times: list[datetime]
) -> None:
    ids = small_log.stage.catalogue.index.ids
    each = [happened(n, ids[(n + k) % len(ids)], times[n * len(times) // 360]) for n in range(360) for k in range(3)]
    said = held_at(without_impressions(small_log, each), tmp_path)
    assert "0 steps of learners with a history" in said
    assert "import earlier ones" in said
    assert not list(tmp_path.iterdir())


def test_a_log_in_which_nobody_takes_anything_up_is_told_which_outcomes_are_missing(
    small_log: TenantLog, tmp_path: Path
) -> None:
    clicks = walks(small_log.stage.catalogue.index.ids, TERMS, kind="clicked")
    said = held_at(without_impressions(small_log, clicks), tmp_path)
    assert "of 270 outcomes none takes a credential up; send these kinds: enrolled, started, completed, awarded" in said
    assert "wait" not in said
    elsewhere = held_at(without_impressions(small_log, walks(("x1", "x2", "x3"), TERMS)), tmp_path)
    assert "none of 270 take-ups is of this catalogue's credentials" in elsewhere


def numbered(ids: tuple[str, ...], first: int) -> list[Outcome]:
    """A history of which each step has a number, such as 202601010000 for a minute, and no time."""
    return walks(ids, [datetime.fromtimestamp(first + 10_000 * n, UTC) for n in range(40)], ordinal=True)


def test_a_model_of_numbered_steps_is_compared_on_later_numbers_and_on_whatever_has_a_date(
    small_log: TenantLog, small_challenger: Challenger, tmp_path: Path
) -> None:
    ids, judging = small_log.stage.catalogue.index.ids, replace(lenient(), least_decisions=5, least_learners=5)
    first, later = numbered(ids, 202601010000), numbered(ids[::-1], 202701010000)
    log = without_impressions(small_log, first)
    assert small_challenger.learned is not None
    champion = replace(load_learned(small_challenger.learned), card={"learned_until": learned_until(log)})
    again = make_challenger(Retraining(log, champion, SMALL, judging, tmp_path))
    assert "none is in the last block, after number 2026" in again.verdict.sentence
    dated = walks(ids[::-1], TERMS)
    for more in (later, dated):
        run = Retraining(without_impressions(small_log, [*first, *more]), champion, SMALL, judging, tmp_path)
        seen = seen_until(champion, run.log.now)
        cuts = cuts_of(run.log, run.log.sequences(), SMALL.spans, seen)
        assert seen < cuts[-SMALL.spans.judged] < np.inf
    seen = seen_until(champion, small_log.now)
    assert cuts_of(small_log, small_log.sequences(), SMALL.spans, seen)[-1] < small_log.decisions.shown_at[-1]


def test_a_card_that_an_earlier_release_wrote_of_numbers_shuts_no_later_date_out(
    small_log: TenantLog, small_challenger: Challenger
) -> None:
    assert small_challenger.learned is not None
    champion = replace(load_learned(small_challenger.learned), card={"learned_until": 202610181934.0})
    assert seen_until(champion, small_log.now) == 202610181.934
