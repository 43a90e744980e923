from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.catalogue import Credential, PrerequisiteGroup
from credpath.domain.prerequisites import attainable, unmet
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.prerequisite_graph import HOP_DECAY
from tests.recommender.worlds import index_of, needs, offer, stack

NAMES = [f"c{at}" for at in range(8)]


@st.composite
def graphs(draw: st.DrawFn) -> list[Credential]:
    """Any groups, cycles and ids outside the catalogue included."""
    made = []
    for name in NAMES:
        members = st.lists(st.sampled_from([n for n in (*NAMES, "outside") if n != name]), min_size=1, unique=True)
        groups = []
        for ids in draw(st.lists(members, max_size=2)):
            kind = draw(st.sampled_from(["all_of", "any_of", "k_of"]))
            groups.append(PrerequisiteGroup(kind, tuple(ids), draw(st.integers(1, len(ids)))))
        made.append(offer(name, prerequisites=tuple(groups)))
    return made


@given(graphs(), st.sets(st.sampled_from([*NAMES, "outside"])), st.sets(st.sampled_from(NAMES)))
def test_the_arrays_agree_with_the_domain_on_what_is_met_and_attainable(
    offers: list[Credential], held: set[str], open_ids: set[str]
) -> None:
    index = index_of(dict.fromkeys(offers, ()))
    holding = index.graph.holding(held, index.position)
    met = index.graph.met(holding)
    assert [bool(m) for m in met] == [not unmet(o, held) for o in index.credentials]
    reach = index.graph.attainable(holding, np.array([i in open_ids for i in index.ids]))
    catalogue = {o.credential_id: o for o in offers}
    expected = attainable(catalogue, open_ids, held) | (held & set(NAMES))
    assert {i for i, r in zip(index.ids, reach, strict=False) if r} == expected


def worth_behind(index: CatalogueIndex, held: tuple[str, ...] = (), **worth: float) -> dict[str, float]:
    holding = index.graph.holding(held, index.position)
    everything = np.ones(index.graph.nodes, dtype=bool)
    values = np.array([worth.get(i, 0.0) for i in index.ids])
    credit = index.graph.leads_to(holding, everything, values)
    return {i: round(float(c), 4) for i, c in zip(index.ids, credit, strict=True) if c > 0}


def test_worth_behind_a_lock_is_shared_among_what_is_still_lacking() -> None:
    two = index_of({offer("a"): (), offer("b"): (), offer("end", prerequisites=needs("a", "b")): ()})
    assert worth_behind(two, end=0.6) == {"a": 0.3, "b": 0.3}
    assert worth_behind(two, held=("a",), end=0.6) == {"b": 0.6}


def test_each_of_several_alternatives_gets_the_whole_credit() -> None:
    either = index_of({offer("a"): (), offer("b"): (), offer("end", prerequisites=needs("a", "b", kind="any_of")): ()})
    assert worth_behind(either, end=0.6) == {"a": 0.6, "b": 0.6}


def test_credit_shrinks_with_each_hop() -> None:
    chain = index_of(
        {offer("a"): (), offer("b", prerequisites=needs("a")): (), offer("end", prerequisites=needs("b")): ()}
    )
    assert worth_behind(chain, end=1.0) == {"a": HOP_DECAY, "b": 1.0}


def test_of_several_opened_credentials_the_best_counts() -> None:
    fan = index_of({offer("a"): (), **{offer(f"e{n}", prerequisites=needs("a")): () for n in range(3)}})
    assert worth_behind(fan, e0=0.2, e1=0.5, e2=0.5) == {"a": 0.5}


def test_an_unattainable_credential_gives_no_credit() -> None:
    index = index_of({offer("a"): (), offer("end", prerequisites=needs("a", "gone")): ()})
    holding = index.graph.holding([], index.position)
    possible = index.graph.attainable(holding, np.ones(2, dtype=bool))
    assert not index.graph.leads_to(holding, possible, np.array([0.0, 1.0])).any()


def test_a_cycle_neither_hangs_nor_gives_credit_for_ever() -> None:
    cycle = index_of({offer("a", prerequisites=needs("b")): (), offer("b", prerequisites=needs("a")): ()})
    assert worth_behind(cycle, a=1.0) == {"a": HOP_DECAY, "b": 1.0}


@pytest.mark.parametrize(("rule", "held", "earned"), [
    (stack(), ["m1", "m2"], False), (stack(), ["m1", "m2", "m3"], True),
    (stack("n_of", 2), ["m1", "m3"], True), (stack("credits", 9), ["m1"], False),
    (stack("credits", 9), ["m1", "m2"], True),
])  # fmt: skip
def test_a_stack_is_held_as_soon_as_its_rule_is_met(rule: object, held: list[str], earned: bool) -> None:
    members = {offer(f"m{n}", stacks_into=("s",), ects=5.0): () for n in (1, 2, 3)}
    index = index_of({**members, offer("s", stack=rule): ()})
    assert bool(index.graph.holding(held, index.position)[index.position["s"]]) is earned
