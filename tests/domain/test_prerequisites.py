"""Cycles, loose ends, what is unmet and what can be reached."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.catalogue import Credential, Preparation, PrerequisiteGroup
from credpath.domain.prerequisites import attainable, dangling_edges, find_cycle, hard_edges, unmet


def requiring(name: str, *groups: PrerequisiteGroup) -> Credential:
    return Credential(name, name, prerequisites=groups)


def all_of(*members: str) -> PrerequisiteGroup:
    return PrerequisiteGroup("all_of", members)


def test_hard_edges_name_each_member_of_every_group_once() -> None:
    credential = requiring("a", all_of("b", "c"), PrerequisiteGroup("any_of", ("c", "d")))
    assert hard_edges([credential]) == {"a": ("b", "c", "d")}


def test_a_graph_without_a_cycle_has_none() -> None:
    assert find_cycle({"a": ("b",), "b": ("c",), "c": ()}) == ()


def test_a_cycle_is_read_along_its_requirements_from_its_least_member() -> None:
    assert find_cycle({"c": ("a",), "b": ("c",), "a": ("b",)}) == ("a", "b", "c", "a")


GRAPHS = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("abcdef"), max_size=3), max_size=6)


@given(edges=GRAPHS)
def test_a_cycle_that_is_found_is_one(edges: dict[str, frozenset[str]]) -> None:
    cycle = find_cycle(edges)
    assert all(b in edges[a] for a, b in pairwise(cycle))
    assert not cycle or cycle[0] == cycle[-1]


@given(edges=GRAPHS, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_effect_on_the_cycle(edges: dict[str, frozenset[str]], order: object) -> None:
    shuffled = dict(sorted(edges.items(), key=lambda _: order.random()))  # type: ignore[attr-defined]
    assert find_cycle(edges) == find_cycle(shuffled)


def test_dangling_edges_are_of_every_kind_and_sorted() -> None:
    credential = Credential(
        "a", "A",
        prerequisites=(all_of("z"),), preparation=(Preparation(credential_id="y"),), stacks_into=("x",),
        supersedes=("b",),
    )  # fmt: skip
    assert dangling_edges([credential], {"b"}) == (("a", "x"), ("a", "y"), ("a", "z"))


def test_a_group_is_unmet_while_too_few_of_it_are_held() -> None:
    two = PrerequisiteGroup("k_of", ("b", "c", "d"), 2)
    credential = requiring("a", all_of("e"), two)
    assert unmet(credential, {"e", "b"}) == (two,)
    assert unmet(credential, {"e", "b", "d"}) == ()


def test_what_follows_from_what_can_be_taken_is_attainable() -> None:
    catalogue = {c.credential_id: c for c in (requiring("a"), requiring("b", all_of("a")), requiring("c", all_of("b")))}
    assert attainable(catalogue, {"a", "b", "c"}, set()) == {"a", "b", "c"}


def test_nothing_behind_a_closed_prerequisite_is_attainable() -> None:
    catalogue = {c.credential_id: c for c in (requiring("a"), requiring("b", all_of("a")), requiring("c", all_of("b")))}
    assert attainable(catalogue, {"b", "c"}, set()) == frozenset()
    assert attainable(catalogue, {"b", "c"}, {"a"}) == {"b", "c"}


def test_members_of_a_cycle_are_not_attainable() -> None:
    catalogue = {c.credential_id: c for c in (requiring("a", all_of("b")), requiring("b", all_of("a")))}
    assert attainable(catalogue, {"a", "b"}, set()) == frozenset()
