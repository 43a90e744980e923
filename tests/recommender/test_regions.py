from __future__ import annotations

import pytest

from credpath.recommender.regions import EU, names_of


def test_a_country_is_meant_by_its_code_its_regions_and_the_world() -> None:
    assert {"DE", "EU", "EEA", "WORLD"} <= names_of(" de ")
    assert {"NO", "EEA"} <= names_of("NO")
    assert "EU" not in names_of("NO")
    assert "EU" not in names_of("GB")


@pytest.mark.parametrize(("one", "other"), [("GR", "EL"), ("GB", "UK")])
def test_countries_with_two_codes_answer_to_both(one: str, other: str) -> None:
    assert other in names_of(one)
    assert one in names_of(other)


def test_greece_stays_in_the_union_under_either_code() -> None:
    assert "EU" in names_of("EL")
    assert "EU" in names_of("GR")


def test_no_country_is_meant_by_nothing_and_the_union_has_27_members() -> None:
    assert names_of("") == frozenset()
    assert len(EU) == 27
