"""What a path may be asked for: checked against the catalogue and the calendar before anything is planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from credpath.domain.paths import Constraints
from credpath.domain.rules import check_id
from credpath.errors import InvalidInput
from credpath.recommender.catalogue_index import CatalogueIndex

MAX_PREVIOUS = 100
# As far as `weeks` may reach.
FARTHEST = timedelta(weeks=1_040)
# Somewhere it is still yesterday.
EARLIEST = timedelta(days=-1)


class UnknownPins(InvalidInput):
    """Pins that the catalogue does not have, `pins`."""

    def __init__(self, pins: Sequence[str]) -> None:
        names = ", ".join(map(repr, pins))
        fix = "`GET /v1/credentials?q=` finds the ids"
        super().__init__(f"the catalogue has no {names}", where="pinned", fix=fix)
        self.pins = tuple(pins)


def check_wishes(index: CatalogueIndex, limits: Constraints, today: date) -> None:
    """Raises InvalidInput for a pin or a stack that the catalogue does not have, and for days that cannot be kept."""
    _check_known(index, limits)
    _check_days(limits, today)


def check_previous(previous: Sequence[str]) -> tuple[str, ...]:
    """The steps of an earlier path. What the catalogue no longer has may be among them: the answer will say so."""
    if len(previous) > MAX_PREVIOUS:
        fix = "give the steps of one path"
        raise InvalidInput(f"{len(previous)} previous steps, over {MAX_PREVIOUS}", where="previous", fix=fix)
    return tuple(check_id(step, "previous") for step in previous)


def _check_known(index: CatalogueIndex, limits: Constraints) -> None:
    unknown = [pin for pin in limits.pinned if pin not in index.position]
    if unknown:
        raise UnknownPins(unknown)
    if not limits.stack:
        return
    row = index.position.get(limits.stack)
    if row is None:
        raise InvalidInput(
            f"the catalogue has no {limits.stack!r}", where="stack", fix="`GET /v1/credentials?q=` finds the ids"
        )
    if row not in index.stacks.rows:
        what = f"{limits.stack!r} is no stack: nothing in the catalogue counts toward it"
        raise InvalidInput(what, where="stack", fix="pin it instead, or name a credential with a stack rule")


def _check_days(limits: Constraints, today: date) -> None:
    for name, day in (("starts_on", limits.starts_on), ("deadline", limits.deadline)):
        if day is not None and day - today > FARTHEST:
            what = f"{day} is more than {FARTHEST.days // 7} weeks away"
            raise InvalidInput(what, where=name, fix=f"give a day until {today + FARTHEST}, or leave it out")
    if limits.starts_on is not None and limits.starts_on - today < EARLIEST:
        what = f"{limits.starts_on} is past: a path starts today or later"
        raise InvalidInput(what, where="starts_on", fix=f"give {today} or a later day, or leave it out")
    start = max(limits.starts_on or today, today)
    if limits.deadline is not None and limits.deadline <= start:
        when = "today or past" if limits.deadline <= today else f"not after the start on {start}"
        what = f"the deadline {limits.deadline} is {when}"
        raise InvalidInput(what, where="deadline", fix=f"give a day after {start}")
