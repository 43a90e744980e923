from __future__ import annotations

import json

import pytest

from credpath.domain.catalogue import Credential, PrerequisiteGroup, StackRule
from credpath.domain.money import Money
from credpath.domain.records import credential_from_dict, credential_to_dict
from credpath.errors import InvalidInput
from tests.recommender.test_catalogue_index import FULL


def test_a_full_credential_survives_json() -> None:
    assert credential_from_dict(json.loads(json.dumps(credential_to_dict(FULL)))) == FULL


def test_what_is_at_its_default_is_left_out() -> None:
    assert credential_to_dict(Credential("a", "A")) == {"credential_id": "a", "title": "A"}


def test_a_default_inside_a_nested_record_is_left_out_too() -> None:
    made = Credential(
        "a", "A", prerequisites=(PrerequisiteGroup("any_of", ("b",)),), stack=StackRule("all_of"), cost=Money(0, "EUR")
    )
    record = credential_to_dict(made)
    assert record["prerequisites"] == [{"kind": "any_of", "credential_ids": ["b"]}]
    assert record["stack"] == {"kind": "all_of"}
    assert credential_from_dict(record) == made


def test_a_value_against_the_rules_is_refused_on_the_way_back() -> None:
    with pytest.raises(InvalidInput, match="rating"):
        credential_from_dict({"credential_id": "a", "title": "A", "rating": 9.0})
