from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.mastery import (
    COUNTING,
    MAX_EVIDENCE_SHOWN,
    PRIOR_HELD,
    CountingModel,
    Evidence,
    LearnerState,
    Mastery,
    assess,
    due_at,
    due_each,
    estimates,
    estimates_of,
    in_order,
    informed,
    replay,
)  # fmt: skip
from credpath.domain.mastery_state import state_from_dict, state_to_dict
from credpath.errors import InvalidInput

START = datetime(2026, 1, 1, tzinfo=UTC)
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = ("assessment", "item", "award", "self_declared", "failed", "dropped")

moments = st.one_of(
    st.integers(-6000, 2000).map(lambda day: START + timedelta(days=day)),
    st.integers(0, 9).map(lambda second: UNDATED + timedelta(seconds=second)),
)
evidence = st.builds(
    lambda n, skill, kind, score, at, share, item, hard: Evidence(
        f"e{n}", skill, kind, score, at, "", share, item, hard
    ),
    st.integers(0, 50),
    st.sampled_from(["s:a", "s:b"]),
    st.sampled_from(KINDS),
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0])),
    moments,
    st.floats(0, 1),
    st.sampled_from(["", "i1", "i2"]),
    st.one_of(st.none(), st.floats(0, 1)),
)
RELATED = CountingModel(related={"s:a": (("s:b", 0.5),), "s:b": (("s:a", 0.5),)})
models = st.sampled_from([COUNTING, RELATED])


def _days(days: float) -> datetime:
    return START + timedelta(days=days)


def _passed(*days: float, skill: str = "s", score: float = 1.0) -> list[Evidence]:
    return [Evidence(f"e{n}", skill, "assessment", score, _days(day)) for n, day in enumerate(days)]


def test_a_skill_without_evidence_is_probably_not_held_and_very_uncertain() -> None:
    low, high = Mastery("s:a").interval
    assert Mastery("s:a").probability == pytest.approx(0.15)
    assert high - low > 0.5


@given(st.lists(evidence, max_size=25), evidence, st.integers(0, 900), models)
def test_at_one_moment_a_perfect_score_never_lowers_and_a_zero_never_raises(
    log: list[Evidence], piece: Evidence, later: int, model: CountingModel
) -> None:
    state, at = replay(log, model), piece.at + timedelta(days=later)
    facts = (piece.kind, piece.at, "", piece.share, piece.item_id, piece.difficulty)
    kind, when, *rest = facts
    _, right = assess(state, Evidence("x", piece.skill_uri, kind, 1.0, when, *rest), at, model)  # type: ignore[arg-type]
    _, wrong = assess(state, Evidence("x", piece.skill_uri, kind, 0.0, when, *rest), at, model)  # type: ignore[arg-type]
    assert right.after >= right.before - 1e-12
    assert wrong.after <= wrong.before + 1e-12


@given(st.lists(evidence, max_size=15), evidence, st.integers(0, 900), models)
def test_a_right_answer_that_arrives_late_never_lowers_and_a_wrong_one_never_raises(
    log: list[Evidence], piece: Evidence, later: int, model: CountingModel
) -> None:
    at = max(one.at for one in [*log, piece]) + timedelta(days=later)
    late, uris = replace(piece, evidence_id="late"), (piece.skill_uri,)
    logs = (log, *([*log, replace(late, score=score)] for score in (0.0, 1.0)))
    without, wrong, right = (estimates(replay(one, model), at, model, uris)[uris[0]].probability for one in logs)
    assert wrong - 1e-12 <= without <= right + 1e-12


@given(st.lists(evidence, max_size=15), evidence, st.integers(1, 3000), st.integers(1, 3000), st.integers(0, 900))
def test_of_the_same_result_what_is_newer_counts_at_least_as_much(
    log: list[Evidence], piece: Evidence, since: int, newer_by: int, later: int
) -> None:
    known = max([START, *(one.at for one in log)])
    days = [known + timedelta(days=since), known + timedelta(days=since + newer_by)]
    for score, sign in ((1.0, 1), (0.0, -1)):
        pieces = (replace(piece, evidence_id="new", score=score, at=day) for day in days)
        read = (estimates_of([*log, one], days[-1] + timedelta(days=later)) for one in pieces)
        older, newer = (found[piece.skill_uri].probability for found in read)
        assert sign * newer >= sign * older - 1e-12


def test_ones_own_word_is_believed_until_results_speak_and_gives_way_to_them() -> None:
    word = Evidence("w", "s", "self_declared", 1.0, UNDATED)
    alone = estimates_of([word], START)["s"].probability
    assert alone > 0.7
    for score in (0.0, 0.1, 0.2):
        result = Evidence("r", "s", "assessment", score, START)
        tested, claimed = (estimates_of(log, START)["s"].probability for log in ([result], [result, word]))
        assert tested < claimed < tested + 0.08
    assert estimates_of([word, replace(word, evidence_id="again")], START)["s"].probability == pytest.approx(alone)


def test_an_item_that_all_get_right_or_all_get_wrong_tells_who_does_so_nothing() -> None:
    for score, difficulty in ((1.0, 0.0), (0.0, 1.0)):
        piece = Evidence("x", "s", "item", score, START, item_id="i", difficulty=difficulty)
        for state in (LearnerState(), replay(_passed(-30))):
            change = assess(state, piece, START)[1]
            assert change.after == pytest.approx(change.before)


def test_a_long_past_does_not_outweigh_what_is_shown_now() -> None:
    missed = [Evidence(f"w{n}", "s", "item", 0.0, _days(n)) for n in range(40)]
    right = [Evidence(f"r{n}", "s", "item", 1.0, _days(1000 + n)) for n in range(20)]
    assert estimates_of([*missed, *right])["s"].probability > 0.8
    assert estimates_of(missed)["s"].probability < 0.1


@pytest.mark.parametrize("share", [0.3, 0.7, 0.9])
def test_a_steady_share_of_right_answers_over_years_is_what_is_estimated(share: float) -> None:
    period = 10
    log = [Evidence(f"e{n:04}", "s", "item", float(n % period < share * period), _days(n)) for n in range(1000)]
    estimated = estimates_of(log, _days(1000))["s"]
    assert estimated.probability == pytest.approx(share, abs=0.1)
    assert estimated.interval[0] < share < estimated.interval[1]


@given(st.lists(evidence, max_size=25), models)
def test_replaying_a_log_gives_the_state_that_its_pieces_gave_one_by_one(
    log: list[Evidence], model: CountingModel
) -> None:
    state = LearnerState()
    for piece in in_order(log):
        state, _ = assess(state, piece, piece.at, model)
    assert replay(log, model) == state


@given(st.lists(evidence, max_size=30), st.integers(0, 99))
def test_replaying_a_log_in_any_order_and_twice_gives_the_same_state(pieces: list[Evidence], seed: int) -> None:
    shuffled = [*pieces, *pieces]
    random.Random(seed).shuffle(shuffled)
    assert replay(pieces) == replay(shuffled)


@given(st.lists(evidence, max_size=25))
def test_a_state_survives_being_written_as_json(log: list[Evidence]) -> None:
    state = replay(log)
    assert state_from_dict(json.loads(json.dumps(state_to_dict(state), allow_nan=False))) == state


def test_a_state_of_another_format_is_refused() -> None:
    with pytest.raises(InvalidInput, match="format"):
        state_from_dict({**state_to_dict(LearnerState()), "format": 0})


@given(st.lists(evidence, max_size=60), st.integers(0, 9000), models)
def test_estimates_stay_probabilities_with_a_finite_interval_around_them(
    pieces: list[Evidence], day: int, model: CountingModel
) -> None:
    for mastery in estimates(replay(pieces, model), _days(day), model).values():
        low, high = mastery.interval
        assert 0 <= low <= mastery.probability <= high <= 1
        assert math.isfinite(low + high)


def test_a_transition_returns_the_record_that_it_implies_and_leaves_the_state_before_as_it_was() -> None:
    (piece,) = _passed(0)
    before = LearnerState()
    after, change = assess(before, piece, START)
    assert before == LearnerState()
    assert (change.skill_uri, change.evidence) == ("s", piece)
    assert change.before == Mastery("s").probability
    assert change.after == estimates(after, START)["s"].probability > change.before
    assert estimates(after, START)["s"].updated_at == START


def test_an_assessment_counts_for_more_than_an_award_and_that_for_more_than_ones_own_word_or_one_item() -> None:
    kinds = ("assessment", "award", "self_declared", "item")
    after = [assess(LearnerState(), Evidence("e", "s", kind, 1.0, START), START)[1].after for kind in kinds]
    assert after == sorted(after, reverse=True)
    assert len(set(after)) == 4


def test_a_failed_attempt_lowers_the_estimate_and_a_dropped_one_lowers_it_less() -> None:
    state = replay(_passed(0))
    failed = assess(state, Evidence("x", "s", "failed", 0.0, START), START)[1]
    dropped = assess(state, Evidence("x", "s", "dropped", 0.0, START), START)[1]
    assert failed.after < dropped.after < dropped.before


def test_a_hard_item_right_raises_more_than_an_easy_one_and_an_easy_one_wrong_lowers_more() -> None:
    def after(score: float, difficulty: float) -> float:
        piece = Evidence("x", "s", "item", score, START, item_id="i", difficulty=difficulty)
        return assess(replay(_passed(0)), piece, START)[1].after

    assert after(1.0, 0.9) > after(1.0, 0.1)
    assert after(0.0, 0.1) < after(0.0, 0.9)


def test_what_was_shown_fades_while_what_was_missed_stays() -> None:
    right, wrong = replay(_passed(0)), replay(_passed(0, score=0.0))
    rights = [estimates(right, _days(day))["s"].probability for day in (0, 200, 800, 3000)]
    wrongs = [estimates(wrong, _days(day))["s"].probability for day in (0, 3000)]
    assert rights == sorted(rights, reverse=True)
    assert rights[0] > 0.8
    assert rights[-1] < 0.25
    assert wrongs[0] == wrongs[1]


def test_spaced_evidence_lasts_longer_than_the_same_amount_crammed() -> None:
    crammed, spaced = replay(_passed(300, 300, 300)), replay(_passed(0, 150, 300))
    assert spaced.skills["s"].half_life > 1.5 * crammed.skills["s"].half_life
    late = _days(2000)
    assert estimates(spaced, late)["s"].probability > estimates(crammed, late)["s"].probability


def test_evidence_without_a_date_never_fades_neither_before_nor_beside_dated_evidence() -> None:
    undated = [Evidence(f"u{n}", "s", "item", 1.0, UNDATED + timedelta(seconds=n)) for n in range(5)]
    alone, beside = replay(undated), replay([*undated, *_passed(0)])
    assert estimates(alone, _days(9000)) == estimates(alone, UNDATED)
    assert estimates(beside, _days(90_000))["s"].held == pytest.approx(PRIOR_HELD + beside.skills["s"].shown[1])
    assert beside.skills["s"].shown[1] > 0.8 * alone.skills["s"].shown[1]


def test_a_refresher_is_due_when_a_skill_that_was_held_fades_below_the_threshold() -> None:
    state = replay(_passed(0, 100))
    due = due_at(state, "s")
    assert due is not None
    assert estimates(state, due - timedelta(days=2))["s"].probability >= 0.6
    assert estimates(state, due)["s"].probability < 0.6


def test_no_refresher_is_due_for_what_was_never_held_or_has_no_date() -> None:
    undated = [Evidence("u", "s", "assessment", 1.0, UNDATED)]
    assert due_at(replay(_passed(0, score=0.0)), "s") is None
    assert due_at(replay(undated), "s") is None
    assert due_at(LearnerState(), "s") is None


def test_refreshers_of_many_skills_are_due_when_each_alone_is() -> None:
    state = replay([*_passed(0, 100), *_passed(0, skill="t", score=0.0), *_passed(30, 60, 90, skill="u")])
    found = due_each(state, ["s", "t", "u", "nothing"])
    assert found.keys() == {"s", "u"}
    assert found == {uri: due_at(state, uri) for uri in found}


def test_what_is_known_of_a_related_skill_moves_a_skill_less_than_its_own_evidence() -> None:
    state = replay(_passed(0, skill="s:b"), RELATED)
    found = estimates(state, START, RELATED, ["s:a", "s:b", "s:c"])
    assert found["s:b"].probability > found["s:a"].probability > found["s:c"].probability == pytest.approx(0.15)
    width = {uri: one.interval[1] - one.interval[0] for uri, one in found.items()}
    assert width["s:b"] < width["s:a"] < width["s:c"]


def test_an_answer_on_two_skills_counts_once_for_the_learner_and_once_for_each_skill() -> None:
    both = [Evidence("e", uri, "item", 1.0, START, item_id="i") for uri in ("s:a", "s:b")]
    state = replay(both)
    assert state.general.answers == 1
    assert sorted(state.skills) == ["s:a", "s:b"]


def test_more_evidence_narrows_the_interval_and_the_listed_evidence_stays_bounded() -> None:
    few = estimates_of(_passed(0, 1, score=0.8))["s"]
    many = estimates_of(_passed(*range(50), score=0.8))["s"]
    assert many.interval[1] - many.interval[0] < few.interval[1] - few.interval[0]
    assert [piece.at for piece in many.evidence] == [_days(day) for day in range(50 - MAX_EVIDENCE_SHOWN, 50)]


def test_evidence_that_is_derived_at_each_reading_is_counted_without_a_state() -> None:
    (piece,) = _passed(0)
    assert informed(Mastery("s"), piece) == estimates_of([piece])["s"]
