from __future__ import annotations

import string
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.money import Money
from credpath.domain.paths import Reason
from credpath.domain.sayings import Saying
from credpath.recommender.wording import UNITS, reason
from credpath.web.i18n import Languages
from credpath.web.speaking import Language

NARROW = "\u202f"  # French groups thousands with it
WIDE = "\xa0"


@pytest.fixture(scope="module")
def tongues() -> dict[str, Language]:
    return {one.code: one for one in Languages(pseudo=True).offered}


@pytest.mark.parametrize(
    ("code", "money", "number", "half", "share", "day", "month"),
    [
        ("en", "€1,299.50", "12,304", "2.5", "18%", "5 May 2026", "May 2026"),
        ("es", f"1.299,50{WIDE}€", "12.304", "2,5", f"18{WIDE}%", "5 de mayo de 2026", "mayo de 2026"),
        ("fr", f"1{NARROW}299,50{WIDE}€", f"12{NARROW}304", "2,5", f"18{WIDE}%", "5 mai 2026", "mai 2026"),
    ],
)
def test_money_numbers_and_dates_are_written_as_the_language_writes_them(
    tongues: dict[str, Language], code: str, money: str, number: str, half: str, share: str, day: str, month: str
) -> None:
    one = tongues[code]
    assert one.money(Money(1299.5, "EUR")) == money
    assert (one.number(12_304), one.number(2.5), one.percent(0.184)) == (number, half, share)
    assert (one.date(date(2026, 5, 5)), one.date(date(2026, 5, 5), "month")) == (day, month)


def test_money_shows_decimals_where_there_are_some_and_names_whose_dollar_it_is(tongues: dict[str, Language]) -> None:
    english = tongues["en"]
    assert [english.money(Money(49, c)) for c in ("USD", "CAD", "EUR", "JPY")] == ["US$49", "CA$49", "€49", "JP¥49"]
    assert english.money(Money(49.9, "USD")) == "US$49.90"
    assert english.money(None) == ""


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("en", ["0 hours", "1 hour", "1.5 hours", "16 hours"]),
        ("es", ["0 horas", "1 hora", "1,5 horas", "16 horas"]),
        ("fr", ["0 heure", "1 heure", "1,5 heure", "16 heures"]),
    ],
)
def test_what_is_counted_agrees_in_number_with_what_is_shown(
    tongues: dict[str, Language], code: str, texts: list[str]
) -> None:
    assert [tongues[code].counted(n, "hour") for n in (0, 1, 1.5, 15.96)] == texts


def test_a_share_never_rounds_to_nothing_or_everything(tongues: dict[str, Language]) -> None:
    assert [tongues["en"].percent(s) for s in (0.0, 0.004, 0.995, 1.0)] == ["0%", "under 1%", "over 99%", "100%"]
    assert [tongues["es"].definite(s) for s in (0.004, 0.18)] == [f"menos del 1{WIDE}%", f"el 18{WIDE}%"]
    assert tongues["fr"].definite(0.18) == f"18{WIDE}%"


def test_lists_end_as_they_do_in_the_language(tongues: dict[str, Language]) -> None:
    words = ["a", "b", "c", "d", "e"]
    assert tongues["en"].listed(words, 3) == "a, b, c and 2 more"
    assert tongues["fr"].listed(words[:3]) == "a, b et c"
    assert tongues["es"].listed(["español", "inglés"]) == "español e inglés"
    assert tongues["es"].listed(["agua", "hielo"]) == "agua y hielo"
    assert (tongues["es"].listed([]), tongues["es"].listed(["a"])) == ("", "a")


def test_times_of_day_are_in_the_order_of_the_language(tongues: dict[str, Language]) -> None:
    moment = datetime(2026, 5, 5, 14, 30, tzinfo=UTC)
    assert "5 may 2026" in tongues["es"].moment(moment)
    assert "14:30" in tongues["fr"].moment(moment)


def test_a_reason_is_said_with_its_values_in_each_language(tongues: dict[str, Language]) -> None:
    told = reason(
        "cost", "Costs {cost:money}, within your budget of {budget:money}.", 49.0,
        cost=Money(49, "EUR"), budget=Money(100, "EUR"),
    )  # fmt: skip
    assert told.sentence == "Costs 49 EUR, within your budget of 100 EUR."
    assert tongues["en"].say(told) == "Costs €49, within your budget of €100."
    assert tongues["es"].say(told) == f"Cuesta 49{WIDE}€, dentro de tu presupuesto de 100{WIDE}€."
    assert tongues["fr"].say(told) == f"Coûte 49{WIDE}€, dans votre budget de 100{WIDE}€."


def test_parts_of_a_sentence_are_said_in_its_language(tongues: dict[str, Language]) -> None:
    skill = Saying("{skill} (by way of {other})", {"skill": "SQL", "other": "databases"})
    told = reason(
        "closes_gap", "Closes {share:percent} of the gap to {goal}: {skills:list4}.", 0.2,
        share=0.2, goal=Saying("your goal"), skills=(skill, Saying("{n:more_skill}", {"n": 2})),
    )  # fmt: skip
    assert told.sentence == "Closes 20% of the gap to your goal: SQL (by way of databases) and 2 more skills."
    assert tongues["es"].say(told) == (
        f"Cierra el 20{WIDE}% de la brecha hacia tu objetivo: SQL (a través de databases) y 2 competencias más."
    )


def test_a_sentence_that_was_kept_alone_is_told_as_it_stands(tongues: dict[str, Language]) -> None:
    assert tongues["es"].say(Reason("cost", "Costs 49 USD.", 49.0)) == "Costs 49 USD."
    assert tongues["es"].say("Costs 49 USD.") == "Costs 49 USD."


def test_a_sentence_on_its_own_begins_with_a_capital_and_ends_once(tongues: dict[str, Language]) -> None:
    told = Saying("{first:quoted} comes first in {share:percent} of the ways in which the open answers may fall.",
                  {"first": "sql", "share": 0.5})  # fmt: skip
    assert tongues["en"].say(told).startswith("“sql” comes first in 50%")
    assert tongues["es"].say(told).endswith(".")
    assert not tongues["es"].say(told).endswith("..")


def test_words_of_records_are_said_where_they_are_known(tongues: dict[str, Language]) -> None:
    spanish = tongues["es"]
    assert [spanish.word(w) for w in ("advanced", "Advanced")] == ["avanzado", "avanzado"]
    assert spanish.word("not_offered") == "no se ofrece"
    assert (spanish.word("EQF level"), spanish.word("by moonlight")) == ("nivel MEC", "by moonlight")
    assert [tongues["en"].word(w) for w in ("advanced", "not_offered")] == ["advanced", "not_offered"]


def test_languages_and_countries_have_names(tongues: dict[str, Language]) -> None:
    assert [tongues[c].language_name("es") for c in ("en", "es", "fr")] == ["Spanish", "español", "espagnol"]
    assert tongues["fr"].country_name("de") == "Allemagne"
    assert (tongues["en"].language_name("xx-zz"), tongues["en"].country_name("ZZZ")) == ("xx-zz", "ZZZ")


@given(words=st.text(alphabet=string.printable + "{}%<>\u202e\u200b", max_size=30), n=st.floats(0, 1e9))
def test_no_words_of_a_stranger_break_a_sentence(tongues: dict[str, Language], words: str, n: float) -> None:
    for one in tongues.values():
        text = one.gettext("{name} {count:number}", name=words, count=n)
        assert "\u202e" not in text
        assert one.say(reason("unlocks", "Unlocks {titles:list1}.", 1.0, titles=(words, words)))


@given(n=st.one_of(st.integers(0, 10**7), st.floats(0, 1e4)), unit=st.sampled_from(sorted(UNITS)))
def test_whatever_is_counted_has_a_form(tongues: dict[str, Language], n: float, unit: str) -> None:
    for one in tongues.values():
        assert "{" not in one.counted(n, unit)
