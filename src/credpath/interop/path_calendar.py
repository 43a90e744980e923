"""A learning path as an iCalendar file (RFC 5545): one all-day event a step, which leaves the days free.

An event keeps its UID however often the path is exported, so that a calendar moves it instead of adding another.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from credpath import __version__
from credpath.domain.catalogue import Credential
from credpath.domain.money import Money
from credpath.domain.paths import LearningPath, Step
from credpath.domain.rules import check_time

if TYPE_CHECKING:
    from icalendar import Event

# Without outer blanks, and of characters that a URI may hold: this property is written as it is.
PLAIN_URL = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+", re.ASCII)
MINUTE = 60
# Reasons that repeat what an event says of effort, price and stacks.
SAID = frozenset({"effort", "cost", "stack"})


def calendar_of(
    path: LearningPath,
    credentials: Mapping[str, Credential],
    *,
    goal: str,
    owner: str,
    planned_on: date,
    made_at: datetime,
) -> bytes:
    """The file, in UTF-8 with CRLF. `owner`: what tells this learner and goal from others; only its digest is written.

    `planned_on`: where the path's weeks count from when it has no dates of its own. A path without steps has no
    event, which RFC 5545 does not allow: ask first.
    """
    from icalendar import Calendar  # 0.1 s, which only an export needs

    calendar = Calendar()
    calendar.add("prodid", f"-//credpath//credpath {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", one_line(f"Learning path: {goal}" if goal else "Learning path"))
    start = path.starts_on or planned_on
    for number, step in enumerate(path.steps, 1):
        place = f"Step {number} of {len(path.steps)}" + (f" toward {goal}" if goal else "")
        credential = credentials[step.credential_id]
        calendar.add_component(_event(step, credential, place, owner, start, check_time(made_at, "made_at")))
    written: bytes = calendar.to_ical()
    return written


def _event(step: Step, credential: Credential, place: str, owner: str, start: date, made_at: datetime) -> Event:
    from icalendar import Event

    event = Event()
    first, after = days_of(step, start)
    event.add("uid", uid_of(owner, step.credential_id))
    event.add("dtstamp", made_at.astimezone(UTC).replace(microsecond=0))
    # Of two versions of an event a calendar keeps the one with the higher number.
    event.add("sequence", int(made_at.timestamp()) // MINUTE)
    event.add("dtstart", first)
    event.add("dtend", after)
    event.add("summary", one_line(credential.title))
    event.add("description", clean("\n".join([place, *_lines(step, credential)])))
    event.add("transp", "TRANSPARENT")
    if PLAIN_URL.fullmatch(credential.url):
        event.add("url", credential.url)
    return event


def uid_of(owner: str, credential_id: str) -> str:
    """The same for the same step of the same owner; tells neither."""
    digest = hashlib.sha256(f"{owner}\n{credential_id}".encode()).hexdigest()
    return f"{digest[:32]}@credpath"


def days_of(step: Step, start: date) -> tuple[date, date]:
    """(first day, the day after the last one); at least one day, whatever the weeks are."""
    first = step.starts_on or later(start, math.floor(7 * step.start_week + 1e-6))
    after = later(step.ends_on, 1) if step.ends_on else later(start, math.ceil(7 * step.end_week - 1e-6))
    return first, max(after, later(first, 1))


def later(day: date, days: int) -> date:
    """So many days later; the last day there is at most."""
    return day + timedelta(days=min(days, (date.max - day).days))


def _lines(step: Step, credential: Credential) -> Iterator[str]:
    about = "about " if step.workload_estimated else ""
    weeks = step.end_week - step.start_week
    pace = f", {step.workload_hours / weeks:.1f} a week" if weeks > 0 else ""
    yield f"{about}{step.workload_hours:.0f} hours{pace}"
    yield _price(step.cost)
    if credential.awarding_body:
        yield credential.awarding_body
    if step.ects:
        yield f"{step.ects:g} ECTS"
    yield from (reason.sentence for reason in step.reasons if reason.kind not in SAID)
    yield from (f"{p.after:g} of {p.need:g} {p.unit} for {p.title}" for p in step.stacks)
    if credential.url:
        yield credential.url


def _price(cost: Money | None) -> str:
    if cost is None:
        return "price not stated"
    return f"{cost.amount:,.2f} {cost.currency}" if cost.amount else "free of charge"


def one_line(text: str) -> str:
    """`clean`, with every run of blanks and line ends as one blank."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """Without what the format does not allow in a text: control characters and foreign line ends become blanks."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in x) for x in lines)
