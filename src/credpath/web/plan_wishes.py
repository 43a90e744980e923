"""The controls of the plan: what was asked for in the address, checked field by field, over what the profile says."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from credpath.domain.learner import Profile
from credpath.domain.money import Money
from credpath.domain.paths import MAX_PARALLEL, MAX_PINNED, Concession, Constraints
from credpath.domain.sayings import message
from credpath.errors import InvalidInput
from credpath.service.path_wishes import UnknownPins
from credpath.web.forms import Form

T = TypeVar("T")
MOST_HOURS, LEAST_HOURS = 60.0, 0.5
MOST_MONEY = 1_000_000.0
PARTICIPATION = ("online", "blended", "onsite")
DEFAULT_CURRENCY = "EUR"
HOURS_FAULT = message("Give a number of hours between 0.5 and 60.")
MONEY_FAULT = message("Give an amount from 0 to 1,000,000.")
DAY_FAULT = message("Give a day in the future.")
CHOICE_FAULT = message("Choose one of the values that are offered.")
GONE_FAULT = message("The catalogue no longer has what this plan was to be made with.")
# By constraint that planning may refuse, though the address is well formed: its control, and what is said.
REFUSED = {
    "pinned": ("pin", GONE_FAULT), "stack": ("stack", GONE_FAULT),
    "starts_on": ("starts", DAY_FAULT), "deadline": ("deadline", DAY_FAULT),
}  # fmt: skip
# What the address may hold and the profile does not.
EXTRAS = ("deadline", "starts", "parallel", "participation", "accredited", "pin", "without", "stack")


@dataclass(slots=True)
class Wishes:
    """`values`: what the controls show. `faults`: by control, what is wrong with what was given.

    `usual`: nothing differs from what the profile says. `path`: which alternative is looked at.
    """

    values: dict[str, str]
    constraints: Constraints = field(default_factory=Constraints)
    faults: dict[str, str] = field(default_factory=dict)
    usual: bool = True
    path: str = ""

    def planned(self, plan: Callable[[], T]) -> T:
        """What `plan` answers, asked again without each wish that is refused: a link outlives what it was made with.

        Raises InvalidInput for what is refused for another reason.
        """
        while True:
            try:
                return plan()
            except InvalidInput as error:
                if not self.give_up(error):
                    raise

    def give_up(self, refused: InvalidInput) -> bool:
        """Leaves out what was refused and names its control in `faults`; False where that changes nothing."""
        name = refused.where
        if name not in REFUSED:
            return False
        left: Any = getattr(Constraints(), name)
        if isinstance(refused, UnknownPins):
            left = tuple(pin for pin in self.constraints.pinned if pin not in refused.pins)
        if left == getattr(self.constraints, name):
            return False
        control, fault = REFUSED[name]
        self.constraints = replace(self.constraints, **{name: left})
        self.faults[control], self.usual = fault, False
        return True


def read_wishes(form: Form, profile: Profile, currencies: Mapping[str, float], today: date) -> Wishes:
    """What is wrong is left out of the constraints and named in `faults`."""
    wishes = Wishes(_values(form, profile), path=form.text("path"))
    faults = wishes.faults
    hours = _read(wishes, "hours", HOURS_FAULT, lambda text: _number(text, LEAST_HOURS, MOST_HOURS))
    amount = _read(wishes, "budget", MONEY_FAULT, lambda text: _number(text, 0.0, MOST_MONEY))
    currency = wishes.values["currency"]
    if currency not in currencies:
        faults["currency"] = CHOICE_FAULT
    starts = _read(wishes, "starts", DAY_FAULT, lambda text: _day(text, today))
    deadline = _read(wishes, "deadline", DAY_FAULT, lambda text: _day(text, max(starts or today, today), after=True))
    parallel = _read(wishes, "parallel", CHOICE_FAULT, lambda text: int(_number(text, 1, MAX_PARALLEL)))
    wishes.usual = not faults and not any(form.text(name) for name in ("hours", "budget", *EXTRAS))
    try:
        wishes.constraints = Constraints(
            budget=Money(amount, currency) if amount is not None and currency in currencies else None,
            hours_per_week=hours,
            participation=frozenset(form.every("participation")) & frozenset(PARTICIPATION),
            accredited=form.text("accredited") == "yes",
            parallel=parallel or 1,
            starts_on=starts,
            deadline=deadline,
            pinned=form.every("pin")[:MAX_PINNED],
            excluded=frozenset(form.every("without")) - frozenset(form.every("pin")),
            stack=form.text("stack") if form.text("stack") not in form.every("without") else "",
        )
    except InvalidInput as error:
        faults[error.where] = error.what
    return wishes


def kept_profile(profile: Profile, wishes: Wishes) -> Profile:
    """The profile with the hours and the budget of the controls."""
    return replace(profile, hours_per_week=wishes.constraints.hours_per_week, budget=wishes.constraints.budget)


def trial(concession: Concession, asked: Constraints, today: date) -> dict[str, str | tuple[str, ...] | None]:
    """The fields of the address that try a concession out, None to drop one; empty where a person has to decide."""
    kind, amount = concession.kind, concession.amount
    if kind == "hours" and asked.deadline and asked.hours_per_week:
        weeks = max(1.0, (asked.deadline - max(asked.starts_on or today, today)).days / 7.0)
        wanted = math.ceil(2 * (asked.hours_per_week + amount / weeks)) / 2
        return {"hours": _plain(wanted)} if wanted <= MOST_HOURS else {}
    if kind == "weeks" and asked.deadline:
        return {"deadline": (asked.deadline + timedelta(weeks=amount)).isoformat()}
    if kind == "money" and asked.budget:
        return {"budget": _plain(asked.budget.amount + amount), "currency": asked.budget.currency}
    if kind == "pin":
        return {"pin": tuple(pin for pin in asked.pinned if pin != concession.subject)}
    if kind == "parallel":
        return {"parallel": str(min(MAX_PARALLEL, asked.parallel + round(amount)))}
    dropped = {"wish": concession.subject, "stack": "stack", "start": "starts"}.get(kind, "")
    return {dropped: None} if dropped in EXTRAS else {}


def _values(form: Form, profile: Profile) -> dict[str, str]:
    budget = profile.budget
    usual = {
        "hours": _plain(profile.hours_per_week), "budget": _plain(budget.amount if budget else None),
        "currency": budget.currency if budget else DEFAULT_CURRENCY, "parallel": "1",
    }  # fmt: skip
    names = ("hours", "budget", "currency", "deadline", "starts", "parallel", "accredited", "stack")
    return {name: form.text(name) or usual.get(name, "") for name in names}


def _read(wishes: Wishes, name: str, fault: str, parse: Callable[[str], T]) -> T | None:
    """The value of a control, None where it is empty or wrong."""
    text = wishes.values[name]
    if not text:
        return None
    try:
        return parse(text)
    except ValueError:
        wishes.faults[name] = fault
        return None


def _number(text: str, low: float, high: float) -> float:
    if not re.fullmatch(r"\d{1,9}([.,]\d{1,4})?", text):
        raise ValueError("not a plain number")
    value = float(text.replace(",", "."))
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError("outside its bounds")
    return value


def _day(text: str, first: date, *, after: bool = False) -> date:
    day = date.fromisoformat(text)
    if day < first or (after and day == first) or day.year > first.year + 20:
        raise ValueError("not in the future")
    return day


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")
