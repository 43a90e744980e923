from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credpath.domain.catalogue import Credential
from credpath.domain.learner import Profile
from credpath.domain.money import REFERENCE_RATES, Money
from credpath.domain.paths import Constraints
from credpath.recommender.filters import FILTERS, Eligibility, filter_catalogue, limits_of
from credpath.recommender.standing import stand
from tests.recommender.worlds import TODAY, index_of, learner, needs, offer, stack, teaches


def sift(*offers: Credential, snapshot: Any = None, **constraints: Any) -> tuple[set[str], dict[str, int]]:
    """(eligible ids, counts)."""
    index, result = _sift(offers, snapshot, constraints)
    return {i for i, kept in zip(index.ids, result.eligible.tolist(), strict=True) if kept}, result.counts


def _sift(offers: tuple[Credential, ...], snapshot: Any, constraints: dict[str, Any]) -> tuple[Any, Eligibility]:
    index = index_of({o: teaches("sql") for o in offers})
    standing = stand(index, snapshot or learner())
    limits = limits_of(Constraints(**constraints), standing.snapshot.profile)
    return index, filter_catalogue(index, standing, limits, TODAY, REFERENCE_RATES)


@pytest.mark.parametrize(
    ("facts", "snapshot", "constraints", "code"),
    [
        ({}, learner(held=["a"]), {}, "held"),
        ({}, learner(in_progress=["a"]), {}, "in_progress"),
        ({}, learner(dismissed=["a"]), {}, "dismissed"),
        ({}, None, {"excluded": frozenset({"a"})}, "excluded"),
        ({"status": "superseded"}, None, {}, "superseded"),
        ({"status": "withdrawn"}, None, {}, "not_offered"),
        ({"status": "planned"}, None, {}, "not_offered"),
        ({"ends_on": date(2026, 11, 1)}, None, {}, "ended"),
        ({"starts_on": date(2026, 11, 3)}, None, {}, "not_started_yet"),
        ({"languages": ("de",)}, None, {"languages": frozenset({"en"})}, "language"),
        ({"countries_open_to": ("FR",)}, None, {"country": "DE"}, "country"),
        ({"country": "FR", "participation": "on-site"}, None, {"country": "DE"}, "country"),
        ({"cost": Money(50, "EUR")}, None, {"budget": Money(49, "EUR")}, "budget"),
        ({"cost": Money(50, "XOF")}, None, {"budget": Money(49, "EUR")}, "cost_unknown_currency"),
        ({"workload_hours": 41.0}, None, {"weeks": 10.0, "hours_per_week": 4.0}, "too_long"),
        ({"prerequisites": needs("nowhere")}, None, {}, "prerequisite_unattainable"),
    ],
)
def test_each_filter_takes_what_it_names_and_nothing_else(
    facts: dict[str, Any], snapshot: Any, constraints: dict[str, Any], code: str
) -> None:
    kept, counts = sift(offer("a", **facts), offer("b"), snapshot=snapshot, **constraints)
    assert kept == {"b"}
    assert counts == {code: 1}


@pytest.mark.parametrize(
    ("facts", "constraints"),
    [
        ({}, {"languages": frozenset({"en"})}),
        ({"languages": ("en-GB",)}, {"languages": frozenset({"en"})}),
        ({"languages": ("de", "en")}, {"languages": frozenset({"EN-us"})}),
        ({}, {"country": "DE"}),
        ({"countries_open_to": ("EU",)}, {"country": "DE"}),
        ({"country": "EU", "participation": "on-site"}, {"country": "DE"}),
        ({"country": "FR", "participation": "online"}, {"country": "DE"}),
        ({}, {"budget": Money(0, "EUR")}),
        ({"cost": Money(49, "EUR")}, {"budget": Money(49, "EUR")}),
        ({"cost": Money(49, "XOF")}, {"budget": Money(49, "XOF")}),
        ({"cost": Money(0, "XOF")}, {"budget": Money(0, "EUR")}),
        ({"cost": Money(49, "XOF")}, {}),
        ({"workload_hours": 40.0}, {"weeks": 10.0, "hours_per_week": 4.0}),
        ({"starts_on": TODAY, "ends_on": TODAY}, {}),
    ],
)
def test_what_fits_or_does_not_say_is_kept(facts: dict[str, Any], constraints: dict[str, Any]) -> None:
    assert sift(offer("a", **facts), **constraints) == ({"a"}, {})


def test_an_active_newer_version_takes_the_older_one_away_through_any_number_of_versions() -> None:
    chain = [offer("v1"), offer("v2", supersedes=("v1",), status="superseded"), offer("v3", supersedes=("v2",))]
    assert sift(*chain) == ({"v3"}, {"superseded": 2})


def test_a_planned_newer_version_takes_nothing_away_yet() -> None:
    assert sift(offer("v1"), offer("v2", supersedes=("v1",), status="planned")) == ({"v1"}, {"not_offered": 1})


def test_two_that_claim_to_supersede_each_other_both_stay() -> None:
    assert sift(offer("a", supersedes=("b",)), offer("b", supersedes=("a",)))[0] == {"a", "b"}


def test_a_credential_that_several_filters_would_take_counts_for_the_first() -> None:
    both = offer("a", status="withdrawn", languages=("de",), cost=Money(500, "EUR"))
    _, counts = sift(both, snapshot=learner(held=["a"]), languages=frozenset({"en"}), budget=Money(1, "EUR"))
    assert counts == {"held": 1}


def test_counts_and_eligible_ones_add_up_to_the_catalogue_in_the_documented_order() -> None:
    offers = [offer("a"), offer("b", prerequisites=needs("a")), offer("c", prerequisites=needs("x")), offer("d")]
    kept, counts = sift(*offers, snapshot=learner(held=["d"]))
    assert (kept, counts) == ({"a"}, {"held": 1, "prerequisite_unattainable": 1, "locked": 1})
    assert list(counts) == [code for code in FILTERS if code in counts]


def test_an_unmet_prerequisite_that_can_be_met_locks_and_holding_it_opens() -> None:
    pair = (offer("a"), offer("b", prerequisites=needs("a")))
    assert sift(*pair) == ({"a"}, {"locked": 1})
    assert sift(*pair, snapshot=learner(held=["a"])) == ({"b"}, {"held": 1})


def test_a_prerequisite_under_way_locks_rather_than_closes() -> None:
    pair = (offer("a"), offer("b", prerequisites=needs("a")))
    assert sift(*pair, snapshot=learner(in_progress=["a"])) == (set(), {"in_progress": 1, "locked": 1})


def test_a_prerequisite_that_other_limits_rule_out_is_unattainable() -> None:
    pair = (offer("a", cost=Money(900, "EUR")), offer("b", prerequisites=needs("a")))
    assert sift(*pair, budget=Money(100, "EUR")) == (set(), {"budget": 1, "prerequisite_unattainable": 1})


def test_a_prerequisite_outside_the_catalogue_counts_when_it_is_held() -> None:
    assert sift(offer("b", prerequisites=needs("elsewhere")), snapshot=learner(held=["elsewhere"]))[0] == {"b"}


def test_a_newer_version_meets_the_prerequisite_that_names_the_older_one() -> None:
    offers = (offer("v1", status="superseded"), offer("v2", supersedes=("v1",)), offer("b", prerequisites=needs("v1")))
    assert sift(*offers, snapshot=learner(held=["v2"]))[0] == {"b"}


def test_a_stack_is_earned_by_its_members_and_opens_what_requires_it() -> None:
    offers = (
        offer("m1", stacks_into=("s",)), offer("m2", stacks_into=("s",)), offer("s", stack=stack()),
        offer("next", prerequisites=needs("s")),
    )  # fmt: skip
    assert sift(*offers) == ({"m1", "m2"}, {"earned_by_members": 1, "locked": 1})
    assert sift(*offers, snapshot=learner(held=["m1", "m2"]))[0] == {"next"}


def test_a_stack_without_enough_known_members_can_be_enrolled_in() -> None:
    offers = (offer("m1", stacks_into=("s",)), offer("s", stack=stack("n_of", 4)))
    assert sift(*offers)[0] == {"m1", "s"}


def test_the_call_limits_go_before_the_profile_and_the_profile_completes_them() -> None:
    profile = Profile(languages=("de",), country="FR", hours_per_week=3.0, budget=Money(10, "EUR"))
    limits = limits_of(Constraints(country="DE"), profile)
    assert (limits.languages, limits.country, limits.hours_per_week) == (frozenset({"de"}), "DE", 3.0)
    assert limits.budget == Money(10, "EUR")
