"""The native catalogue: what is read, what is refused by name, and that writing it back loses nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.catalogue import (
    KINDS,
    STATUSES,
    Credential,
    LearningOutcome,
    Preparation,
    PrerequisiteGroup,
    StackRule,
)
from credpath.domain.money import Money
from credpath.errors import InvalidInput
from credpath.interop.catalogue_jsonl import credential_to_record, read_catalogue_jsonl, record_to_credential

FULL = {
    "credential_id": "sql-1", "title": "SQL", "description": "Queries", "awarding_body": "Body", "country": "pt",
    "languages": ["EN", "pt-BR"], "outcomes": ["SQL", {"label": "joins", "level": 0.5, "weight": 0.25}],
    "requires": [{"kind": "k_of", "k": 2, "credentials": ["a", "b", "c"]}, {"credentials": ["d"]}],
    "recommends": [{"credential": "e"}, {"label": "patience", "confidence": 0.4}],
    "isPartOf": ["big"], "supersedes": ["sql-0"], "stack": {"kind": "credits", "amount": 3},
    "kind": "certificate", "level": "Beginner", "eqf_level": 5, "workload_hours": 20, "ects": 0.8, "duration_weeks": 4,
    "cost": {"amount": 49, "currency": "USD"}, "participation": "online", "assessment_type": "exam",
    "quality_assurance": "accredited", "supervision": "none", "url": "https://example.org/sql", "rating": 4.5,
    "rating_count": 12, "learner_count": 120, "status": "planned", "starts_on": "2026-03-01", "ends_on": "2026-04-01",
    "countries_open_to": ["es"], "illustrative": True, "as_of": "2026-01-01", "x_note": "ours",
}  # fmt: skip


def write(folder: Path, *records: object) -> Path:
    path = folder / "catalogue.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_a_full_record_is_read_field_by_field() -> None:
    credential = record_to_credential(FULL)
    assert credential.languages == ("en", "pt")
    assert (credential.country, credential.countries_open_to, credential.level) == ("PT", ("ES",), "introductory")
    assert credential.outcomes == (LearningOutcome("SQL"), LearningOutcome("joins", level=0.5, weight=0.25))
    assert credential.prerequisites == (
        PrerequisiteGroup("k_of", ("a", "b", "c"), 2), PrerequisiteGroup("all_of", ("d",)),
    )  # fmt: skip
    assert credential.preparation == (Preparation(credential_id="e"), Preparation("patience", confidence=0.4))
    assert (credential.stacks_into, credential.supersedes) == (("big",), ("sql-0",))
    assert credential.stack == StackRule("credits", 3)
    assert credential.cost == Money(49, "USD")
    assert (credential.starts_on, credential.ends_on) == (date(2026, 3, 1), date(2026, 4, 1))
    assert (credential.illustrative, credential.status, credential.source) == (True, "planned", "native")


def test_an_id_and_a_title_are_enough_and_null_means_not_said() -> None:
    credential = record_to_credential({"credential_id": "a", "title": "A", "cost": None, "outcomes": None})
    assert credential == Credential("a", "A", source="native")


def test_a_skill_may_be_given_by_its_uri_alone() -> None:
    record = {"credential_id": "a", "title": "A", "outcomes": ["http://data.europa.eu/esco/skill/1"]}
    assert record_to_credential(record).outcomes == (LearningOutcome("", "http://data.europa.eu/esco/skill/1"),)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cost": {"amount": -1, "currency": "USD"}}, "cost_amount is -1"),
        ({"cost": {"amount": 5}}, "cost has an amount and no currency"),
        ({"cost": {"currency": "EUR"}}, "cost has no amount"),
        ({"cost": {"amount": 5, "currency": "euro"}}, "is not an ISO 4217 code"),
        ({"cost": {"amount": 5, "curency": "EUR"}}, "unknown key 'curency' in cost"),
        ({"workload_hours": float("nan")}, "not a finite number"),
        ({"workload_hours": float("inf")}, "not a finite number"),
        ({"workload_hours": "20"}, "workload_hours must be a number, not text"),
        ({"workload_hours": True}, "workload_hours must be a number, not true or false"),
        ({"learner_count": 2**63}, "learner_count is 9223372036854775808"),
        ({"eqf_level": 5.5}, "eqf_level must be a whole number"),
        ({"rating": 6}, "rating is 6"),
        ({"title": "\ud800"}, "lone surrogate"),
        ({"title": 5}, "title must be text, not a number"),
        ({"credential_id": None}, "credential_id is empty"),
        ({"languages": ["Klingon"]}, "'Klingon', which is no language code"),
        ({"languages": "en"}, "languages must be a list, not text"),
        ({"languages": ["en", 5]}, "languages holds something that is not text"),
        ({"country": "Portugal"}, "'Portugal', not a country code"),
        ({"starts_on": "March"}, "'March', not a date"),
        ({"outcomes": [5]}, "neither text nor an object"),
        ({"outcomes": [""]}, "outcome label is empty"),
        ({"outcomes": [{"label": "SQL", "weight": 2}]}, "outcome weight is 2"),
        ({"requires": [{"kind": "k_of", "k": 3, "credentials": ["a", "b"]}]}, "k is 3 of 2"),
        ({"requires": [{"kind": "any_of", "k": 1, "credentials": ["a"]}]}, "k belongs to k_of"),
        ({"requires": [{"kind": "some_of", "credentials": ["a"]}]}, "unknown group kind 'some_of'"),
        ({"requires": ["a"]}, "requires holds something that is not an object"),
        ({"requires": [{"credentials": ["id"]}]}, "names itself"),
        ({"recommends": [{}]}, "recommends holds an empty entry"),
        ({"stack": {"kind": "n_of"}}, "stack amount is 0"),
        ({"stack": "all_of"}, "stack must be an object"),
        ({"kind": "course"}, "unknown kind 'course'"),
        ({"status": "gone"}, "unknown status 'gone'"),
        ({"url": "ftp://example.org"}, "not http or https"),
        ({"illustrative": "yes"}, "illustrative must be true or false"),
        ({"isPartOf": ["a"] * 1_001}, "over 1000"),
    ],
)
def test_a_wrong_value_is_refused_in_words_that_name_it(change: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        record_to_credential({"credential_id": "id", "title": "Title"} | change)
    assert words in str(refused.value)


def test_an_unknown_key_is_refused_by_name_with_the_one_that_was_meant() -> None:
    with pytest.raises(InvalidInput) as refused:
        record_to_credential({"credential_id": "a", "title": "A", "workload_hour": 3})
    assert str(refused.value) == "unknown key 'workload_hour' (did you mean 'workload_hours'?)"


def test_free_of_charge_needs_no_currency() -> None:
    record = {"credential_id": "a", "title": "A", "cost": {"amount": 0}}
    assert record_to_credential(record).cost == Money(0, "USD")


def test_every_bad_row_is_reported_with_its_line_and_the_good_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"credential_id":"a","title":"A"}\n[1]\n\n{"title":"no id"}\n{"credential_id":"b","titl')
    read = read_catalogue_jsonl(path)
    assert ([c.credential_id for c in read.items], read.rows) == (["a"], 4)
    assert [(r.line, r.reason.split(":")[0]) for r in read.refusals] == [
        (2, "a JSON array, not an object"), (4, "credential_id is empty"), (5, "half-written last line"),
    ]  # fmt: skip


def test_each_place_of_an_id_is_told(tmp_path: Path) -> None:
    read = read_catalogue_jsonl(write(tmp_path, {"credential_id": "a", "title": "A"}, FULL, FULL))
    assert read.places == {"a": (("catalogue.jsonl", 1),), "sql-1": (("catalogue.jsonl", 2), ("catalogue.jsonl", 3))}


NUMBERS = st.floats(0, 1e6, allow_nan=False) | st.integers(0, 10**6)
IDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
SHARES = st.floats(0, 1)


def maybe(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | values


GROUPS = st.lists(IDS, min_size=2, max_size=4, unique=True).flatmap(
    lambda members: st.sampled_from(
        [PrerequisiteGroup("all_of", tuple(members)), PrerequisiteGroup("any_of", tuple(members)),
         PrerequisiteGroup("k_of", tuple(members), 1)]
    )
)  # fmt: skip
SOFT = st.builds(Preparation, WORDS, IDS, WORDS, SHARES) | st.builds(Preparation, WORDS.filter(bool), confidence=SHARES)
CREDENTIALS = st.builds(
    Credential,
    credential_id=st.just("own id"),
    title=WORDS.filter(lambda w: bool(w.strip())),
    description=WORDS, awarding_body=WORDS, country=st.sampled_from(["", "PT", "EU", "ES-CT"]),
    languages=st.lists(st.sampled_from(["en", "pt", "zh"]), unique=True).map(tuple),
    outcomes=st.lists(st.builds(LearningOutcome, WORDS.filter(lambda w: bool(w.strip())), WORDS, SHARES, SHARES),
                      max_size=3).map(tuple),
    prerequisites=st.lists(GROUPS, max_size=2).map(tuple),
    preparation=st.lists(SOFT, max_size=3).map(tuple),
    stacks_into=st.lists(IDS, max_size=2, unique=True).map(tuple),
    supersedes=st.lists(IDS, max_size=2, unique=True).map(tuple),
    stack=maybe(st.builds(StackRule, st.just("n_of"), st.integers(1, 9))),
    kind=st.sampled_from(KINDS), status=st.sampled_from(STATUSES),
    level=st.sampled_from(["", "introductory", "intermediate", "advanced", "C1"]),
    eqf_level=maybe(st.integers(1, 8)), workload_hours=maybe(NUMBERS), ects=maybe(NUMBERS),
    duration_weeks=maybe(NUMBERS), cost=maybe(st.builds(Money, NUMBERS, st.sampled_from(["EUR", "USD"]))),
    rating=maybe(st.floats(0, 5)), rating_count=maybe(st.integers(0, 10**9)), learner_count=maybe(st.integers(0, 9)),
    starts_on=maybe(st.dates()), as_of=maybe(st.dates()), illustrative=st.booleans(),
    url=st.sampled_from(["", "https://example.org/a?b=c"]), source=st.sampled_from(["", "native", "edx"]),
)  # fmt: skip


@given(credential=CREDENTIALS)
def test_a_record_that_is_written_reads_back_as_the_same_credential(credential: Credential) -> None:
    written = json.loads(json.dumps(credential_to_record(credential)))
    assert record_to_credential(written) == credential


def test_a_record_leaves_out_what_is_not_known() -> None:
    assert credential_to_record(Credential("a", "A", source="native")) == {"credential_id": "a", "title": "A"}
