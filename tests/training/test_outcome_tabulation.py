from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from credpath.domain.outcomes import Outcome
from credpath.errors import BundleRefused
from credpath.recommender.outcome_tables import LEAST_COUNT, OutcomeTables
from credpath.recommender.table_features import TABLE_FEATURES, BoundTables
from training.outcome_tabulation import STRONGEST, WEAKEST, ShownLines, prior_of, tabulate, take_ups_of

START = datetime(2025, 3, 10, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
ANALYST, NURSE, CLERK = "urn:analyst", "urn:nurse", "urn:clerk"
FIELDS = {ANALYST: "25", NURSE: "22", CLERK: "25"}


def happened(who: str, what: str, kind: Any, day: float, **more: Any) -> Outcome:
    return Outcome(f"{who}:{what}:{kind}:{day}", who, what, kind, START + timedelta(days=day), **more)


def a_log(learners: int = 60) -> list[Outcome]:
    """Of `learners` all finish "a"; two of three then finish "b" in April, the others drop "c"."""
    log = []
    for n in range(learners):
        who = f"l{n:03d}"
        log += [happened(who, "a", "enrolled", 1), happened(who, "a", "completed", 9)]
        if n % 3:
            log += [happened(who, "b", "enrolled", 30), happened(who, "b", "awarded", 60)]
        else:
            log += [happened(who, "c", "started", 20), happened(who, "c", "dropped", 25)]
    return log


def tables(log: list[Outcome] | None = None, **more: Any) -> OutcomeTables:
    goals = {f"l{n:03d}": NURSE if n < 30 else ANALYST for n in range(60)}
    return tabulate(take_ups_of(a_log() if log is None else log, NOW), goals, FIELDS, **more)


def test_counts_are_those_of_the_log_in_any_order_of_arrival() -> None:
    counted = tables()
    assert counted.ids == ("a", "b", "c")
    assert counted.taken.tolist() == [60, 40, 20]
    assert counted.happened[0].tolist() == [60, 40, 0]
    assert counted.of[0].tolist() == [60, 40, 20]
    assert counted.goals == (ANALYST, NURSE)
    assert counted.learners.tolist() == [30, 30]
    mixed = a_log() + a_log()[:7]
    Random(3).shuffle(mixed)
    again = tables(mixed)
    for name in ("happened", "taken", "takers", "months"):
        np.testing.assert_array_equal(getattr(again, name), getattr(counted, name))


def test_who_is_still_at_it_counts_neither_as_finished_nor_as_not() -> None:
    fresh = [happened("new", "a", "enrolled", 440)]
    assert tables(a_log() + fresh).of[0].tolist() == [60, 40, 20]
    old = [happened("old", "a", "enrolled", 100)]
    assert tables(a_log() + old).of[0].tolist() == [61, 40, 20]
    undated = [Outcome("o", "old", "a", "started", START, ordinal=True)]
    assert tables(a_log() + undated).of[0].tolist() == [61, 40, 20]


def test_who_finished_without_passing_did_not_finish() -> None:
    failed = [happened("new", "a", "enrolled", 430), happened("new", "a", "completed", 440, score=0.3)]
    counted = tables(a_log() + failed)
    assert (counted.happened[0].tolist(), counted.of[0].tolist()) == ([60, 40, 0], [61, 40, 20])
    again = tables([*a_log(), *failed, happened("new", "a", "completed", 450, score=0.7)])
    assert again.happened[0].tolist() == [61, 40, 0]


def test_few_observations_stay_close_to_the_average() -> None:
    one = [happened("z", "rare", "completed", 3)]
    counted = tables(a_log() + one)
    rates = dict(zip(counted.ids, counted.rates()[0], strict=True))
    assert rates["a"] > 0.9
    assert rates["c"] < 0.2
    assert counted.means[0] < rates["rare"] < rates["a"]


def test_a_prior_follows_the_scatter_of_the_rates() -> None:
    dice = np.random.default_rng(0)
    of = np.full(400, 50.0)
    for strength in (8.0, 60.0):
        true = dice.beta(0.3 * strength, 0.7 * strength, size=400)
        mean, found = prior_of(dice.binomial(50, true).astype(float), of)
        assert mean == pytest.approx(0.3, abs=0.03)
        assert found == pytest.approx(strength, rel=0.5)
    assert prior_of(np.full(9, 25.0), np.full(9, 50.0)) == (0.5, STRONGEST)
    assert prior_of(np.zeros(3), np.zeros(3), 0.05) == (0.05, WEAKEST)


def test_a_goal_nobody_had_leans_on_its_field_and_an_unknown_one_on_everybody() -> None:
    only_analysts = [happened(f"l{n:03d}", "d", "completed", 90) for n in range(30, 60)]
    counted = tables(a_log() + only_analysts)
    of_d = counted.ids.index("d")
    shares = {goal: counted.for_goal(goal)[of_d] for goal in (ANALYST, CLERK, NURSE, "urn:unheard")}
    assert shares[ANALYST] > shares[CLERK] > shares["urn:unheard"] > shares[NURSE] > 0


def test_steps_are_told_only_when_enough_took_them() -> None:
    counted = tables()
    told = {
        (goal, first, then): (takers, leavers)
        for goal, first, then, takers, leavers in zip(
            counted.step_goal, counted.first, counted.then, counted.takers, counted.leavers, strict=True
        )
    }
    assert told == {(-1, 0, 1): (40, 60), (-1, 0, 2): (20, 60), (0, 0, 1): (20, 30), (1, 0, 1): (20, 30)}
    assert min(counted.takers) >= LEAST_COUNT


def test_what_one_goals_learners_finish_is_lifted_for_that_goal() -> None:
    counted = tables()
    only = replace(
        counted, finishers=np.where((counted.of_goal == 0) | (counted.finished != 1), counted.finishers, 0.0)
    )
    place = counted.ids.index("b")
    lifts = [
        BoundTables.bind(only, counted.ids).features((), goal, 4, np.arange(len(counted.ids)))[
            place, TABLE_FEATURES.index("goal_lift")
        ]
        for goal in counted.goals
    ]
    assert lifts[0] > 0 > lifts[1]


def test_features_speak_of_the_catalogues_own_rows() -> None:
    bound = BoundTables.bind(tables(), ["zz", "c", "b"])
    f = bound.features(("a",), NURSE, 4, np.arange(3))
    assert f.shape == (3, len(TABLE_FEATURES))
    assert np.isfinite(f).all()
    column = {name: f[:, at].tolist() for at, name in enumerate(TABLE_FEATURES)}
    assert column["completion_rate"][0] == pytest.approx(tables().means[0], abs=1e-6)
    assert column["completion_rate"][1] < column["completion_rate"][0] < column["completion_rate"][2]
    assert column["taken_up"] == pytest.approx(np.log1p([0, 20, 40]).tolist(), abs=1e-5)
    assert column["next_share"] == pytest.approx([0.0, 0.0, 20 / 30], abs=1e-6)
    assert column["goal_popularity"][0] == 0.0
    anybodys = bound.features(("a",), "urn:unheard", 4, np.arange(3))[:, TABLE_FEATURES.index("goal_lift")]
    assert anybodys.tolist() == pytest.approx([0.0] * 3)
    assert column["goal_lift"][0] == 0.0
    assert column["season"][2] > column["season"][0] == 0.0
    step = bound.took_next(("x", "a"), NURSE, 2)
    assert step is not None
    assert (step.takers, step.leavers, step.after, step.with_goal) == (20, 30, "a", True)
    anybody = bound.took_next(("a",), "urn:unheard", 1)
    assert anybody is not None
    assert (anybody.takers, anybody.leavers, anybody.with_goal) == (20, 60, False)
    assert bound.took_next((), NURSE, 2) is None
    assert bound.finished_with_goal(NURSE, 2) == (20, 30)
    assert bound.finished_with_goal(NURSE, 1) is None
    assert bound.finished_with_goal("urn:unheard", 2) is None


def test_what_was_shown_gives_the_rates_of_taking_up_and_dismissing() -> None:
    line = np.arange(180)
    lines = ShownLines(("a", "q"), line // 90, line % 9 < 3, (line >= 90) & (line % 2 == 0))
    counted = tables(shown=lines)
    assert counted.ids == ("a", "b", "c", "q")
    rates = counted.rates()
    assert rates[1][0] == pytest.approx(1 / 3, abs=0.05)
    assert rates[2][3] > 0.3 > rates[2][0]
    assert rates[1][1] == pytest.approx(counted.means[1])


def test_an_empty_log_gives_tables_that_know_nothing() -> None:
    nothing = tables([])
    bound = BoundTables.bind(nothing, ["a", "b"])
    f = bound.features(("a",), NURSE, 12, np.arange(2))
    assert np.isfinite(f).all()
    assert f[0].tolist() == f[1].tolist()


def test_tables_survive_the_disk_and_equal_ones_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        tables().save(tmp_path / name)
    back = OutcomeTables.load(tmp_path / "one")
    assert back.ids == tables().ids
    assert back.fields == FIELDS
    np.testing.assert_array_equal(back.rates(), tables().rates())
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one == two
    (tmp_path / "one" / "tables.json").write_text('{"format": 0}')
    with pytest.raises(BundleRefused, match="format 0"):
        OutcomeTables.load(tmp_path / "one")
