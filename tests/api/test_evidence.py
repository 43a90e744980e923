"""Awards and results over HTTP: what is taken, what is refused by its field, what can be taken back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from credpath.api.app import create_app
from tests import calling
from tests.api.serving import assert_problem, served
from tests.api.world import World, uri

ADA, AHEAD = "/v1/learners/ada", "2062-01-01T00:00:00Z"


@pytest.fixture
def ada(fresh: World) -> Iterator[httpx2.Client]:
    with (
        served(create_app(fresh.context, fresh.settings)) as base,
        calling.Client(base_url=base, timeout=30, headers=fresh.headers()) as client,
    ):
        client.put(ADA, json={"goal": "data analyst"}).raise_for_status()
        yield client


def award(client: httpx2.Client, at: str, learner: str = ADA, **facts: str) -> list[dict[str, Any]]:
    answer = client.post(f"{learner}/awards", json={"credential_id": "sql-basics", "awarded_at": at, **facts})
    assert answer.status_code == 200, answer.text
    changes: list[dict[str, Any]] = answer.json()["changes"]
    return changes


def mastery(client: httpx2.Client, learner: str = ADA) -> list[tuple[str, float]]:
    items = client.get(f"{learner}/mastery").json()["items"]
    return [(one["label"], one["probability"]) for one in items]


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/assessments", {"results": [{"skill": "SQL", "score": 1, "occurred_at": AHEAD}]}, "results.0.occurred_at"),
        ("/awards", {"credential_id": "sql-basics", "awarded_at": AHEAD}, "awarded_at"),
    ],
)
def test_what_lies_ahead_is_refused_by_its_field(
    ada: httpx2.Client, path: str, body: dict[str, Any], where: str
) -> None:
    problem = assert_problem(ada.post(ADA + path, json=body), 422, "invalid-input")
    assert problem["errors"] == [
        {
            "where": where,
            "what": f"{where} is 2062-01-01, which lies ahead",
            "fix": "give the time at which it happened",
        }
    ]
    assert mastery(ada) == []


def test_awards_may_arrive_in_any_order_and_the_latest_counts(ada: httpx2.Client) -> None:
    days = [f"{year}-10-01T00:00:00Z" for year in (2020, 2023, 2025)]
    award(ada, days[-1])
    latest = mastery(ada)
    for number, order in enumerate(itertools.permutations(days)):
        who = f"/v1/learners/who-{number}"
        ada.put(who, json={})
        for day in order:
            assert all(change["after"] >= change["before"] for change in award(ada, day, who))
        assert mastery(ada, who) == latest


def test_an_award_from_before_a_pass_lowers_nothing(ada: httpx2.Client) -> None:
    ended = {"learner_id": "ada", "credential_id": "sql-basics", "outcome": "completed"}
    for number, when in enumerate(["2026-06-01T00:00:00Z", 7]):
        told = {"outcomes": [{**ended, "outcome_id": f"o{number}", "occurred_at": when}]}
        ada.post("/v1/outcomes", json=told).raise_for_status()
        passed = mastery(ada)
        assert award(ada, f"201{number}-01-01T00:00:00Z") == []
        assert mastery(ada) == passed


@pytest.mark.parametrize("field", ["assessment_id", "item_id", "award_id"])
@pytest.mark.parametrize("value", [" sp ", "a\tb", " ", "x" * 201])
def test_an_id_by_which_nothing_could_be_taken_back_is_refused_by_its_field(
    ada: httpx2.Client, field: str, value: str
) -> None:
    result, given = {"skill": "SQL", "score": 1, "occurred_at": "2026-01-01T00:00:00Z"}, {field: value}
    path, body, where = "/assessments", {"results": [{**result, **given}]}, f"results.0.{field}"
    if field == "award_id":
        path, where = "/awards", field
        body = {"credential_id": "sql-basics", "awarded_at": "2026-01-01T00:00:00Z", **given}
    problem = assert_problem(ada.post(ADA + path, json=body), 422, "invalid-input")
    assert [fault["where"] for fault in problem["errors"]] == [where]


def test_a_score_above_its_highest_and_an_unknown_skill_are_refused_with_what_to_do(ada: httpx2.Client) -> None:
    for skill, score, slug, hint in (
        ("SQL", 90, "invalid-input", "max_score"),
        ("zxqv", 1, "batch-refused", "nearest"),
    ):
        body = {"results": [{"skill": skill, "score": score, "occurred_at": "2026-01-01T00:00:00Z"}]}
        assert hint in assert_problem(ada.post(f"{ADA}/assessments", json=body), 422, slug)["hint"]


def test_an_award_can_be_withdrawn_by_its_id_or_with_all_of_its_credential(ada: httpx2.Client) -> None:
    for day, key in (("2024-01-01T00:00:00Z", "a"), ("2025-01-01T00:00:00Z", "b"), ("2025-06-01T00:00:00Z", "")):
        award(ada, day, award_id=key)
    one = ada.delete(f"{ADA}/awards/sql-basics", params={"award_id": "b"}).json()
    assert (one["learner_id"], one["credential_id"], one["withdrawn"]) == ("ada", "sql-basics", 1)
    rest = ada.delete(f"{ADA}/awards/sql-basics").json()
    assert (rest["withdrawn"], [change["label"] for change in rest["changes"]]) == (2, ["SQL"])
    assert "no longer counts" in rest["changes"][0]["sentence"]
    again = ada.delete(f"{ADA}/awards/sql-basics").json()
    assert (again["withdrawn"], again["changes"]) == (0, [])
    assert mastery(ada) == []
    assert ada.get(f"{ADA}/export").json()["awards"] == []
    assert_problem(ada.delete("/v1/learners/nobody/awards/sql-basics"), 404, "not-found")


def test_a_profile_says_which_skills_are_not_there_yet_and_gives_them_back(ada: httpx2.Client) -> None:
    noes = [{"skill": uri("SQL"), "said_at": "2026-01-02T09:00:00Z"}]
    sent = {"goal": "data analyst", "not_yet": noes}
    assert ada.put(ADA, json=sent).json()["not_yet"] == noes
    assert ada.get(ADA).json()["not_yet"] == noes
    ((label, probability),) = mastery(ada)
    assert (label, probability < 0.15) == ("SQL", True)
    piece = ada.get(f"{ADA}/mastery").json()["items"][0]["evidence"][0]
    assert (piece["kind"], piece["score"], piece["at"]) == ("self_declared", 0.0, noes[0]["said_at"])
    wrong = {"not_yet": [{"skill": "SQL", "said_at": AHEAD}]}
    problem = assert_problem(ada.put(ADA, json=wrong), 422, "invalid-input")
    assert problem["errors"][0]["where"] == "not_yet.0.said_at"
