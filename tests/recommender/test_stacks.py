from __future__ import annotations

import numpy as np
import pytest

from credpath.domain.paths import StackProgress
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.stacks import UNBEGUN
from tests.recommender.worlds import index_of, offer, stack


def five(rule: object, **facts: object) -> CatalogueIndex:
    members = {offer(f"m{n}", stacks_into=("s",), **facts): () for n in range(5)}
    return index_of({**members, offer("s", title="The whole", stack=rule): (), offer("x"): ()})


def after(index: CatalogueIndex, credential_id: str, *held: str) -> tuple[StackProgress, ...]:
    mask = index.graph.holding(held, index.position)
    return index.stacks.after(index.position[credential_id], mask, index.credentials)


def test_progress_says_how_far_the_larger_credential_is_once_this_one_is_held() -> None:
    (progress,) = after(five(stack()), "m2", "m0", "m1")
    assert progress == StackProgress("s", "The whole", "credentials", 2.0, 3.0, 5.0)


def test_a_programme_that_was_read_off_its_courses_may_have_more_of_them() -> None:
    index = index_of({offer("m", stacks_into=("s",)): (), offer("s", stack=stack(), source="edx"): ()})
    (progress,) = after(index, "m")
    assert (progress.after, progress.need, progress.partial) == (1.0, 1.0, True)


def test_a_credit_stack_counts_ects() -> None:
    (progress,) = after(five(stack("credits", 60), ects=15.0), "m2", "m0")
    assert (progress.unit, progress.have, progress.after, progress.need) == ("ECTS", 15.0, 30.0, 60.0)


def test_what_is_held_already_adds_nothing_more() -> None:
    (progress,) = after(five(stack("n_of", 3)), "m0", "m0")
    assert (progress.have, progress.after) == (1.0, 1.0)


def test_all_of_does_not_wait_for_a_member_that_is_no_longer_offered() -> None:
    gone = offer("m9", stacks_into=("s",), status="withdrawn")
    index = index_of({offer("m0", stacks_into=("s",)): (), gone: (), offer("s", stack=stack()): ()})
    assert after(index, "m0")[0].need == 1.0


def test_a_credential_outside_any_stack_shows_none() -> None:
    assert after(five(stack()), "x") == ()


def test_the_share_counts_less_while_the_stack_is_not_begun_and_nothing_once_it_is_held() -> None:
    index = five(stack("n_of", 4))
    rows = np.array([index.position["m0"], index.position["x"]])

    def share(*held: str) -> list[float]:
        return index.stacks.progress(rows, index.graph.holding(held, index.position)).tolist()

    assert share() == pytest.approx([0.25 * UNBEGUN, 0.0])
    assert share("m1") == pytest.approx([0.5, 0.0])
    assert share("s") == pytest.approx([0.0, 0.0])


def test_a_larger_credential_without_a_rule_has_no_progress_to_show() -> None:
    index = index_of({offer("m0", stacks_into=("s", "elsewhere")): (), offer("s"): ()})
    assert after(index, "m0") == ()
