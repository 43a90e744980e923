from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from credpath.domain.catalogue import Credential
from credpath.domain.money import Money
from credpath.domain.paths import LearningPath, Reason, StackProgress, Step
from credpath.interop.path_calendar import calendar_of, one_line

START = date(2027, 1, 11)
MADE = datetime(2027, 1, 10, 9, 30, tzinfo=UTC)
HOSTILE = "Pwn\r\nEND:VEVENT\r\nBEGIN:VALARM\nTRIGGER:-PT1M; a,b \\n c\x01\x0b\x85\u2028d \U0001f393"


def a_step(credential_id: str = "sql", begin: float = 0.0, end: float = 5.0, **facts: Any) -> Step:
    known: dict[str, Any] = {
        "workload_hours": 30.0, "workload_estimated": False, "cost": Money(1_200, "EUR"), "ects": 1.5,
        "gap_closed": 0.2, "skills": (), "unlocks": (),
        "reasons": (Reason("closes_gap", "Closes 20% of the gap: SQL.", 0.2), Reason("effort", "30 hours.", 30.0)),
        "stacks": (StackProgress("pc", "Professional Certificate X", "credentials", 2, 3, 5),),
    }  # fmt: skip
    return Step(credential_id, begin, end, **(known | facts))


def a_path(*steps: Step, **facts: Any) -> LearningPath:
    return LearningPath(steps, 30.0, 5.0, None, 0, 0.6, 0.4, **facts)


def a_course(credential_id: str = "sql", **facts: Any) -> Credential:
    return Credential(credential_id, **({"title": "SQL", "url": "https://example.org/sql?a=1,2;b"} | facts))


def written(
    path: LearningPath, *courses: Credential, owner: str = "acme\nlouise\njob", made_at: datetime = MADE
) -> bytes:
    records = {course.credential_id: course for course in courses or (a_course(),)}
    return calendar_of(path, records, goal="data analyst", owner=owner, planned_on=START, made_at=made_at)


def events(file: bytes) -> list[Any]:
    return list(Calendar.from_ical(file).walk("VEVENT"))


def test_a_step_is_an_all_day_event_with_what_it_takes_and_why() -> None:
    file = written(a_path(a_step()))
    (event,) = events(file)
    assert event["SUMMARY"] == "SQL"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (START, START + timedelta(weeks=5))
    assert str(event["URL"]) == "https://example.org/sql?a=1,2;b"
    assert str(event["DESCRIPTION"]).splitlines() == [
        "Step 1 of 1 toward data analyst",
        "30 hours, 6.0 a week",
        "1,200.00 EUR",
        "1.5 ECTS",
        "Closes 20% of the gap: SQL.",
        "3 of 5 credentials for Professional Certificate X",
        "https://example.org/sql?a=1,2;b",
    ]
    assert event["TRANSP"] == "TRANSPARENT"
    assert b"METHOD:PUBLISH" in file
    assert b"DTSTART;VALUE=DATE:20270111" in file


def test_days_of_its_own_come_before_weeks_counted_from_the_start() -> None:
    dated = a_step(starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 26))
    first, second = events(written(a_path(dated, a_step("sql", 5.5, 6.0))))
    assert (first["DTSTART"].dt, first["DTEND"].dt) == (date(2027, 3, 1), date(2027, 3, 27))
    assert (second["DTSTART"].dt, second["DTEND"].dt) == (date(2027, 2, 18), date(2027, 2, 22))
    (moved,) = events(written(a_path(a_step(), starts_on=date(2027, 2, 1))))
    assert moved["DTSTART"].dt == date(2027, 2, 1)


def test_what_takes_no_time_lasts_a_day_and_what_never_ends_the_rest_of_time() -> None:
    (short,) = events(written(a_path(a_step(end=0.0, workload_hours=0.0))))
    assert short["DTEND"].dt - short["DTSTART"].dt == timedelta(days=1)
    (long,) = events(written(a_path(a_step(end=1e9))))
    assert long["DTEND"].dt == date.max


def test_exported_again_an_event_keeps_its_uid_and_gains_a_higher_sequence() -> None:
    early, late = (events(written(a_path(a_step()), made_at=MADE + timedelta(hours=h)))[0] for h in (0, 1))
    assert early["UID"] == late["UID"]
    assert early["SEQUENCE"] < late["SEQUENCE"] < 2**31
    assert written(a_path(a_step())) == written(a_path(a_step()))


def test_the_uid_tells_learners_goals_and_steps_apart_and_names_none_of_them() -> None:
    courses = (a_course(), a_course("stats"))
    path = a_path(a_step(), a_step("stats", 5, 6))
    uids = [
        str(e["UID"])
        for o in ("acme\nlouise\njob", "acme\nmo\njob", "x")
        for e in events(written(path, *courses, owner=o))
    ]
    assert len(set(uids)) == 6
    assert not any(word in uid for uid in uids for word in ("louise", "acme", "sql"))


def test_lines_end_in_crlf_and_none_is_longer_than_75_octets() -> None:
    file = written(a_path(a_step()), a_course(title="Größe 統計学 \U0001f393 " * 20))
    assert file.endswith(b"END:VCALENDAR\r\n")
    assert file.count(b"\n") == file.count(b"\r\n") == file.count(b"\r")
    assert max(len(line) for line in file.split(b"\r\n")) <= 75
    file.decode("utf-8")


def test_a_hostile_title_stays_a_title() -> None:
    file = written(
        a_path(a_step(reasons=(Reason("caution", HOSTILE, 1.0),))), a_course(title=HOSTILE, awarding_body=HOSTILE)
    )
    assert [c.name for c in Calendar.from_ical(file).walk()] == ["VCALENDAR", "VEVENT"]
    (event,) = events(file)
    assert str(event["SUMMARY"]) == one_line(HOSTILE)
    assert "VALARM" not in [
        line.partition(b":")[2].decode() for line in file.split(b"\r\n") if line.startswith(b"BEGIN")
    ]
    assert not any(byte < 32 and byte not in (10, 13) for byte in file)


@pytest.mark.parametrize(
    "url", ["https://x.org/\r\nBEGIN:VALARM", "https://x.org/a b", "https://x.org/\x01", "https://é.org/"]
)
def test_an_address_that_the_format_could_not_hold_is_only_a_line_of_the_text(url: str) -> None:
    file = written(a_path(a_step()), a_course(url=url))
    (event,) = events(file)
    assert "URL" not in event
    assert "https://" in event["DESCRIPTION"]
    assert [c.name for c in Calendar.from_ical(file).walk()] == ["VCALENDAR", "VEVENT"]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200).filter(lambda t: t.strip()))
def test_any_title_comes_back_as_itself_without_controls(title: str) -> None:
    course = Credential("sql", title.replace("\x00", "?"))
    (event,) = events(written(a_path(a_step()), course))
    assert str(event["SUMMARY"]) == one_line(course.title)
