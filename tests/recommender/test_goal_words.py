from __future__ import annotations

import csv

import pytest

from credpath.recommender.goal_words import LANGUAGES, TABLE, Translator, stem

KNOWN = {
    "data",
    "analyst",
    "web",
    "software",
    "developer",
    "engineer",
    "marketing",
    "manager",
    "chef",
    "agent",
    "designer",
}


@pytest.fixture(scope="module")
def translator() -> Translator:
    return Translator.load()


@pytest.mark.parametrize(
    ("goal", "english"),
    [
        ("analista de datos", "data analyst"),
        ("ingeniero de la nube", "cloud engineer"),
        ("técnico de energía solar", "solar energy technician"),
        ("développeur web", "web developer"),
        ("chef de projet informatique", "ict project manager"),
        ("administratrice de bases de données", "database administrator"),
        ("Datenanalystin", "data analyst"),
        ("Softwareentwickler", "software developer"),
        ("Mechatroniker", "mechatronics technician"),
        ("Grundschullehrerin", "primary school teacher"),
        ("cientista de dados", "data scientist"),
        ("ingegnere elettrico", "electrical engineer"),
        ("sage-femme", "midwife"),
    ],
)
def test_goals_in_other_languages_become_english(translator: Translator, goal: str, english: str) -> None:
    assert translator.translate(goal, KNOWN) == english


@pytest.mark.parametrize("goal", ["data analyst", "web designer", "dta anlyst", "", "quantum plumbing", "chef"])
def test_english_and_unknown_words_are_not_translated(translator: Translator, goal: str) -> None:
    assert translator.translate(goal, KNOWN) == ""


def test_one_word_is_a_person_alone_and_a_quality_beside_another(translator: Translator) -> None:
    assert translator.translate("mecánico", KNOWN) == "mechanic"
    assert translator.translate("ensamblador mecánico", KNOWN) == "mechanical assembler"


def test_a_word_that_the_table_lacks_stays_beside_those_it_has(translator: Translator) -> None:
    assert translator.translate("ingeniero de kubernetes", KNOWN) == "kubernetes engineer"


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("es", ("programador", "programadora", "programadores", "programadoras")),
        ("fr", ("infirmier", "infirmière", "infirmières")),
        ("de", ("entwickler", "entwicklerin", "entwicklerinnen")),
        ("it", ("infermiere", "infermiera")),
        ("fr", ("directeur", "directrice", "directrices")),
    ],
)
def test_genders_and_numbers_of_a_word_meet(language: str, forms: tuple[str, ...]) -> None:
    assert len({stem(form, language) for form in forms}) == 1


def test_every_row_of_the_table_has_english_and_all_languages() -> None:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 400
    assert [row["en"] for row in rows if not all(row[column].strip() for column in ("en", *LANGUAGES))] == []
    assert len({row["en"] for row in rows}) == len(rows)
