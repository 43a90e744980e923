from __future__ import annotations

from pathlib import Path

import pytest

from credpath.errors import InvalidInput
from credpath.service.finding import find_skills
from tests.api.world import World, open_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder: Path = tmp_path_factory.mktemp("finding")
    return open_world(folder)


@pytest.mark.parametrize(
    ("typed", "first"), [("sq", "SQL"), ("SQL", "SQL"), ("visual", "data visualisation"), ("plan", "agile planning")]
)
def test_a_skill_is_found_by_the_beginning_of_any_of_its_words(world: World, typed: str, first: str) -> None:
    assert find_skills(world.context, "campus", typed)[0].label == first


def test_what_means_something_alike_comes_after_what_begins_so(world: World) -> None:
    found = find_skills(world.context, "campus", "data", limit=3)
    assert found[0].label == "data visualisation"
    assert len(found) == 3
    assert len({match.skill_uri for match in found}) == 3


@pytest.mark.parametrize("typed", ["", "   ", "\t"])
def test_nothing_typed_finds_nothing(world: World, typed: str) -> None:
    assert find_skills(world.context, "campus", typed) == ()


def test_a_book_is_no_search(world: World) -> None:
    with pytest.raises(InvalidInput):
        find_skills(world.context, "campus", "x" * 1_000)
