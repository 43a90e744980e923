from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.mastery import MAX_EVIDENCE_SHOWN, Evidence, Mastery, assess, replay
from credpath.errors import InvalidInput

START = datetime(2026, 1, 1, tzinfo=UTC)

evidence = st.builds(
    lambda n, skill, kind, score, share, day: Evidence(
        f"e{n}", skill, kind, score, START + timedelta(days=day), share=share
    ),
    st.integers(0, 50),
    st.sampled_from(["s:a", "s:b"]),
    st.sampled_from(["assessment", "award", "self_declared"]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 400),
)


def test_a_skill_without_evidence_is_probably_not_held_and_very_uncertain() -> None:
    low, high = Mastery("s:a").interval
    assert Mastery("s:a").probability == pytest.approx(0.15)
    assert high - low > 0.5


@given(evidence)
def test_a_perfect_score_never_lowers_and_a_zero_never_raises(piece: Evidence) -> None:
    right = Evidence("x", piece.skill_uri, piece.kind, 1.0, piece.at, share=piece.share)
    wrong = Evidence("x", piece.skill_uri, piece.kind, 0.0, piece.at, share=piece.share)
    before, _ = assess(Mastery(piece.skill_uri), piece)
    assert assess(before, right)[0].probability >= before.probability - 1e-12
    assert assess(before, wrong)[0].probability <= before.probability + 1e-12


def test_a_transition_returns_the_record_that_it_implies() -> None:
    piece = Evidence("e1", "s:a", "assessment", 0.9, START)
    after, change = assess(Mastery("s:a"), piece)
    assert (change.before, change.after) == (Mastery("s:a").probability, after.probability)
    assert change.evidence == piece
    assert after.updated_at == START


def test_an_assessment_counts_for_more_than_an_award_and_that_for_more_than_ones_own_word() -> None:
    kinds = ("assessment", "award", "self_declared")
    after = [assess(Mastery("s"), Evidence("e", "s", kind, 1.0, START))[0].probability for kind in kinds]
    assert after[0] > after[1] > after[2] > 0.5


@given(st.lists(evidence, max_size=30), st.randoms())
def test_replaying_a_log_in_any_order_gives_the_same_state(pieces: list[Evidence], random: object) -> None:
    once = list({(e.evidence_id, e.skill_uri): e for e in pieces}.values())
    shuffled = list(once)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert replay(once) == replay(shuffled) == replay([*shuffled, *shuffled])


@given(st.lists(evidence, max_size=60))
def test_estimates_stay_probabilities_with_a_finite_interval_around_them(pieces: list[Evidence]) -> None:
    for mastery in replay(pieces).values():
        low, high = mastery.interval
        assert 0 <= low <= mastery.probability <= high <= 1
        assert math.isfinite(low + high)


def test_more_evidence_narrows_the_interval_and_the_listed_evidence_stays_bounded() -> None:
    pieces = [Evidence(f"e{n}", "s", "assessment", 0.8, START + timedelta(days=n)) for n in range(50)]
    few, many = replay(pieces[:2])["s"], replay(pieces)["s"]
    assert many.interval[1] - many.interval[0] < few.interval[1] - few.interval[0]
    assert len(many.evidence) == MAX_EVIDENCE_SHOWN


@pytest.mark.parametrize("score", [-0.1, 1.1, math.nan, math.inf])
def test_a_score_outside_0_to_1_is_refused(score: float) -> None:
    with pytest.raises(InvalidInput, match="score"):
        Evidence("e", "s", "assessment", score, START)
