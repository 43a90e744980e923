from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from credpath.recommender.mastery_items import CONTEXT, ItemTable, pair_key


@pytest.fixture
def table() -> ItemTable:
    codes = [(0, 1, True), (0, 1, False), (1, 0, True)]
    keys = pair_key(*(np.array(column) for column in zip(*codes, strict=True)), 2)
    order = np.argsort(keys)
    return ItemTable(
        ("a", "b"),
        np.array([0.5, -0.5]),
        np.array([[1.5, 0.25], [1.5, -0.25]], dtype=np.float32),
        np.ones((2, len(CONTEXT)), dtype=np.float32),
        keys[order],
        np.array([0.4, -0.8, 0.2], dtype=np.float32)[order],
        np.array([1.0, 3.0, 1.0], dtype=np.float32)[order],
    )


def test_an_item_that_was_met_has_its_easiness_and_place_and_another_has_none(table: ItemTable) -> None:
    found = table.get("b")
    assert found is not None
    assert (found.easiness, found.vector) == (-0.5, (1.5, -0.25))
    assert table.get("c") is None
    assert table.codes(["b", "c", "a"]).tolist() == [1, -1, 0]


def test_the_context_of_an_item_that_was_not_met_is_nothing(table: ItemTable) -> None:
    assert table.contexts(np.array([0, -1]))[:, 0].tolist() == [1.0, 0.0]


def test_the_answer_before_tells_by_item_and_result_and_less_the_longer_ago(table: ItemTable) -> None:
    items = np.array([0, 0, 0, 1])
    earlier = np.array([[1, -1], [1, -1], [-1, 1], [1, -1]])
    right = np.array([[True, False], [False, False], [False, True], [True, False]])
    found = table.pairs(items, earlier, right)
    fading = found[:, -1]
    assert fading.tolist() == pytest.approx([0.4, -0.8, 0.4 * 0.7, 0.0])
    assert found[:, 2].tolist() == pytest.approx([0.4, 0.0, 0.4, 0.0])  # the highest
    assert found[:, 3].tolist() == pytest.approx([0.0, -0.8, 0.0, 0.0])  # the lowest
    assert found[1, 0] == pytest.approx(-0.8 * 3 / 4)  # the mean, drawn toward nothing


def test_a_table_is_saved_and_loaded(table: ItemTable, tmp_path: Path) -> None:
    table.save(tmp_path)
    loaded = ItemTable.load(tmp_path)
    assert loaded.ids == table.ids
    assert loaded.get("a") == table.get("a")
    assert np.array_equal(loaded.pair_keys, table.pair_keys)


def test_a_table_without_pairs_tells_nothing_of_them(table: ItemTable) -> None:
    empty = ItemTable(
        table.ids, table.easiness, table.vectors, table.context,
        np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.float32),
    )  # fmt: skip
    assert not empty.pairs(np.array([0]), np.array([[1]]), np.array([[True]])).any()
