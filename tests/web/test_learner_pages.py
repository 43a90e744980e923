from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from credpath.domain.catalogue import Credential
from credpath.service import catalogue
from credpath.web.pages import POLICY, STATIC
from tests import calling
from tests.api.calls import TIME
from tests.api.world import World, uri
from tests.web.visiting import csrf, send, visit

PAGES = ("you", "check", "goal", "gap", "plan", "act", "forget", "credential?id=agile")


def events(world: World, url: str, learner: str) -> list[tuple[str, str, bool]]:
    document = calling.get(f"{url}/v1/learners/{learner}/export", headers=world.headers("read")).json()
    return [(o["kind"], o["credential_id"], bool(o["impression_id"])) for o in document["outcomes"]]


def profile(world: World, url: str, learner: str) -> dict[str, Any]:
    found: dict[str, Any] = calling.get(f"{url}/v1/learners/{learner}", headers=world.headers("read")).json()
    return found


def test_every_page_has_its_policy_and_is_kept_by_nobody(world: World, url: str) -> None:
    with visit(world, url, "headers", goal="data analyst") as client:
        for page in PAGES:
            answer = client.get(f"/learn/{page}")
            assert answer.status_code == 200, page
            assert answer.headers["content-security-policy"] == POLICY
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "style=" not in answer.text
            assert "<style" not in answer.text
            assert " onclick" not in answer.text


def test_no_page_names_anything_elsewhere_that_a_browser_would_load(world: World, url: str) -> None:
    with visit(world, url, "local", goal="data analyst") as client:
        for page in PAGES:
            text = client.get(f"/learn/{page}").text
            assert 'src="http' not in text
            assert 'rel="stylesheet" href="http' not in text


def test_assets_may_be_kept_for_good_and_nothing_else_is_an_asset(anybody: httpx2.Client) -> None:
    for file in STATIC.iterdir():
        answer = anybody.get(f"/static/{file.name}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert anybody.get("/static/../pages.py").status_code == 404
    assert anybody.get("/static/nothing.css").status_code == 404


def test_an_unknown_page_is_a_page(anybody: httpx2.Client) -> None:
    answer = anybody.get("/learn/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "There is nothing here" in answer.text


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/learn/plan?hours=3", "/learn/plan?hours=3"), ("/", "/"), ("", "/"), ("//evil.test", "/"),
        ("/\\evil.test", "/"), ("https://evil.test", "/"), ("/x\r\nSet-Cookie: a=b", "/"), ("javascript:x", "/"),
    ],
)  # fmt: skip
def test_choosing_a_language_leads_back_to_our_own_page_only(anybody: httpx2.Client, back: str, to: str) -> None:
    answer = anybody.get("/language", params={"code": "es", "back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, to)
    assert answer.headers["set-cookie"].startswith("language=es;")
    assert "set-cookie" not in anybody.get("/language", params={"code": "tlh", "back": back}).headers


def test_somebody_without_a_goal_is_asked_for_it_first(world: World, url: str) -> None:
    with visit(world, url, "aimless") as client:
        assert client.get("/learn").headers["location"] == "/learn/you"
        for page in ("check", "gap", "plan"):
            assert client.get(f"/learn/{page}").headers["location"] == "/learn/goal"
        assert send(client, "/learn/goal", goal="").status_code == 422
        assert send(client, "/learn/goal", goal="data analyst").headers["location"] == "/learn/gap?done=goal"
    assert profile(world, url, "aimless")["goal"] == "data analyst"


def test_a_goal_that_is_only_words_still_gets_suggestions(world: World, url: str) -> None:
    with visit(world, url, "dreamer", goal="zzz qqq xyzzy") as client:
        assert "is no occupation that is known here" in client.get("/learn/gap").text
        plan = client.get("/learn/plan").text
        assert "Your next credential" in plan
        assert "closes" not in plan.partition("Your next credential")[2].partition("</article>")[0]


def test_the_whole_ways_to_two_goals_stand_side_by_side_and_change_nothing(world: World, url: str) -> None:
    with visit(world, url, "torn", goal="data analyst") as client:
        text = client.get("/learn/goal/ways", params={"a": "data analyst", "b": "web developer"}).text
        assert "data analyst or web developer?" in text
        assert "They share 1 skill." in text
        assert text.count("Make this my goal") == 2
        assert "on both ways" in text
        assert client.get("/learn/goal/ways", params={"a": "data analyst", "b": "data analyst"}).status_code == 422
        assert client.get("/learn/goal/ways", params={"a": "", "b": "x"}).status_code == 422
    assert profile(world, url, "torn")["goal"] == "data analyst"


def test_every_action_is_logged_and_answers_what_was_shown(world: World, url: str) -> None:
    with visit(world, url, "actor", goal="data analyst") as client:
        page = client.get("/learn/plan").text
        impression = page.partition('name="impression_id" value="')[2].partition('"')[0]
        form = {"credential_id": "statistics", "impression_id": impression, "back": "plan"}
        answer = send(client, "/learn/actions", action="enrolled", **form)
        assert answer.headers["location"].startswith("/learn/plan?done=enrolled&about=statistics&said=page%3A")
        assert "you enrolled in statistics course" in client.get(answer.headers["location"]).text
        send(client, "/learn/actions", action="enrolled", **form)  # the same form again
        assert "First comes what you have begun: statistics course" in client.get("/learn/plan").text
    assert events(world, url, "actor") == [("enrolled", "statistics", True)]


def test_what_both_ways_wait_for_is_said_once(world: World, url: str) -> None:
    with visit(world, url, "begun", goal="data analyst") as client:
        page = client.get("/learn/plan").text
        impression = page.partition('name="impression_id" value="')[2].partition('"')[0]
        send(
            client,
            "/learn/actions",
            action="enrolled",
            credential_id="statistics",
            impression_id=impression,
            back="plan",
        )
        text = client.get("/learn/goal/ways", params={"a": "data analyst", "b": "web developer"}).text
    assert text.count("First comes what you have begun: statistics course") == 1


def test_what_is_known_already_becomes_a_skill(world: World, url: str) -> None:
    with visit(world, url, "knower", goal="data analyst") as client:
        send(client, "/learn/actions", action="known", credential_id="sql-basics", back="act")
    assert events(world, url, "knower") == [("dismissed", "sql-basics", False)]
    assert profile(world, url, "knower")["skills"] == ["https://skills.test/SQL"]


def undo(client: httpx2.Client, page: str, nth: int = 0, **changed: str) -> httpx2.Response:
    """Presses the nth button of a page that takes something back."""
    form = client.get(page).text.split('action="/learn/undo"')[nth + 1].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return client.post("/learn/undo", data={**fields, **changed})


def test_undoing_what_is_known_already_takes_its_skills_back_also_after_a_reload(world: World, url: str) -> None:
    sql = "https://skills.test/SQL"
    with visit(world, url, "mistaken", goal="data analyst", skills=["spreadsheets"]) as client:
        note = send(client, "/learn/actions", action="known", credential_id="sql-basics").headers["location"]
        assert profile(world, url, "mistaken")["skills"] == ["spreadsheets", sql]
        client.get(note)
        answer = undo(client, note)
        assert answer.headers["location"] == "/learn/act?done=unlearned&about=sql-basics"
        assert "no longer among yours" in client.get(answer.headers["location"]).text
        assert profile(world, url, "mistaken")["skills"] == ["spreadsheets"]
        # A plain dismissal takes no skill along.
        send(client, "/learn/you/skills", add=sql)
        note = send(client, "/learn/actions", action="dismissed", credential_id="sql-basics").headers["location"]
        assert undo(client, note).headers["location"] == "/learn/act?done=undone&about=sql-basics"
    assert profile(world, url, "mistaken")["skills"] == ["spreadsheets", sql]
    assert events(world, url, "mistaken") == []


def test_what_an_undo_removes_is_signed_for_one_learner_and_one_credential(world: World, url: str) -> None:
    with visit(world, url, "victim", goal="data analyst", skills=["agile planning"]) as client:
        note = send(client, "/learn/actions", action="known", credential_id="sql-basics").headers["location"]
        send(client, "/learn/actions", action="dismissed", credential_id="agile")
        token = parse_qs(urlsplit(note).query)["gained"][0]
        for wrong in (token[:-1], f"{token}x", "nonsense"):
            assert undo(client, note, gained=wrong).status_code == 403
        assert undo(client, note, credential_id="agile").status_code == 403
        with visit(world, url, "attacker", goal="data analyst") as other:
            theirs = send(other, "/learn/actions", action="known", credential_id="sql-basics").headers["location"]
        assert undo(client, note, gained=parse_qs(urlsplit(theirs).query)["gained"][0]).status_code == 403
        assert len(profile(world, url, "victim")["skills"]) == 2
        assert len(events(world, url, "victim")) == 2


def test_a_mistaken_press_can_be_undone_at_once_and_from_where_it_is_listed(world: World, url: str) -> None:
    with visit(world, url, "clumsy", goal="data analyst") as client:
        write = world.headers("write")
        told = {"outcome_id": "lms-clumsy", "learner_id": "clumsy", "credential_id": "agile", "outcome": "completed",
                "occurred_at": TIME}  # fmt: skip
        calling.post(f"{url}/v1/outcomes", json={"outcomes": [told]}, headers=write).raise_for_status()

        def press() -> list[str]:
            steps = [send(client, "/learn/actions", action=a, credential_id="statistics", back="act")
                     for a in ("enrolled", "completed")]  # fmt: skip
            held = send(client, "/learn/you/awards", credential_id="charts", awarded_on="2026-01-02", once="2")
            return [step.headers["location"].partition("#")[0] for step in (*steps, held)]

        for note in reversed(press()):
            assert "Taken back" in client.get(undo(client, note).headers["location"]).text
        assert events(world, url, "clumsy") == [("completed", "agile", False)]
        press()
        for page, listed in (("/learn/you", 2), ("/learn/act", 2), ("/learn/act", 1)):
            assert client.get(page).text.count('action="/learn/undo"') == listed
            assert undo(client, page).headers["location"].startswith(f"{page}?done=unsaid&about=")
        for page in ("/learn/you", "/learn/act"):
            assert 'action="/learn/undo"' not in client.get(page).text
    assert events(world, url, "clumsy") == [("completed", "agile", False)]
    document = calling.get(f"{url}/v1/learners/clumsy/export", headers=world.headers("read")).json()
    assert document["awards"] == []


def test_who_has_shown_nothing_shows_0_percent_and_no_best_case_is_told_of_nothing(world: World, url: str) -> None:
    with visit(world, url, "blank", goal="data analyst") as client:
        goal, gap = (client.get(f"/learn/{page}").text for page in ("goal", "gap"))
        assert set(re.findall(r'<strong class="figures">([^<]*)</strong>', goal)) == {"0%"}
        assert "You show 0% of what it takes" in gap
        assert "at best" not in gap
        send(client, "/learn/you/skills", add=uri("SQL"))
        assert "By what has been seen of you it is surely" in client.get("/learn/gap").text


@pytest.mark.parametrize(("code", "said"), [("es", "no se puede usar"), ("fr", "ne peut pas être utilisé")])
def test_an_error_is_said_in_the_language_of_the_page_and_its_english_detail_is_marked(
    world: World, url: str, code: str, said: str
) -> None:
    with visit(world, url, "lost", goal="data analyst") as client:
        answer = client.get("/learn/goal/ways", params={"a": "", "b": "x", "lang": code})
    assert answer.status_code == 422
    assert said in answer.text
    assert '<span lang="en">one of the goals is empty' in answer.text


def test_answers_of_the_check_are_kept_yes_and_no_and_either_can_be_corrected(world: World, url: str) -> None:
    sql, statistics = uri("SQL"), uri("statistics")
    with visit(world, url, "checked", goal="data analyst") as client:
        page = client.get("/learn/check", params={"yes": sql, "no": statistics}).text
        assert "Keep 2 answers" in page
        assert profile(world, url, "checked")["skills"] == []
        assert send(client, "/learn/check", yes=sql, no=statistics).status_code == 303
        kept = profile(world, url, "checked")
        assert kept["skills"] == [sql]
        assert [one["skill"] for one in kept["not_yet"]] == [statistics]
        again = client.get("/learn/check").text
        assert "Can you do this on your own: SQL?" not in again
        assert "Can you do this on your own: statistics?" not in again
        assert "Skills you do not have yet" in client.get("/learn/you").text
        assert "Your own word: not yet" in client.get("/learn/gap").text
        send(client, "/learn/you/skills", add=statistics)
        assert profile(world, url, "checked")["not_yet"] == []
        assert send(client, "/learn/check", no=statistics).status_code == 303
        send(client, "/learn/you/skills", forget=statistics)
        kept = profile(world, url, "checked")
        assert (kept["skills"], kept["not_yet"]) == ([sql], [])


def test_the_promise_of_the_check_is_what_the_plan_begins_with(world: World, url: str) -> None:
    with visit(world, url, "promised", goal="data analyst") as client:
        client.get("/learn/plan")
        send(client, "/learn/check", yes=uri("SQL"), no=uri("statistics"))
        ask = {"learner_id": "promised"}
        best = client.post("/v1/recommendations", json=ask, headers=world.headers("recommend")).json()["items"][0]
        promised = client.get("/learn/check", params={"stop": "1"})
        assert promised.status_code == 200
        assert best["credential"]["title"] in client.get("/learn/plan").text
    assert best["credential"]["credential_id"] != "sql-basics"


def test_an_award_that_is_added_is_held_with_its_day_and_proof(world: World, url: str) -> None:
    fields = {"credential_id": "charts", "awarded_on": "2026-01-02", "evidence_url": "https://proof.test/7"}
    with visit(world, url, "holder", goal="data analyst") as client:
        for wrong in ({"awarded_on": "2999-01-01"}, {"awarded_on": "soon"}, {"evidence_url": "javascript:x"}):
            assert send(client, "/learn/you/awards", **{**fields, **wrong}).status_code == 422
        assert send(client, "/learn/you/awards", **fields).status_code == 303
        link = client.get("/learn/act").text.partition('href="https://www.linkedin.com')[2].partition('"')[0]
    asked = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
    assert asked["name"] == ["data visualisation course"]
    assert (asked["issueYear"], asked["issueMonth"], asked["certUrl"]) == (["2026"], ["1"], ["https://proof.test/7"])
    assert events(world, url, "holder") == [("awarded", "charts", False)]


def test_languages_and_country_are_kept_only_as_the_catalogue_knows_them(world: World, url: str) -> None:
    with visit(world, url, "speaker", goal="data analyst", country="PT") as client:
        send(client, "/learn/you/about", language="en", country="<x>")
    found = profile(world, url, "speaker")
    assert (found["languages"], found["country"]) == (["en"], "")


def test_limits_become_the_usual_ones_when_asked_to(world: World, url: str) -> None:
    with visit(world, url, "limited", goal="data analyst") as client:
        assert send(client, "/learn/plan/keep", hours="3", budget="250", currency="EUR").status_code == 303
        send(client, "/learn/plan/keep", hours="many")
    found = profile(world, url, "limited")
    assert (found["hours_per_week"], found["budget"]) == (3.0, {"amount": 250.0, "currency": "EUR"})


def test_the_path_goes_into_a_calendar(world: World, url: str) -> None:
    with visit(world, url, "dated", goal="data analyst") as client:
        answer = client.get("/learn/plan/calendar?hours=5")
        assert answer.headers["content-type"].startswith("text/calendar")
        assert answer.text.count("BEGIN:VEVENT") >= 2
        assert client.get("/learn/plan/calendar?path=nonsense").status_code == 422


@pytest.mark.parametrize("wish", ["pin=withdrawn", "stack=withdrawn", "deadline={late}", "starts={late}"])
def test_a_link_to_a_plan_outlives_what_it_was_made_with(world: World, url: str, wish: str) -> None:
    late = datetime.now(UTC).date() + timedelta(weeks=1_041)
    with visit(world, url, "returning", goal="data analyst") as client:
        page = client.get(f"/learn/plan?{wish.format(late=late)}").text
    assert "so the plan goes without them" in page
    assert "Your next credential" in page
    assert "Step by step" in page


def test_what_is_shown_without_what_is_gone_can_be_followed_and_entered_in_a_calendar(world: World, url: str) -> None:
    asked = "pin=withdrawn&pin=sheets&hours=many"
    with visit(world, url, "following", goal="data analyst") as client:
        page = client.get(f"/learn/plan?{asked}").text
        assert page.count("so the plan goes without them") == 1
        done = send(client, f"/learn/plan/follow?{asked}", path="best")
        assert done.headers["location"] == "/learn/plan?done=followed"
        assert client.get(f"/learn/plan/calendar?{asked}").text.count("BEGIN:VEVENT") >= 2


def test_following_a_path_keeps_it_and_nonsense_is_refused(world: World, url: str) -> None:
    with visit(world, url, "follower", goal="data analyst") as client:
        assert (
            send(client, "/learn/plan/follow?hours=4", path="best").headers["location"] == "/learn/plan?done=followed"
        )
        assert send(client, "/learn/plan/follow", path="nonsense").status_code == 422


def test_going_to_the_awarding_body_is_logged_and_leads_nowhere_else(world: World, url: str) -> None:
    outside = Credential("outside", "Outside", url="https://body.test/course?x=1")
    catalogue.put_credential(world.context, "campus", outside)
    with visit(world, url, "curious", goal="data analyst") as client:
        answer = client.get("/learn/go?id=outside&impression=i-1&once=1&url=https://evil.test")
        assert (answer.status_code, answer.headers["location"]) == (303, "https://body.test/course?x=1")
        assert client.get("/learn/go?id=agile").status_code == 404
        assert client.get("/learn/go?id=https://evil.test").status_code == 404
    assert events(world, url, "curious") == [("clicked", "outside", True)]


def test_forgetting_asks_once_more_and_then_removes_everything(world: World, url: str) -> None:
    with visit(world, url, "leaving", goal="data analyst") as client:
        client.get("/learn/plan")
        assert send(client, "/learn/forget").status_code == 422
        token = csrf(client)
        assert "You are forgotten" in client.post("/learn/forget", data={"csrf": token, "sure": "yes"}).text
        assert client.get("/learn/you").status_code == 401
    assert calling.get(f"{url}/v1/learners/leaving/export", headers=world.headers("read")).status_code == 404


def test_the_export_is_a_file_with_everything(world: World, url: str) -> None:
    with visit(world, url, "exporter", goal="data analyst", skills=["SQL"]) as client:
        answer = client.get("/learn/export")
    assert answer.headers["content-disposition"].startswith('attachment; filename="credpath-')
    assert answer.json()["profile"]["declared_skills"] == ["SQL"]


@pytest.mark.parametrize(
    "query",
    ["?q=%ff%fe", "?q=%00", "?" + "&".join(f"a{n}=1" for n in range(400)), "?q=" + "x" * 5_000, "?about=x&done=y",
     "?path=%F0%9F%92%A9&hours=1e999&budget=-0", "?pin=" + "&pin=".join("abcdefghijklmnop"), "?stack=agile",
     "?starts=0001-01-01"],
)  # fmt: skip
def test_no_query_makes_a_page_fail(world: World, url: str, query: str) -> None:
    with visit(world, url, "breaker", goal="data analyst") as client:
        for page in ("you", "goal", "check", "gap", "plan", "act", "credential", "go", "export", "plan/calendar"):
            assert client.get(f"/learn/{page}{query}").status_code < 500, page
