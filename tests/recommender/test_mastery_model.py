from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.mastery import COUNTING, Evidence, LearnerState, assess, due_at, estimates, in_order, replay
from credpath.errors import BundleRefused
from credpath.recommender.mastery_model import FACTS, LearnedMastery, Width
from tests.training.learned_mastery import fitted

START = datetime(2026, 1, 1, tzinfo=UTC)
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = ("assessment", "item", "award", "self_declared", "failed", "dropped")
SKILLS = [f"skill-{n}" for n in range(4)]

moments = st.one_of(
    st.integers(0, 2000).map(lambda day: START + timedelta(days=day)),
    st.integers(0, 9).map(lambda second: UNDATED + timedelta(seconds=second)),
)
evidence = st.builds(
    lambda n, skill, kind, score, at, share, item, hard: Evidence(
        f"e{n}", skill, kind, score, at, "", share, item, hard
    ),
    st.integers(0, 50),
    st.sampled_from([*SKILLS, "skill-unknown"]),
    st.sampled_from(KINDS),
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0])),
    moments,
    st.floats(0, 1),
    st.sampled_from(["", *[f"item-{n}" for n in range(12)], "item-unknown"]),
    st.one_of(st.none(), st.floats(0, 1)),
)


@pytest.fixture(scope="module")
def model() -> LearnedMastery:
    return fitted().model


def _answers(scores: list[float], skill: str = "skill-1", every: float = 0.0) -> list[Evidence]:
    return [
        Evidence(f"a{n:03d}", skill, "item", score, START + timedelta(days=every * n, seconds=n), item_id="item-1")
        for n, score in enumerate(scores)
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(evidence, max_size=20), evidence, st.integers(0, 900))
def test_at_one_moment_a_perfect_score_never_lowers_and_a_zero_never_raises(
    log: list[Evidence], piece: Evidence, later: int
) -> None:
    model = fitted().model
    state, at = replay(log, model), piece.at + timedelta(days=later)
    told = (piece.at, "", piece.share, piece.item_id, piece.difficulty)
    _, right = assess(state, Evidence("x", piece.skill_uri, piece.kind, 1.0, *told), at, model)
    _, wrong = assess(state, Evidence("x", piece.skill_uri, piece.kind, 0.0, *told), at, model)
    assert right.after >= right.before - 1e-9
    assert wrong.after <= wrong.before + 1e-9


@settings(max_examples=50, deadline=None)
@given(st.lists(evidence, max_size=20))
def test_replaying_a_log_gives_the_state_that_its_pieces_gave_one_by_one(log: list[Evidence]) -> None:
    model = fitted().model
    state = LearnerState()
    for piece in in_order(log):
        state, _ = assess(state, piece, piece.at, model)
    assert replay(reversed(log), model) == replay(log, model)
    assert len(in_order(log)) < len(log) or replay(log, model) == state


@settings(max_examples=50, deadline=None)
@given(st.lists(evidence, max_size=30), st.integers(0, 9000))
def test_estimates_stay_probabilities_with_a_finite_interval_around_them(log: list[Evidence], day: int) -> None:
    model = fitted().model
    found = estimates(replay(log, model), START + timedelta(days=day), model)
    for mastery in found.values():
        low, high = mastery.interval
        assert 0 <= low <= mastery.probability <= high <= 1
        assert math.isfinite(low + high)


def test_right_answers_raise_and_wrong_ones_lower_the_estimate(model: LearnedMastery) -> None:
    good, bad = (estimates(replay(_answers([s] * 12), model), START, model)["skill-1"] for s in (1.0, 0.0))
    fresh = estimates(LearnerState(), START, model, ["skill-1"])["skill-1"]
    assert 2 * bad.probability < fresh.probability < good.probability - 0.5


def test_somebody_of_whom_nothing_is_known_reads_as_counting_has_it_however_easy_the_items_are(
    model: LearnedMastery,
) -> None:
    assert model.expect(LearnerState(), ["skill-1"], START) > 0.5
    for found in estimates(LearnerState(), START, model, SKILLS).values():
        counted = COUNTING.estimate_all(LearnerState(), [found.skill_uri], START)[found.skill_uri]
        assert (found.probability, *found.interval) == pytest.approx((counted.probability, *counted.interval))


def test_the_first_answer_moves_what_is_believed_of_anybody_and_many_make_it_the_chance_to_be_right(
    model: LearnedMastery,
) -> None:
    for skill in SKILLS:
        right, wrong, both = (replay(_answers(scores, skill), model) for scores in ([1.0], [0.0], [1.0, 0.0] * 40))
        found = [estimates(state, START, model)[skill].probability for state in (wrong, right)]
        assert found[0] < 0.15 < found[1]
        assert estimates(both, START, model)[skill].probability == pytest.approx(
            model.expect(both, [skill], START), abs=0.15
        )


def test_answers_on_other_skills_move_an_estimate_without_own_evidence_and_leave_it_wide(
    model: LearnedMastery,
) -> None:
    low, high = (
        estimates(replay(_answers([score] * 12, "skill-0"), model), START, model, ["skill-1"])["skill-1"]
        for score in (0.0, 1.0)
    )
    assert low.probability < 0.15 < high.probability < 0.6
    assert high.held + high.missing == pytest.approx(1.0)


def test_before_any_answer_what_was_told_counts_as_counting_has_it(model: LearnedMastery) -> None:
    for kind, score in (("award", 1.0), ("failed", 0.0), ("self_declared", 1.0)):
        told = [Evidence(f"t{n}", "skill-1", kind, score, START + timedelta(days=n)) for n in range(2)]
        at = START + timedelta(days=400)
        one, other = (estimates(replay(told, by), at, by)["skill-1"] for by in (model, COUNTING))
        assert (one.held, one.missing) == pytest.approx((other.held, other.missing))


def test_each_skill_alone_gets_the_estimate_that_it_gets_among_others(model: LearnedMastery) -> None:
    state = replay(_answers([1.0, 0.0, 1.0]), model)
    together = estimates(state, START, model, SKILLS)
    assert [estimates(state, START, model, [uri])[uri] for uri in SKILLS] == list(together.values())


def test_states_skills_and_moments_that_are_asked_about_together_get_the_estimates_that_they_get_alone(
    model: LearnedMastery,
) -> None:
    states = [replay(_answers(scores, skill), model) for scores in ([1.0], [0.0, 1.0]) for skill in SKILLS[:2]]
    asked = [
        (state, uri, START + timedelta(days=days))
        for state in states
        for uri in ("skill-0", "skill-unknown", "skill-3")
        for days in (1, 700)
    ]
    assert model.estimate_each(asked) == [estimates(state, at, model, [uri])[uri] for state, uri, at in asked]
    assert COUNTING.estimate_each(asked) == [estimates(state, at, COUNTING, [uri])[uri] for state, uri, at in asked]
    assert model.estimate_each([]) == []


def test_a_skill_that_no_response_named_is_counted(model: LearnedMastery) -> None:
    state = replay(_answers([1.0], "skill-unknown"), model)
    found = estimates(state, START, model)["skill-unknown"]
    assert found == COUNTING.estimate_all(state, ["skill-unknown"], START)["skill-unknown"]


def test_an_award_raises_the_estimate_and_narrows_it_beside_any_answers(model: LearnedMastery) -> None:
    for scores in ([], [1.0] * 5, [0.0] * 5):
        state = replay(_answers(scores), model)
        awarded, change = assess(state, Evidence("x", "skill-1", "award", 1.0, START), START, model)
        assert change.after > change.before
        before, after = (estimates(one, START, model, ["skill-1"])["skill-1"] for one in (state, awarded))
        assert after.held + after.missing > before.held + before.missing


def test_what_was_shown_fades_and_says_when_a_refresher_is_due(model: LearnedMastery) -> None:
    state = replay(_answers([1.0] * 15, every=1.0), model)
    now, later = (estimates(state, START + timedelta(days=days), model)["skill-1"].probability for days in (15, 3000))
    assert later < now
    due = due_at(state, "skill-1", model)
    if due is not None:
        assert estimates(state, due, model)["skill-1"].probability < 0.6


def test_wrong_answers_do_not_fade_into_right_ones(model: LearnedMastery) -> None:
    state = replay(_answers([0.0] * 8), model)
    found = [estimates(state, START + timedelta(days=days), model)["skill-1"].probability for days in (1, 400, 4000)]
    assert found == sorted(found, reverse=True)


def test_an_item_that_was_met_is_expected_by_what_is_known_of_it(model: LearnedMastery) -> None:
    easiness = {item: facts.easiness for item in model.items.ids if (facts := model.items.get(item))}
    ranked = sorted(easiness, key=lambda item: easiness[item])
    skill = "skill-1"
    hard, easy = (model.expect(LearnerState(), [skill], START, item) for item in (ranked[0], ranked[-1]))
    assert hard < easy


def test_a_difficulty_that_comes_with_an_unknown_item_counts(model: LearnedMastery) -> None:
    easy, hard = (model.expect(LearnerState(), ["skill-1"], START, "new", share) for share in (0.1, 0.9))
    assert easy > hard


def test_what_is_saved_and_loaded_says_the_same(model: LearnedMastery, tmp_path: Path) -> None:
    fitted().save(tmp_path)
    loaded = LearnedMastery.load(tmp_path)
    state = replay(_answers([1.0, 0.0, 1.0]), model)
    assert loaded.facts == model.facts
    assert replay(_answers([1.0, 0.0, 1.0]), loaded) == state
    assert estimates(state, START, loaded, SKILLS) == estimates(state, START, model, SKILLS)
    assert loaded.expect(state, ["skill-1"], START, "item-1") == model.expect(state, ["skill-1"], START, "item-1")


def test_learned_mastery_of_another_release_is_refused(tmp_path: Path) -> None:
    fitted().save(tmp_path)
    told = (tmp_path / FACTS).read_text().replace('"format": 1', '"format": 99')
    (tmp_path / FACTS).write_text(told)
    with pytest.raises(BundleRefused, match="another release"):
        LearnedMastery.load(tmp_path)


def test_an_estimate_on_more_answers_is_worth_more() -> None:
    import numpy as np

    width = Width((0.0, 4.0, 16.0), (2.0, 5.0, 9.0))
    worth = width.of(np.array([0.0, 2.0, 4.0, 10.0, 99.0])).tolist()
    assert worth == sorted(worth)
    assert (worth[0], worth[2], worth[-1]) == (2.0, 5.0, 9.0)
