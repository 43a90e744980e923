from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from credpath.domain.mastery import Evidence, LearnerState, replay
from credpath.domain.mastery_parameters import DEFAULT_PARAMETERS
from credpath.recommender.mastery_features import (
    ASKED,
    FALLING,
    NAMES,
    NEUTRAL,
    RISING,
    STANDING,
    columns,
    neutral,
    standing,
)
from credpath.recommender.mastery_items import MISSING

START = datetime(2026, 1, 1, tzinfo=UTC)


def _log(*scores: float, skill: str = "s", item: str = "i") -> list[Evidence]:
    return [
        Evidence(f"{skill}{n:03d}", skill, "item", score, START + timedelta(minutes=n), item_id=f"{item}{n % 3}")
        for n, score in enumerate(scores)
    ]


def _read(
    state: LearnerState,
    *skills: str,
    item: str = "",
    days: float = 0.0,
    near: dict[str, tuple[tuple[str, float], ...]] | None = None,
) -> dict[str, float]:
    at = START + timedelta(hours=1, days=days)
    row = standing(state, skills or ("s",), item, MISSING, at, DEFAULT_PARAMETERS, near or {})
    return dict(zip(STANDING, row, strict=True))


def test_every_column_has_one_name_and_none_both_rises_and_falls() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert set(NAMES) >= RISING | FALLING
    assert not RISING & FALLING
    assert set(NEUTRAL) <= set(NAMES)
    assert not set(NEUTRAL) & (RISING | FALLING)


def test_of_nobody_only_the_first_guess_is_known() -> None:
    read = _read(LearnerState())
    assert {name for name, value in read.items() if value} == {
        "known", "least_known", "since_skill", "same_item", "last_score", "second_score", "third_score", "skills_asked",
    }  # fmt: skip


@pytest.mark.parametrize(("score", "up", "down"), [(1.0, RISING, FALLING), (0.0, FALLING, RISING)])
@pytest.mark.parametrize("before", [(), (1.0,) * 9, (0.0,) * 9, (1.0, 0.0, 1.0)])
def test_an_answer_moves_each_constrained_column_the_right_way(
    before: tuple[float, ...], score: float, up: frozenset[str], down: frozenset[str]
) -> None:
    def table(scores: tuple[float, ...]) -> dict[str, float]:
        row = standing(replay(_log(*scores)), ("s",), "", MISSING, START + timedelta(days=1), DEFAULT_PARAMETERS, {})
        stood, asked = neutral(np.array([row]), np.zeros(1))
        return dict(zip(NAMES, columns(stood, asked)[0].tolist(), strict=True))

    old, new = table(before), table((*before, score))
    assert all(new[name] >= old[name] - 1e-6 for name in up)
    assert all(new[name] <= old[name] + 1e-6 for name in down)
    assert all(new[name] == old[name] for name in NAMES if name not in RISING | FALLING)


def test_what_lies_above_the_middle_fades_and_what_was_missed_does_not() -> None:
    state = replay(_log(1.0, 1.0, 0.0, 1.0))
    now, later = _read(state), _read(state, days=3000)
    assert later["rights_1"] < 0.1 * now["rights_1"]
    assert later["wrongs_1"] == now["wrongs_1"]
    assert 0.0 <= later["elo"] < now["elo"]
    assert DEFAULT_PARAMETERS.tracing.known_first < later["known"] < now["known"]


def test_several_skills_are_read_by_their_means_and_the_least() -> None:
    state = replay([*_log(1.0, 1.0, skill="s"), *_log(0.0, 0.0, skill="t")])
    both, good, bad = _read(state, "s", "t"), _read(state, "s"), _read(state, "t")
    assert both["elo"] == pytest.approx((good["elo"] + bad["elo"]) / 2)
    assert both["lowest_elo"] == bad["elo"]
    assert (both["skills_asked"], good["skills_asked"]) == (2.0, 1.0)


def test_related_skills_tell_by_their_weight_and_only_where_they_were_answered() -> None:
    state = replay(_log(1.0, 1.0, 1.0, skill="t"))
    strong, weak = (_read(state, "s", near={"s": (("t", w), ("u", 1.0))})["near"] for w in (0.9, 0.1))
    assert strong > weak > 0.0
    assert _read(state, "s")["near"] == 0.0


def test_the_same_item_is_remembered_with_how_it_went() -> None:
    state = replay(_log(1.0, 0.0, 1.0))
    assert [_read(state, item=item)["same_item"] for item in ("i0", "i1", "other", "")] == [1.0, 0.0, -1.0, -1.0]
    assert _read(state, item="i1")["same_item_ago"] == 2.0


def test_asked_without_an_item_every_question_of_a_skill_is_the_same() -> None:
    stood = np.random.default_rng(1).random((3, len(STANDING)))
    asked = neutral(stood, np.full(3, 0.7))[1]
    assert asked[:, :2].tolist() == [[0.7, 0.7]] * 3
    assert not asked[:, 2:].any()
    assert asked.shape == (3, len(ASKED))
