"""The catalogue as CSV: lists, groups of prerequisites, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from credpath.domain.batches import validate_batch
from credpath.domain.catalogue import Credential, LearningOutcome, PrerequisiteGroup, StackRule
from credpath.domain.money import Money
from credpath.errors import InvalidInput
from credpath.interop.catalogue_csv import parse_prerequisites, parse_stack, read_catalogue_csv
from credpath.interop.catalogue_read import CatalogueRead


def read(folder: Path, text: str) -> CatalogueRead:
    path = folder / "catalogue.csv"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    return read_catalogue_csv(path)


def reasons(found: CatalogueRead) -> list[tuple[int, str]]:
    return [(r.line, r.reason) for r in found.refusals]


def test_two_columns_are_enough(tmp_path: Path) -> None:
    assert read(tmp_path, "credential_id,title\na,A\n").items == (Credential("a", "A", source="csv"),)


def test_every_column_is_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "credential_id,title,description,awarding_body,country,language,skills,prerequisites,level,eqf_level,"
        "workload_hours,ects,duration_weeks,cost_amount,cost_currency,participation,assessment_type,quality_assurance,"
        "supervision,stacks_into,url,rating,status,x_note\n"
        'sql,SQL,"Queries, joins",Body,pt,EN; pt,SQL;http://data.europa.eu/esco/skill/1,basics,Beginner,5,20,0.8,4,49,'
        "usd,online,exam,accredited,none,big;other,https://example.org,4.5,Planned,ours\n",
    )
    assert found.refusals == ()
    assert found.items == (
        Credential(
            "sql", "SQL", "Queries, joins", "Body", "PT", ("en", "pt"),
            (LearningOutcome("SQL"), LearningOutcome("", "http://data.europa.eu/esco/skill/1")),
            (PrerequisiteGroup("all_of", ("basics",)),), stacks_into=("big", "other"), level="introductory",
            eqf_level=5, workload_hours=20.0, ects=0.8, duration_weeks=4.0, cost=Money(49.0, "USD"),
            participation="online", assessment_type="exam", quality_assurance="accredited", supervision="none",
            url="https://example.org", rating=4.5, status="planned", source="csv",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "groups"),
    [
        ("", ()),
        (" ; ", ()),
        ("a", (PrerequisiteGroup("all_of", ("a",)),)),
        ("a; b;a", (PrerequisiteGroup("all_of", ("a", "b")),)),
        ("a|b", (PrerequisiteGroup("any_of", ("a", "b")),)),
        ("a|a", (PrerequisiteGroup("all_of", ("a",)),)),
        ("2 of a|b|c", (PrerequisiteGroup("k_of", ("a", "b", "c"), 2),)),
        (
            "a|b; c; 2 of d|e|f; g",
            (
                PrerequisiteGroup("all_of", ("c", "g")),
                PrerequisiteGroup("any_of", ("a", "b")),
                PrerequisiteGroup("k_of", ("d", "e", "f"), 2),
            ),
        ),
    ],
)
def test_a_cell_of_prerequisites_says_all_any_or_some(cell: str, groups: tuple[PrerequisiteGroup, ...]) -> None:
    assert parse_prerequisites(cell) == groups


@pytest.mark.parametrize("cell", ["3 of a|b", "0 of a|b", "2 of a|a"])
def test_a_count_that_the_members_cannot_give_is_refused(cell: str) -> None:
    with pytest.raises(InvalidInput):
        parse_prerequisites(cell)


def test_an_unknown_column_is_refused_by_name(tmp_path: Path) -> None:
    found = read(tmp_path, "credential_id,title,colour,langage\na,A,red,en\n")
    assert reasons(found) == [(1, "unknown column 'colour'"), (1, "unknown column 'langage'")]
    assert found.refusals[1].fix.startswith("did you mean language?")


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("cost_amount,cost_currency", "-1,EUR", "cost_amount is -1.0"),
        ("cost_amount,cost_currency", "5,", "has an amount and no currency"),
        ("cost_amount,cost_currency", "5,E", "currency 'E' is not an ISO 4217 code"),
        ("workload_hours", "NaN", "workload_hours is 'NaN', not a number"),
        ("workload_hours", "inf", "workload_hours is 'inf', not a number"),
        ("workload_hours", "1e999", "not a finite number"),
        ("workload_hours", "9223372036854775808", "workload_hours is 9.2"),
        ("ects", "2_0", "ects is '2_0', not a number"),
        ("eqf_level", "4.5", "eqf_level is '4.5', not a whole number"),
        ("eqf_level", "9", "eqf_level is 9"),
        ("rating", "5.5", "rating is 5.5"),
        ("language", "english please", ""),
        ("language", "xx", "'xx', which is no language code"),
        ("country", "Germany", "not a country code"),
        ("url", "example.org", "not http or https"),
        ("status", "gone", "unknown status 'gone'"),
        ("prerequisites", "a", "names itself"),
        ("prerequisites", "3 of x|y", "k is 3 of 2"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line(tmp_path: Path, column: str, cell: str, words: str) -> None:
    found = read(tmp_path, f"credential_id,title,{column}\nz,Z,{',' * column.count(',')}\na,A,{cell}\n")
    assert [c.credential_id for c in found.items] == (["z"] if words else ["z", "a"])
    assert [(line, words in reason) for line, reason in reasons(found)] == ([(3, True)] if words else [])


def test_a_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, "credential_id,title,level\na,A,\nb,B")
    assert [c.credential_id for c in found.items] == ["a"]
    assert reasons(found)[0][0] == 3
    assert reasons(found)[0][1].startswith("half-written last line")


def test_bytes_that_are_no_utf8_are_refused_and_not_guessed_at(tmp_path: Path) -> None:
    found = read(tmp_path, "credential_id,title\na,\ud800\nb,B\n")
    assert [c.credential_id for c in found.items] == ["b"]
    assert reasons(found)[0][0] == 2


def test_a_price_of_zero_needs_no_currency_and_a_currency_alone_says_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, "credential_id,title,cost_amount,cost_currency\na,A,0,\nb,B,,EUR\n")
    assert [c.cost for c in found.items] == [Money(0.0, "USD"), None]


def test_a_row_that_others_count_toward_is_a_stack_of_all_of_them(tmp_path: Path) -> None:
    found = read(tmp_path, "credential_id,title,stacks_into\na,A,big\nb,B,big\nbig,Big,\n")
    assert [c.stack for c in found.items] == [None, None, StackRule("all_of")]
    assert validate_batch(found.items, {}, places=found.places).refusals == ()


def test_loose_ends_and_circles_are_found_with_their_lines(tmp_path: Path) -> None:
    found = read(tmp_path, "credential_id,title,prerequisites\na,A,b\nb,B,a\nc,C,ghost\nd,D,\nd,D again,a\n")
    verdict = validate_batch(found.items, {}, places=found.places)
    assert [str(r).split(" (")[0] for r in verdict.refusals] == [
        "catalogue.csv:2: prerequisite edges form a cycle: a -> b -> a",
        "catalogue.csv:4: prerequisite 'ghost' of 'c' is not in the catalogue",
        "catalogue.csv:6: credential 'd' was given on catalogue.csv:5 with another title, prerequisites",
    ]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("", None),
        (" All ", StackRule("all_of")),
        ("3", StackRule("n_of", 3.0)),
        ("30 ECTS", StackRule("credits", 30.0)),
        ("7.5ects", StackRule("credits", 7.5)),
    ],
)
def test_a_cell_says_what_completes_a_stack(cell: str, rule: StackRule | None) -> None:
    assert parse_stack(cell) == rule


@pytest.mark.parametrize("cell", ["some", "-1", "2.5", "0", "0 ECTS", "1e3", "３", "all 3", "3 weeks"])
def test_a_cell_that_is_no_rule_of_a_stack_is_refused(cell: str) -> None:
    with pytest.raises(InvalidInput, match="stack"):
        parse_stack(cell)


def test_a_ladder_with_its_rule_its_days_and_its_region_is_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "credential_id,title,stacks_into,stack,starts_on,ends_on,countries_open_to\n"
        "a,A,big,,2027-03-01,2027-03-14,nl;DE\nb,B,big,,,,\nbig,Big,,1,,,\n",
    )
    one, _, big = found.items
    assert found.refusals == ()
    assert (one.starts_on, one.ends_on) == (date(2027, 3, 1), date(2027, 3, 14))
    assert one.countries_open_to == ("NL", "DE")
    assert big.stack == StackRule("n_of", 1.0), "its own rule, not that all of them are needed"
    wrong = read(tmp_path, "credential_id,title,starts_on,ends_on\na,A,March,\nb,B,2027-03-02,2027-03-01\n")
    assert [line for line, _ in reasons(wrong)] == [2, 3]
