from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.learner import Profile
from credpath.domain.money import REFERENCE_RATES, Money
from credpath.domain.paths import Concession, Constraints
from credpath.errors import InvalidInput
from credpath.service.path_wishes import UnknownPins
from credpath.web.forms import Form
from credpath.web.plan_wishes import EXTRAS, Wishes, kept_profile, read_wishes, trial

TODAY = date(2026, 5, 4)
USUAL = Profile(hours_per_week=6.0, budget=Money(300.0, "USD"))
NAMES = ("hours", "budget", "currency", "path", *EXTRAS)


def read(profile: Profile = USUAL, **fields: str | list[str]) -> Wishes:
    pairs = [(n, v) for n, given in fields.items() for v in ([given] if isinstance(given, str) else given)]
    return read_wishes(Form(pairs), profile, REFERENCE_RATES, TODAY)


def test_without_a_word_the_profile_holds() -> None:
    wishes = read()
    assert wishes.usual
    assert wishes.constraints.hours_per_week == 6.0
    assert wishes.constraints.budget == Money(300.0, "USD")
    assert (wishes.values["hours"], wishes.values["budget"], wishes.values["currency"]) == ("6", "300", "USD")


def test_looking_at_another_alternative_is_still_the_usual() -> None:
    wishes = read(path="fastest")
    assert wishes.usual
    assert wishes.path == "fastest"


def test_everything_that_can_be_asked_for_is_read() -> None:
    wishes = read(
        hours="7,5", budget="120.50", currency="EUR", deadline="2026-09-01", starts="2026-05-10", parallel="2",
        participation=["online", "nonsense"], accredited="yes", pin=["a", "b"], without=["c", "a"], stack="s",
    )  # fmt: skip
    found = wishes.constraints
    assert wishes.faults == {}
    assert not wishes.usual
    assert (found.hours_per_week, found.budget) == (7.5, Money(120.5, "EUR"))
    assert (found.deadline, found.starts_on) == (date(2026, 9, 1), date(2026, 5, 10))
    assert (found.parallel, found.participation, found.accredited) == (2, frozenset({"online"}), True)
    assert (found.pinned, found.excluded, found.stack) == (("a", "b"), frozenset({"c"}), "s")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hours", "many"), ("hours", "0"), ("hours", "1e3"), ("hours", "-4"), ("budget", "nan"),
        ("budget", "-1"), ("budget", "99999999"), ("currency", "XXX"), ("deadline", "2026-05-04"),
        ("deadline", "yesterday"), ("deadline", "9999-01-01"), ("starts", "2026-05-03"), ("parallel", "9"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_at_its_control_and_left_out(name: str, value: str) -> None:
    wishes = read(Profile(), **{name: value})
    assert set(wishes.faults) == {name}
    assert wishes.values[name] == value
    assert not wishes.usual
    assert wishes.constraints.hours_per_week is None
    assert wishes.constraints.deadline is None


def test_a_wish_for_and_against_the_same_stack_drops_the_stack() -> None:
    assert read(stack="s", without="s").constraints.stack == ""


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=12)), max_size=12))
def test_no_address_breaks_the_page(fields: list[tuple[str, str]]) -> None:
    wishes = read_wishes(Form(fields), USUAL, REFERENCE_RATES, TODAY)
    assert set(wishes.faults) <= {*NAMES, "pinned", "excluded"}


def test_hours_and_budget_become_the_usual_ones() -> None:
    kept = kept_profile(Profile(goal="x", country="DE"), read(hours="4", budget="50", currency="EUR"))
    assert kept == Profile(goal="x", country="DE", hours_per_week=4.0, budget=Money(50.0, "EUR"))


ASKED = Constraints(
    hours_per_week=4.0, budget=Money(100.0, "USD"), deadline=date(2026, 6, 1), parallel=2, pinned=("a", "b"), stack="s",
    starts_on=date(2026, 5, 11), accredited=True, participation=frozenset({"online"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "amount", "subject", "expected"),
    [
        ("hours", 12.0, "", {"hours": "8"}),
        ("hours", 9_000.0, "", {}),
        ("weeks", 3.0, "", {"deadline": "2026-06-22"}),
        ("money", 120.0, "", {"budget": "220", "currency": "USD"}),
        ("parallel", 1.0, "", {"parallel": "3"}),
        ("pin", 0.0, "a", {"pin": ("b",)}),
        ("wish", 0.0, "accredited", {"accredited": None}),
        ("wish", 0.0, "participation", {"participation": None}),
        ("stack", 0.0, "s", {"stack": None}),
        ("start", 1.0, "", {"starts": None}),
        ("language", 0.0, "fr", {}),
        ("skill", 1.0, "x", {}),
    ],
)
def test_a_concession_can_be_tried_at_its_controls(kind: Any, amount: float, subject: str, expected: object) -> None:
    concession = Concession(kind, amount, "", subject, 0.1, False, "")
    assert trial(concession, ASKED, TODAY) == expected


@pytest.mark.parametrize(
    ("refused", "control"), [("pinned", "pin"), ("stack", "stack"), ("deadline", "deadline"), ("starts_on", "starts")]
)
def test_a_wish_that_is_refused_is_given_up_once_and_named(refused: str, control: str) -> None:
    wishes = read(pin="a", stack="s", deadline="2026-09-01", starts="2026-05-10")
    error = InvalidInput("no", where=refused, fix="leave it out")
    assert wishes.give_up(error)
    assert set(wishes.faults) == {control}
    assert getattr(wishes.constraints, refused) == getattr(Constraints(), refused)
    assert not wishes.give_up(error)


def test_of_several_pins_only_those_that_are_gone_are_given_up() -> None:
    wishes = read(pin=["a", "gone", "b"])
    assert wishes.give_up(UnknownPins(["gone"]))
    assert wishes.constraints.pinned == ("a", "b")
    assert set(wishes.faults) == {"pin"}
    assert not wishes.give_up(UnknownPins(["gone"]))


def test_a_plan_is_asked_again_without_each_wish_that_is_refused() -> None:
    wishes = read(pin=["gone"], stack="gone", hours="5")

    def plan() -> Constraints:
        for name in ("pinned", "stack"):
            if getattr(wishes.constraints, name):
                raise InvalidInput("no", where=name, fix="leave it out")
        return wishes.constraints

    assert wishes.planned(plan) == Constraints(hours_per_week=5.0, budget=USUAL.budget)
    assert set(wishes.faults) == {"pin", "stack"}


def test_what_is_refused_for_another_reason_is_raised() -> None:
    def plan() -> None:
        raise InvalidInput("no", where="goal", fix="give a goal")

    with pytest.raises(InvalidInput, match="no"):
        read(stack="s").planned(plan)


def test_what_is_no_wish_is_not_given_up() -> None:
    wishes = read()
    assert not wishes.give_up(InvalidInput("no", where="goal", fix="give a goal"))
    assert wishes.usual
    assert wishes.faults == {}
