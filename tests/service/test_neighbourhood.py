from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from credpath.domain.catalogue import Credential, LearningOutcome, Preparation, PrerequisiteGroup
from credpath.errors import NotFound
from credpath.service import catalogue
from credpath.service.neighbourhood import MOST_AROUND, MOST_NODES, Neighbourhood, Surveyor
from tests.api.world import World, open_world, uri


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = open_world(tmp_path)
    yield made
    made.context.close()


def around(world: World, node_id: str, tenant: str = "campus") -> Neighbourhood:
    return Surveyor().around(world.context, tenant, node_id)


def edges(found: Neighbourhood) -> set[tuple[str, str, str]]:
    return {(e.source, e.target, e.kind) for e in found.edges}


def put(world: World, credential_id: str, **more: object) -> None:
    catalogue.put_credential(world.context, "campus", Credential(credential_id, f"Title of {credential_id}", **more))  # type: ignore[arg-type]


def test_a_credential_stands_between_what_it_requires_and_what_it_opens(world: World) -> None:
    found = around(world, "sql-basics")
    assert ("sql-basics", "sql-advanced", "requires") in edges(found)
    assert ("sql-basics", "analyst", "counts_toward") in edges(found)
    assert ("sql-basics", uri("SQL"), "teaches") in edges(found)
    assert {n.node_id: n.layer for n in found.nodes} == {
        "sql-basics": 0, "sql-advanced": 1, "analyst": 1, uri("SQL"): 1,
    }  # fmt: skip
    assert found.node("analyst").kind == "stack"


def test_the_other_end_of_the_same_edges_shows_them_as_well(world: World) -> None:
    assert ("sql-basics", "sql-advanced", "requires") in edges(around(world, "sql-advanced"))
    members = {e.source for e in around(world, "analyst").edges if e.kind == "counts_toward"}
    assert members == {"sql-basics", "statistics", "charts"}


def test_one_of_several_and_what_only_helps_are_told_apart(world: World) -> None:
    group = PrerequisiteGroup("any_of", ("sql-basics", "statistics"))
    put(world, "c", prerequisites=(group,), preparation=(Preparation(credential_id="sheets"),))
    found = edges(around(world, "c"))
    assert {
        ("sql-basics", "c", "requires_one"),
        ("statistics", "c", "requires_one"),
        ("sheets", "c", "prepares"),
    } <= found


def test_a_skill_stands_after_those_who_teach_it(world: World) -> None:
    found = around(world, uri("SQL"))
    assert {e.source for e in found.edges if e.kind == "teaches"} == {"sql-basics", "sql-advanced", "analyst"}
    assert found.node(uri("SQL")).kind == "skill"


def test_what_does_not_exist_is_not_found_whoever_has_it(world: World) -> None:
    for tenant, node in (("campus", "nothing"), ("other", "sql-basics")):
        with pytest.raises(NotFound):
            around(world, node, tenant)


def test_a_crowded_neighbourhood_is_cut_and_says_so(world: World) -> None:
    for n in range(MOST_AROUND + 5):
        put(world, f"after-{n:02}", prerequisites=(PrerequisiteGroup("all_of", ("agile",)),))
    found = around(world, "agile")
    assert sum(e.kind == "requires" for e in found.edges) == MOST_AROUND
    assert found.left_out == 5
    assert len(found.nodes) <= MOST_NODES


def test_a_chain_is_followed_two_steps_either_way(world: World) -> None:
    for n in range(1, 7):
        put(world, f"step-{n}", prerequisites=(PrerequisiteGroup("all_of", (f"step-{n - 1}",)),) if n > 1 else ())
    found = around(world, "step-3")
    assert {n.node_id: n.layer for n in found.nodes} == {f"step-{n}": n - 3 for n in range(1, 6)}


def test_the_same_catalogue_gives_the_same_picture(world: World) -> None:
    assert around(world, "analyst") == around(world, "analyst")


def test_the_first_one_shown_is_one_with_edges_both_ways(world: World) -> None:
    put(world, "next", prerequisites=(PrerequisiteGroup("all_of", ("sql-advanced",)),))
    assert Surveyor().first(world.context, "campus") == "sql-advanced"
    assert Surveyor().first(world.context, "other") == ""


def test_teachers_are_told_strongest_first_and_only_active_ones(world: World) -> None:
    put(world, "weak", outcomes=(LearningOutcome("SQL", uri("SQL"), level=0.1),))
    put(world, "gone", outcomes=(LearningOutcome("SQL", uri("SQL")),), status="withdrawn")
    teachers = Surveyor().teachers(world.context, "campus")[uri("SQL")]
    assert teachers[-1] == "weak"
    assert "gone" not in teachers
