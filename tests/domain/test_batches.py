"""What refuses a batch, what is only dropped from it, and that the order of rows has no effect."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.batches import BatchVerdict, repeats, validate_batch
from credpath.domain.catalogue import Credential, Preparation, PrerequisiteGroup, StackRule
from credpath.domain.prerequisites import find_cycle, hard_edges


def credential(name: str, *requires: str, **facts: object) -> Credential:
    groups = (PrerequisiteGroup("all_of", requires),) if requires else ()
    return replace(Credential(name, f"Title of {name}", prerequisites=groups), **facts)


def reasons(verdict: BatchVerdict) -> list[str]:
    return [r.reason for r in verdict.refusals]


def test_a_sound_batch_is_accepted_whole_in_the_order_of_its_ids() -> None:
    verdict = validate_batch([credential("b", "a"), credential("a")], {})
    assert ([c.credential_id for c in verdict.accepted], verdict.refusals, verdict.warnings) == (["a", "b"], (), ())


def test_an_empty_batch_is_sound() -> None:
    assert validate_batch([], {}) == BatchVerdict((), (), ())


def test_identical_repeats_are_one_credential() -> None:
    assert len(validate_batch([credential("a"), credential("a")], {}).accepted) == 1


def test_one_id_with_two_contents_names_both_lines_and_what_differs() -> None:
    places = {"a": [("f.csv", 2), ("f.csv", 9)]}
    verdict = validate_batch([credential("a"), credential("a", title="Other", level="advanced")], {}, places=places)
    assert [str(r) for r in verdict.refusals] == [
        "f.csv:9: credential 'a' was given on f.csv:2 with another title, level "
        "(keep one of the two, or give them different ids)"
    ]


def test_of_rows_that_stand_beside_unreadable_ones_only_the_repeats_are_judged() -> None:
    places = {"a": [("f.csv", 2), ("f.csv", 5)], "b": [("f.csv", 3)]}
    batch = [credential("a"), credential("b", "may-be-on-the-bad-row"), credential("a", title="Other")]
    assert [(r.line, "another title" in r.reason) for r in repeats(batch, places)] == [(5, True)]


def test_one_id_with_two_contents_refuses_a_foreign_batch_too() -> None:
    batch = [credential("a"), credential("a", title="Other")]
    assert len(validate_batch(batch, {}, foreign=True).refusals) == 1


@pytest.mark.parametrize("foreign", [False, True])
def test_a_hard_prerequisite_that_nobody_knows_refuses_the_batch(foreign: bool) -> None:
    verdict = validate_batch([credential("a", "ghost")], {}, foreign=foreign, places={"a": [("f.jsonl", 4)]})
    assert [(r.line, r.reason) for r in verdict.refusals] == [
        (4, "prerequisite 'ghost' of 'a' is not in the catalogue")
    ]


def test_edges_may_lead_to_what_was_imported_before() -> None:
    known = {"old": credential("old", stack=StackRule("n_of", 1))}
    batch = [credential("a", "old", stacks_into=("old",), supersedes=("old",))]
    assert validate_batch(batch, known).refusals == ()


SOFT = [
    ("preparation", {"preparation": (Preparation(credential_id="ghost"),)}),
    ("stack", {"stacks_into": ("ghost",)}),
    ("superseded", {"supersedes": ("ghost",)}),
]


@pytest.mark.parametrize(("kind", "facts"), SOFT)
def test_a_softer_edge_to_nowhere_refuses_a_native_batch(kind: str, facts: dict[str, object]) -> None:
    assert reasons(validate_batch([credential("a", **facts)], {})) == [f"{kind} 'ghost' of 'a' is not in the catalogue"]


@pytest.mark.parametrize(("kind", "facts"), SOFT)
def test_a_softer_edge_to_nowhere_is_dropped_from_a_foreign_batch(kind: str, facts: dict[str, object]) -> None:
    verdict = validate_batch([credential("a", **facts)], {}, foreign=True)
    assert verdict.accepted == (credential("a"),)
    assert verdict.refusals == ()
    reason = f"{kind} 'ghost' of 'a' is not in the catalogue: the edge was dropped"
    assert [w.reason for w in verdict.warnings] == [reason]


def test_a_dropped_preparation_keeps_its_words() -> None:
    batch = [credential("a", preparation=(Preparation("basic algebra", "ghost"), Preparation(credential_id="ghost")))]
    accepted = validate_batch(batch, {}, foreign=True).accepted
    assert accepted[0].preparation == (Preparation("basic algebra"),)


def test_a_cycle_names_its_members_in_the_order_of_requiring() -> None:
    batch = [credential("c", "a"), credential("a", "b"), credential("b", "c")]
    verdict = validate_batch(batch, {}, foreign=True, places={"a": [("f", 7)]})
    assert [(r.line, r.reason) for r in verdict.refusals] == [(7, "prerequisite edges form a cycle: a -> b -> c -> a")]


def test_two_cycles_are_both_named() -> None:
    batch = [credential("a", "b"), credential("b", "a"), credential("x", "y"), credential("y", "x")]
    assert reasons(validate_batch(batch, {})) == [
        "prerequisite edges form a cycle: a -> b -> a",
        "prerequisite edges form a cycle: x -> y -> x",
    ]


def test_a_batch_may_not_close_a_cycle_with_what_is_known() -> None:
    known = {"old": credential("old", "new"), "new": credential("new")}
    assert reasons(validate_batch([credential("new", "old")], known)) == [
        "prerequisite edges form a cycle: new -> old -> new"
    ]


def test_a_batch_may_open_a_cycle_that_was_there() -> None:
    known = {"a": credential("a", "b"), "b": credential("b", "a")}
    assert validate_batch([credential("b")], known).refusals == ()


def test_stacks_that_count_toward_each_other_refuse_the_batch() -> None:
    rule = StackRule("all_of")
    batch = [credential("a", stack=rule, stacks_into=("b",)), credential("b", stack=rule, stacks_into=("a",))]
    assert reasons(validate_batch(batch, {})) == ["stack edges form a cycle: a -> b -> a"]


def test_credentials_that_replace_each_other_refuse_the_batch() -> None:
    batch = [credential("a", supersedes=("b",)), credential("b", supersedes=("a",))]
    assert reasons(validate_batch(batch, {})) == ["supersedes edges form a cycle: a -> b -> a"]


def test_a_stack_without_a_rule_refuses_a_native_batch() -> None:
    batch = [credential("a", stacks_into=("big",)), credential("big")]
    assert reasons(validate_batch(batch, {})) == ["'a' counts toward 'big', which has no stack rule"]


def test_a_stack_without_a_rule_loses_its_foreign_members() -> None:
    verdict = validate_batch([credential("a", stacks_into=("big",))], {"big": credential("big")}, foreign=True)
    assert verdict.accepted == (credential("a"),)
    assert len(verdict.warnings) == 1


def test_taking_the_rule_from_a_stack_that_has_members_refuses_the_batch() -> None:
    known = {"a": credential("a", stacks_into=("big",)), "big": credential("big", stack=StackRule("all_of"))}
    assert len(validate_batch([credential("big")], known).refusals) == 1


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (StackRule("n_of", 3), "it needs 3 credentials and 1 count toward it"),
        (StackRule("credits", 10), "it needs 10 ECTS and 4 count toward it"),
    ],
)
def test_a_stack_that_cannot_be_completed_is_a_warning(rule: StackRule, why: str) -> None:
    batch = [credential("a", ects=4.0, stacks_into=("big",)), credential("big", stack=rule)]
    verdict = validate_batch(batch, {})
    assert verdict.refusals == ()
    assert [w.reason for w in verdict.warnings] == [f"stack 'big' cannot be completed from this catalogue: {why}"]


def test_a_stack_that_nothing_counts_toward_is_a_warning() -> None:
    verdict = validate_batch([credential("big", stack=StackRule("all_of"))], {})
    assert [w.reason for w in verdict.warnings] == [
        "stack 'big' cannot be completed from this catalogue: no credential counts toward it"
    ]


NAMES = st.sampled_from("abcdef")
BATCHES = st.lists(
    st.builds(
        lambda name, requires, title: credential(name, *sorted(requires - {name}), title=title),
        NAMES, st.sets(NAMES, max_size=3), st.sampled_from(["One", "Other"]),
    ),
    max_size=8,
)  # fmt: skip


@given(batch=BATCHES, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_effect(batch: list[Credential], order: object) -> None:
    shuffled = sorted(batch, key=lambda _: order.random())  # type: ignore[attr-defined]
    one, other = validate_batch(batch, {}), validate_batch(shuffled, {})
    assert one.accepted == other.accepted
    # Of two contents for one id the message names the later row, which is the only thing that order decides.
    assert [r for r in reasons(one) if "was given" not in r] == [r for r in reasons(other) if "was given" not in r]
    assert bool(one.refusals) == bool(other.refusals)


@given(batch=BATCHES)
def test_what_is_accepted_without_refusals_has_no_cycle_and_no_loose_end(batch: list[Credential]) -> None:
    verdict = validate_batch(batch, {})
    if not verdict.refusals:
        edges = hard_edges(verdict.accepted)
        assert find_cycle(edges) == ()
        assert all(member in edges for members in edges.values() for member in members)
