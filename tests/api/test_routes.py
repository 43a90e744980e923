"""What each route does, told as the journeys of an LMS plugin."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx2
import pytest
from structlog.testing import capture_logs

from credpath.api.app import create_app
from tests.api.calls import TIME, outcome
from tests.api.serving import assert_problem, client_of
from tests.api.world import World, uri

WEB = "/v1/credentials/https%3A%2F%2Fcatalogue.test%2Fweb%2F1"


@pytest.fixture
def lms(fresh: World) -> Iterator[httpx2.Client]:
    """A client with an admin key of a world that the test may change."""
    with client_of(create_app(fresh.context, fresh.settings), headers=fresh.headers()) as client:
        yield client


@pytest.fixture
def reader(client: httpx2.Client, world: World) -> httpx2.Client:
    """A client with an admin key of the shared world, which the test leaves as it is."""
    client.headers.update(world.headers())
    return client


def test_goals_come_with_confidence_and_weighted_skills(reader: httpx2.Client) -> None:
    found = reader.get("/v1/goals", params={"q": "data analyst", "limit": 2}).json()
    best = found["items"][0]
    assert best["label"] == "data analyst"
    assert 0 < best["confidence"] <= 1
    assert sum(skill["weight"] for skill in best["skills"]) == pytest.approx(1, abs=1e-4)
    assert len(found["items"]) == 2
    assert found["interpretation"]["close_enough"] is True
    assert found["attribution"] == "Made for tests."


def test_a_recommendation_carries_what_the_contract_names(reader: httpx2.Client) -> None:
    slate = reader.post("/v1/recommendations", json={"learner_id": "learner-1", "limit": 3}).json()
    assert {"impression_id", "policy", "propensity", "filters", "degraded", "versions", "goal", "seed"} <= slate.keys()
    assert slate["degraded"] is False
    assert slate["versions"]["bundle"] == "20260101T000000Z-test"
    assert slate["versions"]["catalogue"]
    first = slate["items"][0]
    assert [item["rank"] for item in slate["items"]] == [1, 2, 3]
    assert first["credential"]["credential_id"] == first["credential_id"]
    assert first["credential"]["title"]
    assert first["completion_probability"] is None
    assert first["reasons"][0]["sentence"]
    assert 0 <= first["eu_complete"] <= 9
    assert first["cost"] == {"amount": 100.0, "currency": "EUR"}
    assert first["workload_hours"] == 20.0


def test_somebody_who_is_not_stored_gets_a_slate_from_goal_and_profile(reader: httpx2.Client) -> None:
    profile = {"skills": ["SQL", "juggling with fire"], "awards": ["sql-basics"], "languages": ["en"]}
    slate = reader.post("/v1/recommendations", json={"profile": profile, "goal": "data analyst"}).json()
    shown = [item["credential_id"] for item in slate["items"]]
    assert shown
    assert "sql-basics" not in shown
    assert slate["unknown_skills"] == ["juggling with fire"]
    assert slate["goal"]["label"] == "data analyst"


def test_limits_are_kept(reader: httpx2.Client) -> None:
    body = {"goal": "data analyst", "constraints": {"budget": {"amount": 10, "currency": "EUR"}}}
    slate = reader.post("/v1/recommendations", json=body).json()
    assert slate["items"] == []
    assert sum(slate["filters"].values()) > 0
    body = {"goal": "data analyst", "constraints": {"excluded": ["statistics"]}}
    slate = reader.post("/v1/recommendations", json=body).json()
    assert "statistics" not in [item["credential_id"] for item in slate["items"]]


def test_a_repeated_idempotency_key_shows_the_first_impression(lms: httpx2.Client) -> None:
    headers = {"Idempotency-Key": "page-view-1"}
    first = lms.post("/v1/recommendations", json={"learner_id": "learner-1"}, headers=headers).json()
    again = lms.post("/v1/recommendations", json={"learner_id": "learner-1"}, headers=headers).json()
    assert again["impression_id"] == first["impression_id"]
    assert [i["credential_id"] for i in again["items"]] == [i["credential_id"] for i in first["items"]]
    other = lms.post("/v1/recommendations", json={"goal": "web developer"}, headers=headers)
    assert_problem(other, 409, "conflict")


def test_a_path_orders_steps_and_totals_them(reader: httpx2.Client) -> None:
    answer = reader.post("/v1/paths", json={"learner_id": "learner-1", "constraints": {"hours_per_week": 10}}).json()
    path = answer["paths"][0]
    assert path["steps"]
    assert path["hours"] == pytest.approx(sum(step["workload_hours"] for step in path["steps"]))
    assert path["gap_after"] < path["gap_before"]
    starts = [step["start_week"] for step in path["steps"]]
    assert starts == sorted(starts)
    assert all(step["credential"]["title"] for step in path["steps"])


def test_an_explanation_replays_what_was_logged(reader: httpx2.Client, world: World) -> None:
    found = reader.get(f"/v1/impressions/{world.impression_id}/explanation").json()
    assert found["impression_id"] == world.impression_id
    assert found["learner_id"] == "learner-1"
    assert found["replayed"] is True
    assert found["items"][0]["reasons"][0]["sentence"]
    assert found["items"][0]["contributions"][0]["feature"]


def test_a_learner_is_put_read_changed_exported_and_forgotten(lms: httpx2.Client) -> None:
    body = {
        "goal": "web developer", "skills": ["HTML"], "languages": ["en", "de"], "country": "DE", "hours_per_week": 5.5,
        "budget": {"amount": 300, "currency": "EUR"},
        "not_yet": [{"skill": "CSS", "said_at": "2026-01-02T09:00:00Z"}],
    }  # fmt: skip
    created = lms.put("/v1/learners/l%2F2", json=body)
    assert created.status_code == 201
    stored = lms.get("/v1/learners/l%2F2").json()
    assert stored.pop("updated_at").endswith("Z")
    assert stored == {"learner_id": "l/2", **body, "notes": []}
    changed = lms.put("/v1/learners/l%2F2", json={"goal": "project manager"})
    assert changed.status_code == 200
    assert changed.json()["skills"] == []
    assert lms.get("/v1/learners/l%2F2/export").json()["profile"]["goal"] == "project manager"
    forgotten = lms.delete("/v1/learners/l%2F2").json()
    assert forgotten["removed"]["profile"] == 1
    assert_problem(lms.get("/v1/learners/l%2F2"), 404, "not-found")
    assert_problem(lms.delete("/v1/learners/l%2F2"), 404, "not-found")


def test_assessment_results_move_mastery_once(lms: httpx2.Client) -> None:
    result = {"skill": "SQL", "score": 9, "max_score": 10, "occurred_at": TIME, "assessment_id": "quiz-1"}
    change = lms.post("/v1/learners/learner-1/assessments", json={"results": [result]}).json()["changes"][0]
    assert change["skill_uri"] == uri("SQL")
    assert change["after"] > change["before"]
    assert lms.post("/v1/learners/learner-1/assessments", json={"results": [result]}).json()["changes"] == []
    mastery = lms.get("/v1/learners/learner-1/mastery").json()["items"]
    sql = next(item for item in mastery if item["skill_uri"] == uri("SQL"))
    assert sql["low"] <= sql["probability"] <= sql["high"]
    assert sql["evidence"][-1]["reference"] == "quiz-1"


def test_a_change_is_told_in_a_sentence_with_the_amounts(lms: httpx2.Client) -> None:
    result = {"skill": "SQL", "score": 9, "max_score": 10, "occurred_at": TIME, "assessment_id": "quiz-1"}
    change = lms.post("/v1/learners/learner-1/assessments", json={"results": [result]}).json()["changes"][0]
    assert change["label"] == "SQL"
    assert change["sentence"].startswith(
        "SQL: a score of 90% in quiz-1 on 1 March 2026 raises the estimate that you have this skill from 15% to "
    )
    award = {"credential_id": "statistics", "awarded_at": TIME}
    gained = lms.post("/v1/learners/learner-1/awards", json=award).json()["changes"]
    assert [c["sentence"].partition(" on ")[0] for c in gained] == ['Statistics: the award "statistics course"']


def test_an_answer_to_an_item_moves_less_than_a_score_and_a_score_over_several_skills_moves_each(
    lms: httpx2.Client,
) -> None:
    url = "/v1/learners/learner-1/assessments"
    item = {"skill": "SQL", "score": 1, "occurred_at": TIME, "item_id": "q1", "difficulty": 0.9}
    whole = {"skills": ["HTML", "JavaScript"], "score": 1, "occurred_at": TIME}
    single = {"skill": "statistics", "score": 1, "occurred_at": TIME}
    changes = lms.post(url, json={"results": [item, whole, single]}).json()["changes"]
    after = {change["label"]: change["after"] for change in changes}
    assert after["SQL"] < after["HTML"] == after["JavaScript"] < after["statistics"]
    kept = {c["label"]: c["evidence"] for c in changes}
    assert (kept["SQL"]["kind"], kept["SQL"]["item_id"], kept["SQL"]["difficulty"]) == ("item", "q1", 0.9)
    for wrong in ({"skill": "SQL", **whole}, {"score": 1, "occurred_at": TIME}, {**item, "difficulty": 1.5}):
        assert_problem(lms.post(url, json={"results": [wrong]}), 422, "invalid-input")


def test_a_result_is_corrected_only_when_it_is_called_a_correction_and_can_be_taken_back(lms: httpx2.Client) -> None:
    url = "/v1/learners/learner-1/assessments"
    result = {"skill": "SQL", "score": 0.2, "occurred_at": TIME, "assessment_id": "quiz/1"}
    before = lms.get("/v1/learners/learner-1/mastery").json()
    lms.post(url, json={"results": [result]})
    low = lms.get("/v1/learners/learner-1/mastery").json()
    better = {**result, "score": 0.9}
    assert "regrade" in assert_problem(lms.post(url, json={"results": [better]}), 409, "conflict")["hint"]
    assert lms.get("/v1/learners/learner-1/mastery").json() == low
    done = lms.put(f"{url}/quiz%2F1", json={"results": [{**better, "assessment_id": ""}]}).json()
    assert (done["voided"], done["added"], [c["label"] for c in done["changes"]]) == (1, 1, ["SQL"])
    assert done["changes"][0]["after"] > done["changes"][0]["before"]
    assert lms.put(f"{url}/quiz%2F1", json={"results": [better]}).json()["changes"] == []
    gone = lms.delete(f"{url}/quiz%2F1").json()
    assert (gone["voided"], gone["changes"][0]["sentence"].partition(",")[0]) == (
        1, "SQL: the result of quiz/1 no longer counts"
    )  # fmt: skip
    assert lms.get("/v1/learners/learner-1/mastery").json() == before
    assert_problem(lms.delete(f"{url}/quiz%2F1"), 404, "not-found")
    other = {"results": [{**better, "assessment_id": "quiz-2"}]}
    assert_problem(lms.put(f"{url}/quiz%2F1", json=other), 422, "invalid-input")


def test_mastery_toward_a_goal_shows_its_skills_without_evidence_too(lms: httpx2.Client) -> None:
    result = {"skill": "SQL", "score": 1, "occurred_at": TIME}
    lms.post("/v1/learners/learner-1/assessments", json={"results": [result]})
    items = lms.get("/v1/learners/learner-1/mastery", params={"goal": "data analyst"}).json()["items"]
    found = {item["label"]: item for item in items}
    assert {label for label, item in found.items() if item["needed"]} == {
        "SQL", "statistics", "data visualisation", "spreadsheets"
    }  # fmt: skip
    assert (found["SQL"]["basis"], found["SQL"]["pieces"]) == ("evidence", 1)
    assert found["SQL"]["evidence"][0]["moved"] > 0
    guess = found["data visualisation"]
    assert (guess["basis"], guess["evidence"], guess["due_at"]) == ("nothing", [], None)
    assert guess["high"] - guess["low"] > found["SQL"]["high"] - found["SQL"]["low"]
    url = "/v1/learners/learner-1/mastery"
    assert_problem(lms.get(url, params={"goal": "zxqv wubble"}), 422, "invalid-input")
    assert_problem(lms.get(url, params={"occupation_uri": "https://nowhere.test"}), 404, "not-found")


def test_results_on_unknown_skills_refuse_the_batch_by_line(lms: httpx2.Client) -> None:
    results = [{"skill": skill, "score": 1, "occurred_at": TIME} for skill in ("SQL", "zymurgical quibbling")]
    problem = assert_problem(
        lms.post("/v1/learners/learner-1/assessments", json={"results": results}), 422, "batch-refused"
    )
    assert [row["line"] for row in problem["refusals"]] == [2]
    assert lms.get("/v1/learners/learner-1/export").json()["evidence"] == []


def test_an_award_is_held_from_then_on(lms: httpx2.Client) -> None:
    award = {"credential_id": "sql-basics", "awarded_at": TIME, "evidence_url": "https://badges.test/1"}
    changed = lms.post("/v1/learners/learner-1/awards", json=award).json()["changes"]
    assert uri("SQL") in [change["skill_uri"] for change in changed]
    slate = lms.post("/v1/recommendations", json={"learner_id": "learner-1", "limit": 10}).json()
    assert "sql-basics" not in [item["credential_id"] for item in slate["items"]]
    assert_problem(
        lms.post("/v1/learners/learner-1/awards", json={**award, "credential_id": "nothing"}), 404, "not-found"
    )


def test_outcomes_are_stored_once_and_a_reused_id_refuses_the_batch(lms: httpx2.Client) -> None:
    batch = {"outcomes": [outcome("e-1"), outcome("e-2", occurred_at=17, outcome="clicked")]}
    known = {"unknown_impressions": 0, "unknown_credentials": 0}
    assert lms.post("/v1/outcomes", json=batch).json() == {"inserted": 2, "duplicates": 0, **known}
    assert lms.post("/v1/outcomes", json=batch).json() == {"inserted": 0, "duplicates": 2, **known}
    mixed = {"outcomes": [outcome("e-3"), outcome("e-1", outcome="dropped")]}
    assert "e-1" in assert_problem(lms.post("/v1/outcomes", json=mixed), 409, "conflict")["detail"]
    assert len(lms.get("/v1/learners/learner-1/export").json()["outcomes"]) == 2


def test_outcomes_that_answer_nothing_are_counted(lms: httpx2.Client, fresh: World) -> None:
    theirs = lms.post("/v1/recommendations", json={"goal": "nurse"}, headers=fresh.headers("recommend", "other")).json()
    batch = [
        outcome("u-1", impression_id="nope"),
        outcome("u-2", impression_id=theirs["impression_id"]),
        outcome("u-3", credential_id="nope"),
        outcome("u-4"),
    ]
    unknown = {"unknown_impressions": 2, "unknown_credentials": 1}
    assert lms.post("/v1/outcomes", json={"outcomes": batch}).json() == {"inserted": 4, "duplicates": 0, **unknown}
    assert lms.post("/v1/outcomes", json={"outcomes": batch}).json() == {"inserted": 0, "duplicates": 4, **unknown}


def test_a_budget_in_a_currency_without_a_rate_is_said_where_it_is_given_and_where_it_matters(
    lms: httpx2.Client,
) -> None:
    budget = {"budget": {"amount": 500, "currency": "XXX"}}
    put = lms.put("/v1/learners/xxx", json={"goal": "data analyst", **budget})
    (note,) = put.json()["notes"]
    assert "no rate for XXX" in note
    assert "EUR" in note
    slate = lms.post("/v1/recommendations", json={"learner_id": "xxx"}).json()
    assert slate["filters"]["cost_unknown_currency"] > 0
    assert slate["notes"] == [note]
    euros = {"goal": "data analyst", "constraints": {"budget": {"amount": 500, "currency": "EUR"}}}
    assert lms.post("/v1/recommendations", json=euros).json()["notes"] == []


def test_a_credential_that_was_read_can_be_put_back(lms: httpx2.Client) -> None:
    record = lms.get("/v1/credentials/sql-advanced").json()
    assert record["requires"] == [{"kind": "all_of", "credentials": ["sql-basics"], "k": None}]
    assert "country" in record["eu_missing"]
    saved = lms.put("/v1/credentials/sql-advanced", json=record).json()
    assert (saved["updated"], saved["unchanged"]) == (0, 1)
    saved = lms.put("/v1/credentials/sql-advanced", json={**record, "country": "IE"}).json()
    assert saved["updated"] == 1
    assert lms.get("/v1/credentials/sql-advanced").json()["country"] == "IE"


def test_a_credential_whose_id_is_a_url_is_one_segment(reader: httpx2.Client) -> None:
    assert reader.get(WEB).json()["credential_id"] == "https://catalogue.test/web/1"


def test_a_record_that_would_close_a_cycle_is_refused(lms: httpx2.Client) -> None:
    body = {"title": "SQL basics", "requires": [{"credentials": ["sql-advanced"]}]}
    problem = assert_problem(lms.put("/v1/credentials/sql-basics", json=body), 422, "batch-refused")
    assert "cycle" in problem["refusals"][0]["reason"]


def test_pages_follow_one_another_without_gap_or_repeat(reader: httpx2.Client) -> None:
    whole = [c["credential_id"] for c in reader.get("/v1/credentials", params={"limit": 100}).json()["items"]]
    seen: list[str] = []
    page = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        page = reader.get("/v1/credentials", params={"limit": 3, "cursor": page["next_cursor"]}).json()
        seen += [c["credential_id"] for c in page["items"]]  # type: ignore[index]
    assert seen == whole
    assert len(whole) == 8


def test_a_search_finds_words_and_its_cursor_serves_no_other_search(reader: httpx2.Client) -> None:
    page = reader.get("/v1/credentials", params={"q": "SQL", "limit": 1}).json()
    assert "SQL" in page["items"][0]["title"]
    other = reader.get("/v1/credentials", params={"q": "HTML", "cursor": page["next_cursor"]})
    assert_problem(other, 422, "invalid-input")


RECORD = {
    "credential_id": "new",
    "title": "New one",
    "outcomes": ["SQL"],
    "requires": [{"credentials": ["sql-basics"]}],
}
IMPORTS = {
    "native lines": (json.dumps(RECORD), "application/x-ndjson"),
    "csv": ("credential_id,title,skills,prerequisites\nnew,New one,SQL,sql-basics\n", "text/csv; charset=utf-8"),
    "json": (json.dumps({"format": "native", "records": [RECORD]}), "application/json"),
}


@pytest.mark.parametrize(("text", "kind"), IMPORTS.values(), ids=IMPORTS.keys())
def test_an_import_is_tried_applied_and_changes_nothing_again(lms: httpx2.Client, text: str, kind: str) -> None:
    def send(query: str = "") -> dict[str, object]:
        answer = lms.post(f"/v1/credentials:import{query}", content=text, headers={"Content-Type": kind})
        assert answer.status_code == 200, answer.text
        return {key: answer.json()[key] for key in ("read", "inserted", "unchanged", "applied")}

    assert send("?dry_run=true") == {"read": 1, "inserted": 1, "unchanged": 0, "applied": False}
    assert_problem(lms.get("/v1/credentials/new"), 404, "not-found")
    assert send() == {"read": 1, "inserted": 1, "unchanged": 0, "applied": True}
    assert lms.get("/v1/credentials/new").json()["requires"][0]["credentials"] == ["sql-basics"]
    assert send() == {"read": 1, "inserted": 0, "unchanged": 1, "applied": True}


def test_a_refused_import_names_every_bad_line_and_writes_nothing(lms: httpx2.Client) -> None:
    lines = ['{"credential_id": "ok", "title": "Fine"}', '{"credential_id": "a"}', "not json", '{"titel": "x"}']
    answer = lms.post(
        "/v1/credentials:import", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
    )
    problem = assert_problem(answer, 422, "batch-refused")
    assert [row["line"] for row in problem["refusals"]] == [2, 3, 4]
    assert all(row["reason"] for row in problem["refusals"])
    assert_problem(lms.get("/v1/credentials/ok"), 404, "not-found")


def test_an_empty_import_and_an_unknown_format_are_refused(lms: httpx2.Client) -> None:
    csv = {"Content-Type": "text/csv"}
    assert_problem(lms.post("/v1/credentials:import", content=b" \n", headers=csv), 422, "invalid-input")
    assert_problem(lms.post("/v1/credentials:import?format=xml", content=b"x", headers=csv), 422, "invalid-input")


def test_models_are_listed_and_an_unknown_one_is_not_promoted(lms: httpx2.Client) -> None:
    assert lms.get("/v1/models").json() == {"items": []}
    assert_problem(lms.post("/v1/models/20200101T000000Z-none:promote"), 404, "not-found")
    assert_problem(lms.post("/v1/models:rollback"), 409, "conflict")


def test_probes_say_what_runs(reader: httpx2.Client) -> None:
    assert reader.get("/livez").json() == {"alive": True}
    ready = reader.get("/readyz").json()
    assert (ready["ready"], ready["bundle_version"]) == (True, "20260101T000000Z-test")
    assert reader.get("/version").json()["taxonomies"] == ["public: test 1"]
    for path in ("/livez", "/readyz", "/version"):
        head = reader.head(path)
        assert (head.status_code, head.content) == (200, b"")


def test_metrics_show_fallbacks_and_the_bundle_and_no_learner(reader: httpx2.Client) -> None:
    reader.post("/v1/recommendations", json={"learner_id": "learner-1"})
    answer = reader.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'credpath_recommendations_total{degraded="false"}' in answer.text
    assert 'credpath_bundle{version="20260101T000000Z-test"} 1.0' in answer.text
    assert 'route="/v1/recommendations"' in answer.text
    assert "learner-1" not in answer.text
    assert "campus" not in answer.text


def test_the_log_holds_no_id_text_or_secret_of_anybody(reader: httpx2.Client, world: World) -> None:
    with capture_logs() as lines:
        reader.get("/v1/learners/learner-1")
        reader.get("/v1/goals", params={"q": "leave nursing for good"})
        reader.post("/v1/recommendations", json={"learner_id": "learner-1", "goal": "leave nursing for good"})
        reader.put("/v1/learners/learner-7", json={"goal": "leave nursing for good", "wages": "leave"})
    assert {line["route"] for line in lines} >= {"/v1/learners/{learner_id}", "/v1/goals", "/v1/recommendations"}
    for private in ("learner-1", "learner-7", "nursing", world.secrets["campus", "admin"]):
        assert private not in str(lines)


def test_the_documentation_is_served_from_here_under_its_own_policy(reader: httpx2.Client) -> None:
    page = reader.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "'self'" in page.headers["content-security-policy"]
    for link in ("docs/static/swagger-ui-bundle.js", "docs/static/swagger-ui.css", "docs/static/docs.js"):
        assert link in page.text
        asset = reader.get(f"/{link}")
        assert asset.status_code == 200
        assert asset.headers["cache-control"] == "public, max-age=86400"
    assert reader.get("/openapi.json").json()["openapi"].startswith("3.1")
    assert_problem(reader.get("/docs/static/nothing.js"), 404, "not-found")
    assert_problem(reader.get("/redoc"), 404, "not-found")
