from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from credpath.domain.catalogue import Credential
from credpath.domain.goals import CareerGoal
from credpath.domain.money import Money
from credpath.domain.paths import LearningPath, StackProgress, Step
from credpath.service.planning_paths import PathAnswer
from credpath.web.i18n import Languages
from credpath.web.pages import environment
from credpath.web.plan_views import plan_view

TODAY = date(2027, 1, 11)


def step(credential_id: str, start: float, closes: float) -> Step:
    return Step(credential_id, start, start + 2.0, 12.0, False, None, None, closes, (), (), (), ())


def path(**facts: Any) -> LearningPath:
    usual: dict[str, Any] = {
        "steps": (step("a", 0.0, 0.2), step("b", 2.0, 0.1)), "hours": 24.0, "weeks": 4.0, "cost": Money(50, "EUR"),
        "unpriced_steps": 0, "gap_before": 0.6, "gap_after": 0.3,
    }  # fmt: skip
    return LearningPath(**(usual | facts))


def answer(*paths: LearningPath) -> PathAnswer:
    records = {i: Credential(i, i.title()) for i in ("a", "b")}
    return PathAnswer(CareerGoal("analyst"), None, paths, records, False, "b", "v", "t")


def part(name: str, value: object) -> str:
    """What a macro of the learner's pages writes, in one line."""
    module: Any = environment(Languages()["en"]).get_template("learner/parts.html").module
    return " ".join(str(getattr(module, name)(value)).split())


def test_only_a_path_whose_every_price_is_known_to_be_nothing_is_free() -> None:
    assert part("path_cost", path(cost=None, unpriced_steps=2)) == "not stated"
    assert part("path_cost", path(cost=Money(0, "USD"), unpriced_steps=1)) == "not stated"
    assert part("path_cost", path(cost=Money(0, "USD"))) == "free"
    assert "50" in part("path_cost", path(unpriced_steps=1))
    assert "1 step without a price" in part("unpriced", path(unpriced_steps=1))


def test_cost_is_drawn_only_where_it_is_known() -> None:
    quick = path(kind="fastest", weeks=3.0)
    assert plan_view(answer(path(), quick), "best", TODAY).scatters
    assert plan_view(answer(path(), replace(quick, unpriced_steps=1)), "best", TODAY).scatters == ()
    assert plan_view(answer(path(cost=None, unpriced_steps=2), quick), "best", TODAY).scatters == ()


def test_what_is_in_progress_closes_its_part_before_the_first_step() -> None:
    view = plan_view(answer(path(gap_before=0.8, gap_after=0.3, starts_on=TODAY + timedelta(weeks=4))), "best", TODAY)
    steps, (first, last) = view.steps, view.curves[0].dots
    assert first[0] - view.curves[0].frame.left == pytest.approx(3 * (last[0] - first[0]), abs=1.0)
    assert [one.closes for one in steps] == pytest.approx([0.25, 0.125])
    assert steps[-1].open == pytest.approx(0.3 / 0.8)


def test_a_stack_of_which_not_all_members_are_known_says_so() -> None:
    progress = StackProgress("s", "The whole", "credentials", 0.0, 1.0, 1.0)
    assert "1 of 1 toward The whole" in part("stack_chip", progress)
    assert "1 of 1 known here toward The whole" in part("stack_chip", replace(progress, partial=True))
