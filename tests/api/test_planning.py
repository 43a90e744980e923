"""Paths over the wire: asked with every wish, compared, exported, kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from icalendar import Calendar

from credpath.api.app import create_app
from tests import calling
from tests.api.serving import assert_problem, client_of
from tests.api.world import World

ALL_WISHES = {
    "languages": ["en"], "country": "DE", "budget": {"amount": 900, "currency": "EUR"}, "hours_per_week": 10,
    "weeks": 60, "excluded": ["charts"], "participation": ["online"], "accredited": False, "awarding_bodies": [],
    "parallel": 2, "starts_on": "2035-01-08", "deadline": "2036-12-31", "pinned": ["sheets"], "stack": None,
}  # fmt: skip


@pytest.fixture
def caller(fresh: World) -> Iterator[httpx2.Client]:
    """Of a world that the test may change, with all rights."""
    with client_of(create_app(fresh.context, fresh.settings), headers=fresh.headers()) as client:
        yield client


@pytest.fixture(scope="module")
def reader(url: str, world: World) -> Iterator[httpx2.Client]:
    with calling.Client(base_url=url, timeout=30, headers=world.headers("recommend")) as client:
        yield client


def answered(client: httpx2.Client, route: str = "/v1/paths", **body: Any) -> Any:
    answer = client.post(route, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_wish_may_be_sent_and_a_path_says_all_that_it_promises(reader: httpx2.Client) -> None:
    answer = answered(reader, goal="data analyst", constraints=ALL_WISHES, seed=3, limit=5)
    path = answer["paths"][0]
    assert path["kind"] == "best"
    steps = [step["credential_id"] for step in path["steps"]]
    assert "charts" not in steps
    assert 0 <= path["gap_after"] <= path["gap_before"] <= 1
    for step in path["steps"]:
        assert step["credential"]["title"]
        assert all(skill["label"] for skill in step["skills"])
        assert {"starts_on", "ends_on", "waivers", "completion_probability", "stacks"} <= step.keys()
    assert {"concessions", "changes", "bound", "optimality_gap", "solver", "reachable", "ects"} <= path.keys()


def test_the_kept_path_is_where_the_next_answer_starts(caller: httpx2.Client) -> None:
    first = answered(caller, learner_id="learner-1")
    steps = [step["credential_id"] for step in first["paths"][0]["steps"]]
    assert (first["previous"], first["kept"]) == ([], "best")
    tried = answered(caller, learner_id="learner-1", goal="web developer", keep="none")
    assert tried["kept"] is None
    again = answered(caller, learner_id="learner-1", keep="none")
    assert (again["previous"], again["kept"]) == (steps, None)
    assert answered(caller, learner_id="learner-1", previous=["charts"], keep="none")["previous"] == ["charts"]
    assert answered(caller, learner_id="learner-1", previous=[], keep="none")["previous"] == []
    exported = caller.get("/v1/learners/learner-1/export").json()["kept_paths"]
    assert [kept["credential_ids"] for kept in exported] == [steps]
    assert caller.delete("/v1/learners/learner-1").json()["removed"]["kept_paths"] == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"constraints": {"parallel": 0}}, "constraints.parallel"),
        ({"constraints": {"parallel": 6}}, "constraints.parallel"),
        ({"constraints": {"parallel": "2"}}, "constraints.parallel"),
        ({"constraints": {"deadline": "soon"}}, "constraints.deadline"),
        ({"constraints": {"deadline": "2001-01-01"}}, "deadline"),
        ({"constraints": {"deadline": "9999-12-31"}}, "deadline"),
        ({"constraints": {"starts_on": "2001-01-01"}}, "starts_on"),
        ({"constraints": {"pinned": ["sheets", "nothing-like-it"]}}, "pinned"),
        ({"constraints": {"pinned": ["sheets"] * 13}}, "constraints.pinned"),
        ({"constraints": {"pinned": ["sheets", "sheets"]}}, "pinned"),
        ({"constraints": {"pinned": ["sheets"], "excluded": ["sheets"]}}, "excluded"),
        ({"constraints": {"stack": "sheets"}}, "stack"),
        ({"constraints": {"stack": ""}}, "constraints.stack"),
        ({"constraints": {"accredited": "yes"}}, "constraints.accredited"),
        ({"constraints": {"participation": [" "]}}, "constraints.participation.0"),
        ({"constraints": {"awarding_bodies": "CISA"}}, "constraints.awarding_bodies"),
        ({"previous": ["x"] * 101}, "previous"),
        ({"keep": "everything"}, "keep"),
    ],
)
def test_a_bad_wish_is_refused_by_its_place(reader: httpx2.Client, body: dict[str, Any], where: str) -> None:
    for route in ("/v1/paths", "/v1/paths:calendar"):
        problem = assert_problem(reader.post(route, json={"goal": "data analyst", **body}), 422, "invalid-input")
        assert where in [error["where"] for error in problem["errors"]], problem
        assert problem["hint"] or problem["errors"]


def test_wishes_of_a_path_only_are_no_wishes_of_a_recommendation(reader: httpx2.Client) -> None:
    body = {"goal": "data analyst", "constraints": {"parallel": 2}}
    assert_problem(reader.post("/v1/recommendations", json=body), 422, "invalid-input")
    body = {"goal": "data analyst", "constraints": {"participation": ["online"], "accredited": True}}
    assert reader.post("/v1/recommendations", json=body).status_code == 200


def test_two_goals_are_compared(reader: httpx2.Client) -> None:
    goals = [{"goal": "data analyst"}, {"occupation_uri": "https://occupations.test/1"}]
    found = answered(reader, "/v1/paths:compare", goals=goals, constraints={"hours_per_week": 8})
    assert [side["goal"]["label"] for side in found["goals"]] == ["data analyst", "web developer"]
    for side in found["goals"]:
        assert len(side["closes_of_other"]) == len(side["paths"][0]["steps"])
        assert side["closes_of_other_total"] == pytest.approx(sum(side["closes_of_other"]))
    assert [skill["label"] for skill in found["shared_skills"]] == ["SQL"]
    assert all(credential["title"] for credential in found["shared_credentials"])
    assert found["together"]["hours"] > 0
    assert len(found["summary"]) >= 4


@pytest.mark.parametrize(
    "goals",
    [
        [],
        [{"goal": "a"}],
        [{"goal": "a"}] * 3,
        [{"goal": "a"}, {}],
        [{"goal": "web developer"}] * 2,
        [{"goal": "a"}, 3],
    ],
)
def test_goals_that_cannot_be_compared_are_refused(reader: httpx2.Client, goals: list[Any]) -> None:
    problem = assert_problem(reader.post("/v1/paths:compare", json={"goals": goals}), 422, "invalid-input")
    assert problem["errors"][0]["where"].startswith("goals")


def test_a_path_goes_into_a_calendar_and_is_kept_as_exported(caller: httpx2.Client) -> None:
    answer = caller.post("/v1/paths:calendar", json={"learner_id": "learner-1"})
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["content-disposition"] == 'attachment; filename="credpath.ics"'
    assert answer.headers["cache-control"] == "no-store"
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    planned = answered(caller, learner_id="learner-1")
    titles = [step["credential"]["title"] for step in planned["paths"][0]["steps"]]
    assert [str(event["SUMMARY"]) for event in events] == titles
    assert planned["previous"] == [step["credential_id"] for step in planned["paths"][0]["steps"]]


def test_what_cannot_go_into_a_calendar_is_a_problem_that_says_why(reader: httpx2.Client) -> None:
    nothing = {"goal": "data analyst", "constraints": {"weeks": 0.1, "hours_per_week": 1}}
    assert "no step" in assert_problem(reader.post("/v1/paths:calendar", json=nothing), 404, "not-found")["detail"]
    here = {path["kind"] for path in answered(reader, goal="data analyst")["paths"]}
    missing = sorted({"fastest", "cheapest", "surest", "most_credit"} - here)
    for kind in missing:
        answer = reader.post("/v1/paths:calendar", json={"goal": "data analyst", "alternative": kind})
        assert "best" in assert_problem(answer, 404, "not-found")["hint"]
