"""What was planned stays as it is, unless another path is worth clearly more; and every difference says why."""

from __future__ import annotations

from typing import Any

import pytest

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.money import Money
from credpath.domain.paths import KeptPath, LearningPath
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.filters import limits_of
from credpath.recommender.path_begun import begun_by
from credpath.recommender.path_ground import lay_ground
from credpath.recommender.path_problem import value_of
from credpath.recommender.path_stability import LEAST_MARGIN, MARGIN, stay
from credpath.recommender.path_statement import Statement, state_problem
from credpath.recommender.planning import best_of, plan_all
from tests.recommender.worlds import ask, goal_of, ids, index_of, learner, needs, offer, teaches

SKILLS = ("excel", "python", "sql", "statistics")
GOAL = goal_of(*SKILLS)


def again(
    index: CatalogueIndex, *kept: str, who: LearnerSnapshot | None = None, goal: Any = GOAL, **limits: Any
) -> LearningPath:
    return plan_all(index, ask(goal, who, **limits), kept=KeptPath(kept))[0]


def stated(index: CatalogueIndex, *kept: str, **limits: Any) -> Statement:
    request = ask(GOAL, **limits)
    constraints = limits_of(request.constraints, request.snapshot.profile)
    begun = begun_by(index, request.snapshot, constraints, request.today)
    return state_problem(lay_ground(index, request, constraints, begun, kept=KeptPath(kept)), constraints)


def one_each(**facts: Any) -> CatalogueIndex:
    return index_of({offer(f"on-{skill}", **facts): teaches(skill) for skill in SKILLS})


def rivals(strength: float) -> CatalogueIndex:
    """The kept path teaches half of everything in one; a rival teaches more of it, and only one of them fits."""
    return index_of(
        {
            offer("known", workload_hours=40.0): teaches(*SKILLS, strength=0.5),
            offer("rival", workload_hours=40.0): teaches(*SKILLS, strength=strength),
        }
    )


@pytest.mark.parametrize("strength", [0.5, 0.505, 0.51, 0.515, 0.52])
def test_a_path_stays_while_another_is_worth_little_more_and_nothing_is_said(strength: float) -> None:
    done = again(rivals(strength), "known", hours_per_week=10.0, weeks=5.0)
    assert (ids(done.steps), done.changes) == (["known"], ())


@pytest.mark.parametrize("strength", [0.56, 0.6, 0.75, 1.0])
def test_a_path_worth_clearly_more_takes_its_place_and_the_sentences_say_by_how_much(strength: float) -> None:
    index = rivals(strength)
    done = again(index, "known", hours_per_week=10.0, weeks=5.0)
    assert ids(done.steps) == ["rival"]
    assert [(change.kind, change.credential_id) for change in done.changes] == [
        ("removed", "known"), ("added", "rival"),
    ]  # fmt: skip
    for change in done.changes:
        gain = change.values["gain"]
        assert isinstance(gain, float)
        assert gain > MARGIN
        assert f"is worth {gain:.0%} more (a change takes {MARGIN:.0%})" in change.sentence


@pytest.mark.parametrize("strength", [0.5, 0.53, 0.56, 0.6, 0.9])
@pytest.mark.parametrize("weeks", [4.0, 5.0, 9.0])
def test_staying_never_costs_more_than_the_margin(strength: float, weeks: float) -> None:
    statement = stated(rivals(strength), "known", hours_per_week=10.0, weeks=weeks)
    free = best_of(statement)
    chosen, changes = stay(statement, ["known"], free)
    assert chosen.value == pytest.approx(value_of(statement.problem, chosen.plan))
    assert chosen.value >= free.value - max(LEAST_MARGIN, MARGIN * free.value) - 1e-9
    steps = {statement.problem.ids[node] for node in chosen.plan.steps}
    assert {change.credential_id for change in changes} == steps ^ {"known"}


def test_finishing_one_step_after_the_other_leaves_the_rest_as_it_was() -> None:
    index, done, levels = one_each(), again(one_each()), dict[str, float]()
    held: list[str] = []
    while done.steps:
        first, *ahead = ids(done.steps)
        held.append(first)
        levels[first.removeprefix("on-")] = 0.8
        done = again(index, *ahead, who=learner(held=held, **levels))
        assert (ids(done.steps), done.changes) == (ahead, ())


@pytest.mark.parametrize("kept", [SKILLS, SKILLS[::-1], ("python", "excel", "statistics", "sql")])
def test_steps_stay_in_the_order_that_was_kept(kept: tuple[str, ...]) -> None:
    steps = [f"on-{skill}" for skill in kept]
    assert ids(again(one_each(), *steps).steps) == steps


def test_what_is_worth_adding_comes_after_what_was_kept_and_says_what_it_closes() -> None:
    done = again(one_each(), "on-sql", "on-excel", hours_per_week=10.0, weeks=3.0)
    assert ids(done.steps)[:2] == ["on-sql", "on-excel"]
    (change,) = done.changes
    assert (change.kind, change.credential_id) == ("added", ids(done.steps)[2])
    assert change.sentence.endswith("is added at the end: it closes 25% of the gap.")


def test_a_step_that_has_become_too_dear_goes_and_is_named_with_what_replaces_it() -> None:
    index = index_of({offer("dear", cost=Money(90, "EUR")): teaches("sql"), offer("free"): teaches("sql")})
    done = again(index, "dear", goal=goal_of("sql"), budget=Money(50, "EUR"))
    assert ids(done.steps) == ["free"]
    said = {change.credential_id: change.sentence for change in done.changes}
    assert said["dear"] == "Dear is no longer on the path: it costs more than the budget."
    assert said["free"] == "Free is new: the path before no longer fits; this closes 100% of the gap."


def test_steps_that_no_longer_fit_together_go_though_each_would_fit_alone() -> None:
    done = again(one_each(), "on-sql", "on-excel", "on-python", hours_per_week=10.0, weeks=2.0)
    assert len(done.steps) == 2
    gone = [change for change in done.changes if change.kind == "removed"]
    assert len(gone) == 1
    assert "does not fit into hours, money and dates" in gone[0].sentence


def test_a_step_whose_prerequisite_vanished_goes_with_it() -> None:
    index = index_of(
        {offer("base", status="withdrawn"): (), offer("top", prerequisites=needs("base")): teaches("sql"),
         offer("other"): teaches("excel")}
    )  # fmt: skip
    done = again(index, "base", "top", "other")
    assert ids(done.steps) == ["other"]
    assert {change.credential_id for change in done.changes} == {"base", "top"}


def test_an_order_that_a_new_prerequisite_forbids_is_mended_and_said() -> None:
    index = index_of({offer("one"): teaches("sql"), offer("two", prerequisites=needs("three")): teaches("excel"),
                      offer("three"): teaches("python")})  # fmt: skip
    done = again(index, "two", "one", "three")
    assert set(ids(done.steps)) == {"one", "two", "three"}
    assert ids(done.steps).index("three") < ids(done.steps).index("two")


def test_what_is_held_or_under_way_is_no_change() -> None:
    index = one_each()
    for who in (learner(held=["on-sql"], sql=0.8), learner(in_progress=["on-sql"], sql=0.8)):
        done = again(index, "on-sql", "on-excel", who=who)
        assert ids(done.steps)[0] == "on-excel"
        assert "on-sql" not in {change.credential_id for change in done.changes}


def test_a_pin_comes_onto_a_kept_path_and_the_difference_is_said() -> None:
    index = index_of({offer(f"on-{skill}"): teaches(skill) for skill in SKILLS} | {offer("odd"): ()})
    done = again(index, *(f"on-{skill}" for skill in SKILLS), pinned=("odd",))
    assert "odd" in ids(done.steps)
    assert ("added", "odd") in {(change.kind, change.credential_id) for change in done.changes}
