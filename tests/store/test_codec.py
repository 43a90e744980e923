from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.catalogue import Credential, LearningOutcome, Preparation, PrerequisiteGroup, StackRule
from credpath.domain.learner import NotYet, Profile
from credpath.domain.money import Money
from credpath.store.codec import decode_credential, decode_profile, digest, encode
from tests.store.samples import FULL_CREDENTIAL, FULL_PROFILE, a_credential

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
shares = st.floats(0, 1)
moneys = st.builds(Money, st.floats(0, 1e9) | st.integers(0, 10**9), st.sampled_from(["EUR", "USD"]))
credentials = st.builds(
    Credential,
    credential_id=st.just("the-id"),
    title=names,
    description=words,
    languages=st.lists(names, max_size=3).map(tuple),
    outcomes=st.lists(st.builds(LearningOutcome, names, words, shares, shares), max_size=3).map(tuple),
    prerequisites=st.lists(
        st.builds(PrerequisiteGroup, st.just("k_of"), st.just(("a", "b")), st.integers(1, 2)), max_size=2
    ).map(tuple),
    preparation=st.lists(st.builds(Preparation, words, st.just("a"), words, shares), max_size=2).map(tuple),
    stack=st.none() | st.builds(StackRule, st.just("credits"), st.floats(1, 100) | st.integers(1, 100)),
    workload_hours=st.none() | st.floats(0, 1e6) | st.integers(0, 10**6),
    rating_count=st.none() | st.integers(0, 10**9),
    cost=st.none() | moneys,
    starts_on=st.none() | st.dates(),
    illustrative=st.booleans(),
)
profiles = st.builds(
    Profile,
    goal=words,
    declared_skills=st.lists(names, max_size=3).map(tuple),
    hours_per_week=st.none() | st.floats(0.5, 100),
    budget=st.none() | moneys,
    not_yet=st.lists(st.builds(NotYet, names, st.datetimes(timezones=st.just(UTC))), max_size=2).map(tuple),
)


@given(credentials)
def test_a_credential_comes_back_as_it_was(credential: Credential) -> None:
    assert decode_credential(encode(credential)) == credential


@given(profiles)
def test_a_profile_comes_back_as_it_was(profile: Profile) -> None:
    assert decode_profile(encode(profile)) == profile


def test_every_field_comes_back() -> None:
    assert decode_credential(encode(FULL_CREDENTIAL)) == FULL_CREDENTIAL
    assert decode_profile(encode(FULL_PROFILE)) == FULL_PROFILE


@given(credentials, credentials)
def test_texts_are_equal_exactly_when_credentials_are(one: Credential, other: Credential) -> None:
    assert (encode(one) == encode(other)) == (one == other)


def test_a_whole_number_and_its_decimal_form_are_the_same_record() -> None:
    whole = a_credential(workload_hours=10, ects=5, cost=Money(49, "EUR"), outcomes=(LearningOutcome("x", level=1),))
    real = replace(whole, workload_hours=10.0, ects=5.0, cost=Money(49.0, "EUR"), outcomes=(LearningOutcome("x"),))
    assert encode(whole) == encode(real)


@pytest.mark.parametrize(
    "change",
    [{"title": "Other"}, {"languages": ("en",)}, {"workload_hours": 0.5}, {"cost": Money(0, "EUR")},
     {"starts_on": date(2027, 1, 1)}, {"eqf_level": 5}, {"illustrative": True}],
)  # fmt: skip
def test_any_change_changes_the_digest(change: dict[str, Any]) -> None:
    assert digest(encode(a_credential(**change))) != digest(encode(a_credential()))


def test_what_is_not_stated_takes_no_room() -> None:
    assert encode(a_credential("c1", title="T")) == '{"credential_id":"c1","title":"T"}'
