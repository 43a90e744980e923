"""What each page of the dashboard says, with nothing there, with something, and with what is hostile."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser

import httpx2
import pytest

from credpath.api.app import create_app
from credpath.domain.catalogue import Credential, LearningOutcome, PrerequisiteGroup
from credpath.domain.learner import Learner, Profile
from credpath.domain.outcomes import Outcome
from credpath.errors import Refusal
from credpath.service import catalogue, keys, learners, recommending
from credpath.service.asking import Ask
from credpath.service.outcomes import store
from credpath.service.tasks import followed
from credpath.store.imports import record_import
from credpath.store.tasks import save_task
from tests import calling
from tests.api.serving import served
from tests.api.world import World, uri
from tests.store.samples import a_task
from tests.web.dashboards import COHORT, dashboard_world, sign_in

HOSTILE = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-alert(1)-'", "{{ 7 * 7 }}", "{% for x in y %}",
    "javascript:alert(1)", "</title><svg onload=alert(1)>", "\u202egnp.exe", "a" * 300,
    "Z\u0351\u036b\u0343\u036a" * 20,
    "&lt;b&gt;", "<!--", "]]>", "%s %d {name}", "🧑‍🏫" * 40,
)  # fmt: skip
PAGES = ("/dashboard", "/dashboard/catalogue", "/dashboard/graph", "/dashboard/cohort", "/dashboard/models",
         "/dashboard/explain", "/dashboard/tasks", "/dashboard/keys")  # fmt: skip
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Tags(HTMLParser):
    """Checks that elements close as they opened, and that none carries a style or a handler."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.faults += [f"<{tag} {name}>" for name, _ in attrs if name == "style" or name.startswith("on")]
        self.faults += [f"<script> without src in {attrs}" for _ in [0] if tag == "script" and "src" not in dict(attrs)]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")


def sound(text: str) -> None:
    """The page is well formed, each id stands once, nothing runs inline."""
    tags = Tags()
    tags.feed(text)
    assert tags.faults == []
    assert tags.open == []
    assert len(tags.ids) == len(set(tags.ids))
    assert re.search(r"\bnan\b|\bNone\b(?! yet)|\binf\b", re.sub(r"<[^>]*>", " ", text)) is None


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, list[str], httpx2.Client]]:
    world, versions = dashboard_world(tmp_path_factory.mktemp("pages"))
    with (
        served(create_app(world.context, world.settings)) as url,
        calling.Client(base_url=url, timeout=30) as client,
    ):
        sign_in(client, world)
        yield world, versions, client


@pytest.fixture
def world(home: tuple[World, list[str], httpx2.Client]) -> World:
    return home[0]


@pytest.fixture
def client(home: tuple[World, list[str], httpx2.Client]) -> httpx2.Client:
    return home[2]


def seen(client: httpx2.Client, path: str, status: int = 200) -> str:
    """The text of a sound page."""
    answer = client.get(path)
    assert answer.status_code == status, path
    sound(answer.text)
    return answer.text


def cohort(client: httpx2.Client, path: str = "/dashboard/cohort") -> str:
    """The page once it was worked out."""
    for _ in range(200):
        text = seen(client, path)
        if "Being worked out" not in text:
            return text
        assert 'http-equiv="refresh"' in text, "without a script the page comes back by itself"
        time.sleep(0.02)
    raise AssertionError("it was never worked out")


def test_the_overview_counts_what_was_shown_and_what_came_of_it(client: httpx2.Client, world: World) -> None:
    shown = recommending.recommend(world.context, "campus", Ask(learner_id="learner-1"))
    now = world.context.clock()
    outcome = Outcome("o1", "learner-1", "charts", "enrolled", now, impression_id=shown.impression_id)
    world.context.writer.submit(lambda c: store(c, "campus", [outcome], now)).result()
    client.post("/v1/recommendations", json={"goal": "data analyst"}, headers=world.headers())
    text = seen(client, "/dashboard")
    assert re.search(r"Recommendations shown</dt><dd>3", text)
    assert re.search(r"Taken up</dt><dd>33%", text)
    assert "POST /v1/recommendations" in text
    assert 'role="img"' in text
    earlier = (now - timedelta(days=40)).date().isoformat()
    assert "Nothing was shown yet" in seen(client, f"/dashboard?days=7&last={earlier}")


@pytest.mark.parametrize("query", ["days=0", "days=-1", "days=9999999999", "days=x", "last=x", "last=0001-01-01",
                                   "last=9999-12-31", "days=٣"])  # fmt: skip
def test_an_address_that_makes_no_sense_shows_what_does(client: httpx2.Client, query: str) -> None:
    assert "Recommendations by day" in seen(client, f"/dashboard?{query}")


def test_the_catalogue_page_finds_records_and_leads_to_them(client: httpx2.Client) -> None:
    text = seen(client, "/dashboard/catalogue?kind=incomplete&q=sql")
    assert "SQL course" in text
    assert "budgeting" not in text.split("Records to mend")[2]
    assert "Nothing like that is to be mended" in seen(client, "/dashboard/catalogue?q=zzzz")
    seen(client, "/dashboard/catalogue?kind=nonsense&page=99")
    record = seen(client, "/dashboard/catalogue/record?id=https://catalogue.test/web/1")
    assert "JavaScript and HTML course" in record
    assert "Lacks elements of the EU record" in record


def test_the_graph_is_a_picture_and_a_list_of_the_same(client: httpx2.Client) -> None:
    text = seen(client, "/dashboard/graph?id=sql-basics")
    assert text.count("SQL course") > 3
    assert "is required for" in text
    assert "teaches" in text
    found = seen(client, "/dashboard/graph?q=statistics")
    assert "statistics course" in found
    assert 'aria-current="true"' in found
    assert "spreadsheets" in seen(client, f"/dashboard/graph?id={uri('spreadsheets')}")
    seen(client, "/dashboard/graph?id=nothing", 404)


def test_the_learners_page_tells_of_groups_and_of_nobody(client: httpx2.Client) -> None:
    text = cohort(client)
    assert re.search(rf"Learners with a goal</dt><dd>{COHORT + 1}", text)
    assert "web developer" in text
    assert "person-" not in text
    one = cohort(client, "/dashboard/cohort?goal=https://occupations.test/1")
    assert re.search(r"Learners with a goal</dt><dd>6", one)
    assert "too small to be shown" in cohort(client, "/dashboard/cohort?country=XX")


def test_the_models_page_compares_the_champion_with_the_challenger(
    client: httpx2.Client, home: tuple[World, list[str], httpx2.Client]
) -> None:
    _, (first, second), _ = home
    text = seen(client, "/dashboard/models")
    assert text.index("Champion") < text.index("Latest challenger")
    assert "held by the gate" in text
    model = seen(client, f"/dashboard/models/{second}")
    for words in ("What the gate said", "hold: too few", "Simulated learners", "2 parts are hidden", "Calibration",
                  "too few", "What it looks at"):  # fmt: skip
        assert words in model, words
    assert "Nothing was learned for this tenant here" in seen(client, f"/dashboard/models/{first}")
    seen(client, "/dashboard/models/nothing", 404)
    seen(client, "/dashboard/models/rollback", 404)


def test_a_recommendation_is_explained_by_what_moved_it(client: httpx2.Client, world: World) -> None:
    text = seen(client, f"/dashboard/explain?id={world.impression_id}")
    assert "Replayed" in text
    assert "What moved its score" in text
    assert 'class="bar two-way"' in text
    other = re.search(r'href="([^"]*item=[^"]*)"', text)
    assert other
    seen(client, other[1].replace("&amp;", "&"))
    assert "No recommendation of this tenant" in seen(client, "/dashboard/explain?id=unknown", 404)
    latest = seen(client, "/dashboard/explain?before=nonsense")
    assert world.impression_id in latest


def test_tasks_show_how_far_they_are_and_how_they_ended(client: httpx2.Client, world: World) -> None:
    now = world.context.clock()
    with world.context.database.write() as connection:
        half = a_task("half", started_at=now, updated_at=now, stage="reading rows", done=10, total=40)
        save_task(connection, "campus", half)
        save_task(connection, "other", a_task("theirs", title="not for campus", started_at=now, updated_at=now))
        old = now - timedelta(hours=3)
        save_task(connection, "campus", a_task("old", kind="retraining", started_at=old, updated_at=old))
        record_import(connection, "campus", "learners", now, {"read": 3}, [Refusal("f.csv", 2, "no <b> id", "add")])
    with pytest.raises(ZeroDivisionError), followed(world.context, "campus", "bundle", "bundle"):
        raise ZeroDivisionError
    world.context.writer.submit(lambda _: None).result()
    text = seen(client, "/dashboard/tasks")
    assert 'value="0.250"' in text
    assert "reading rows" in text
    assert "stopped without a word" in text
    assert "failed" in text
    assert "not for campus" not in text
    assert "no &lt;b&gt; id" in text
    with world.context.database.write() as connection:
        save_task(connection, "campus", a_task("half", started_at=now, updated_at=now, state="done", ended_at=now))


def test_pages_of_a_tenant_with_nothing_say_what_to_do(client: httpx2.Client, world: World) -> None:
    with calling.Client(base_url=client.base_url, timeout=30) as other:
        sign_in(other, world, tenant="other")
        for page, words in (
            ("/dashboard", "Nothing was shown yet"), ("/dashboard/catalogue", "The catalogue is empty"),
            ("/dashboard/graph", "The catalogue is empty"), ("/dashboard/explain", "Nothing was shown yet"),
            ("/dashboard/tasks", "Nothing"), ("/dashboard/models", "None yet"),
        ):  # fmt: skip
            assert words in seen(other, page), page
        assert "No learners yet" in cohort(other)


def test_hostile_words_are_shown_as_words(client: httpx2.Client, world: World) -> None:
    before = ""
    for n, words in enumerate(HOSTILE):
        needs = (PrerequisiteGroup("all_of", (before,)),) if before else ()
        before = f"hostile-{n}"
        made = Credential(before, words, awarding_body=words, outcomes=(LearningOutcome(words),), prerequisites=needs)
        catalogue.put_credential(world.context, "campus", made)
        keys.create_key(world.context, "campus", words[:100].replace("\u202e", ""), ["read"])
        learners.put_learner(world.context, "campus", Learner(f"hostile-{n}", Profile(goal=words, country=words[:9])))
        recommending.recommend(world.context, "campus", Ask(learner_id=f"hostile-{n}"))
    for page in PAGES:
        text = seen(client, page)
        assert not [w for w in HOSTILE if w.startswith("<") and w != "<!--" and w in text], page
    for n, words in enumerate(HOSTILE):
        seen(client, f"/dashboard/catalogue/record?id=hostile-{n}")
        seen(client, f"/dashboard/graph?id=hostile-{n}")
        query = httpx2.QueryParams({"q": words, "id": ""})
        seen(client, f"/dashboard/catalogue?{query}")
        seen(client, f"/dashboard/graph?{query}")
        seen(client, f"/dashboard/explain?{httpx2.QueryParams({'id': words})}", 404)
        seen(client, f"/dashboard/cohort?{httpx2.QueryParams({'goal': words, 'country': words})}")


def test_every_page_is_light(client: httpx2.Client) -> None:
    for page in PAGES:
        assert len(client.get(page).content) < 100_000, page


def test_every_page_speaks_every_language(client: httpx2.Client) -> None:
    for page in PAGES:
        for code in ("es", "fr"):
            assert f'lang="{code}"' in seen(client, f"{page}?lang={code}")
