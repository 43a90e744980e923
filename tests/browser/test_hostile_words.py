"""Fifty hostile strings as titles, names, descriptions, skills and goals: no script runs, no layout breaks."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from credpath.api.app import create_app
from credpath.web.inert import inert
from tests import calling
from tests.api.calls import TIME
from tests.api.serving import served
from tests.api.world import World, open_world, uri
from tests.browser.driving import ON_A_DESKTOP, SIZES, Window, window
from tests.browser.people import let_in, put_learner

HOSTILE = (
    "<script>pwned=1</script>",
    "</script><script>pwned=1</script>",
    "<img src=x onerror=pwned=1>",
    "<svg onload=pwned=1>",
    "<svg><script>pwned=1</script></svg>",
    "</title><script>pwned=1</script>",
    "</textarea><script>pwned=1</script>",
    "</style><script>pwned=1</script>",
    "<body onload=pwned=1>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<a href='javascript:pwned=1'>click</a>",
    "<form action=https://evil.test><input name=csrf></form>",
    "<base href=https://evil.test/>",
    "<meta http-equiv=refresh content='0;url=https://evil.test'>",
    "<link rel=stylesheet href=https://evil.test/x.css>",
    "<style>*{display:none}</style>",
    "<img src=https://evil.test/pixel.gif>",
    "<div hx-get=/learn/forget hx-trigger=load>x</div>",
    "<div hx-on:load='pwned=1'>x</div>",
    "\" onmouseover=pwned=1 x=\"",
    "' onfocus=pwned=1 autofocus x='",
    "\"><script>pwned=1</script>",
    "'><svg/onload=pwned=1>",
    "`${pwned=1}`",
    "{{ 7 * 7 }}{% for x in range(9) %}",
    "{{ visit.site.signing._secret }}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{name} {n:hour} {0.__class__} {share:percent}",
    "%(name)s %s %d %n",
    "&lt;script&gt;pwned=1&lt;/script&gt;",
    "&#60;script&#62;pwned=1&#60;/script&#62;",
    "\\u003cscript\\u003epwned=1",
    "javascript:pwned=1",
    "data:text/html,<script>pwned=1</script>",
    "--><script>pwned=1</script><!--",
    "]]><script>pwned=1</script>",
    "<!--[if IE]><script>pwned=1</script><![endif]-->",
    "\u202eevil desrever\u202c",
    "\u2067right to left\u2069 and back",
    "zero\u200bwidth\u200djoin\ufeffers",
    "Z\u0351\u036b\u0343\u036a\u0302A\u0334\u0335\u031eL\u036c\u0367\u0366\u034cG\u0321\u0332\u0347O\u0338" * 6,
    "W" * 300,
    "averyvery" + "long" * 60 + "word",
    "مرحبا بالعالم هذا عنوان طويل",
    "漢字" * 60,
    "👩‍👩‍👧‍👦🏳️‍🌈" * 20,
    "line one\u2028line two",
    "'; DROP TABLE learners; --",
    "../../../../etc/passwd",
    "<x" + " y" * 120 + ">",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def hostile_url(hostile_world: World) -> Iterator[str]:
    with served(create_app(hostile_world.context, hostile_world.settings)) as base:
        yield base


@pytest.fixture(scope="module")
def learner(hostile_world: World, hostile_url: str) -> str:
    """Half of the credentials held, half waved away, all strings said as skills."""
    write = hostile_world.headers("write")
    skills = ("SQL", "statistics", "data visualisation", "spreadsheets")
    for number, words in enumerate(HOSTILE):
        record = {
            "title": words, "description": words * 3, "awarding_body": words, "participation": words[:100],
            "assessment_type": words[:100], "quality_assurance": words[:100], "languages": ["en"],
            "outcomes": [{"label": words, "skill_uri": uri(skills[number % 4])}], "workload_hours": 10,
            "cost": {"amount": 1, "currency": "EUR"}, "url": "https://evil.test/\"><script>pwned=1</script>",
        }  # fmt: skip
        answer = calling.put(f"{hostile_url}/v1/credentials/h{number}", json=record, headers=write)
        assert answer.status_code == 200, answer.text
    found = put_learner(hostile_world, hostile_url, "<b>&\"'", goal="data analyst", skills=list(HOSTILE))
    outcomes = [
        {"outcome_id": f"h-{n}", "learner_id": found, "credential_id": f"h{n}", "occurred_at": TIME, "outcome": kind}
        for n in range(len(HOSTILE)) if (kind := ("completed", "dismissed", "")[n % 3])
    ]  # fmt: skip
    calling.post(f"{hostile_url}/v1/outcomes", json={"outcomes": outcomes}, headers=write).raise_for_status()
    return found


def assert_harmless(opened: Window) -> None:
    assert opened.page.evaluate("typeof window.pwned") == "undefined"
    foreign = 'script:not([src^="/static/"]), iframe, base, meta[http-equiv], main style, main img'
    assert opened.page.locator(foreign).count() == 0
    opened.check()


def plain(words: str) -> str:
    """As a page shows it: without characters that act on others, with single spaces."""
    return " ".join(inert(words).split())


def test_there_are_fifty_of_them() -> None:
    assert len(set(HOSTILE)) == 50


@pytest.mark.parametrize("size", ON_A_DESKTOP)
def test_hostile_words_do_nothing_on_any_page(
    browser: Browser, hostile_world: World, hostile_url: str, learner: str, size: str
) -> None:
    pages = ["you", "you?title=script", "goal", "gap", "plan", "plan?hours=2&pin=h2&without=h5&pin=h8", "act", "check"]
    with window(browser, hostile_url, SIZES[size]) as opened:
        opened.page.on("dialog", lambda dialog: opened.faults.append(f"a dialog opened: {dialog.message}"))
        let_in(opened, hostile_world, learner)
        for page in pages:
            assert opened.open(f"/learn/{page}") == 200
            opened.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            assert_harmless(opened)


def test_a_credential_with_hostile_words_shows_them_as_they_are(
    browser: Browser, hostile_world: World, hostile_url: str, learner: str
) -> None:
    with window(browser, hostile_url, SIZES["phone"]) as opened:
        opened.page.on("dialog", lambda dialog: opened.faults.append(f"a dialog opened: {dialog.message}"))
        let_in(opened, hostile_world, learner)
        for number, words in enumerate(HOSTILE):
            assert opened.open(f"/learn/credential?id=h{number}") == 200
            assert plain(opened.page.locator("h1").inner_text()) == plain(words)
            assert_harmless(opened)


def test_hostile_words_in_an_address_do_nothing(
    browser: Browser, hostile_world: World, hostile_url: str, learner: str
) -> None:
    with window(browser, hostile_url, may_fail=True) as opened:
        let_in(opened, hostile_world, learner)
        for words in HOSTILE[:40:6]:
            for page in ("goal?q=", "you?q=", "plan?stack=", "plan?hours=", "credential?id=", "plan?done=", "enter/"):
                opened.open(f"/learn/{page}{quote(words, safe='')}")
                assert_harmless(opened)
