from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from credpath.store.encoded import EncodedFile

ROWS = {"d1": b"one", "d2": b"two"}


def test_what_was_kept_is_found_by_what_made_it_and_from_what(tmp_path: Path) -> None:
    kept = EncodedFile(tmp_path / "encoded.db")
    assert kept.read("a", ROWS) == {}
    kept.write("a", ROWS)
    assert EncodedFile(tmp_path / "encoded.db").read("a", ["d1", "d2", "d3"]) == ROWS
    assert kept.read("b", ROWS) == {}
    assert (tmp_path / "encoded.db").stat().st_mode & 0o077 == 0


def test_an_altered_row_is_not_found(tmp_path: Path) -> None:
    kept = EncodedFile(tmp_path / "encoded.db")
    kept.write("a", ROWS)
    with sqlite3.connect(tmp_path / "encoded.db") as connection:
        connection.execute("UPDATE encoded SET content = ? WHERE content = ?", (b"ONE", b"one"))
    connection.close()
    assert kept.read("a", ROWS) == {"d2": b"two"}
    kept.write("a", ROWS)
    assert kept.read("a", ROWS) == ROWS


def test_a_file_that_is_no_database_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "encoded.db"
    path.write_bytes(b"no database" * 1_000)
    kept = EncodedFile(path)
    assert kept.read("a", ROWS) == {}
    kept.write("a", ROWS)
    assert kept.read("a", ROWS) == ROWS


@pytest.mark.parametrize("folder", ["", "absent"])
def test_where_nothing_can_be_kept_nothing_fails(tmp_path: Path, folder: str) -> None:
    (tmp_path / "encoded.db").mkdir()
    kept = EncodedFile(tmp_path / folder / "encoded.db")
    kept.write("a", ROWS)
    assert kept.read("a", ROWS) == {}


def test_many_may_write_at_once(tmp_path: Path) -> None:
    def write(n: int) -> None:
        EncodedFile(tmp_path / "encoded.db").write("a", {f"d{n}": b"x", "same": b"y"})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [*(f"d{n}" for n in range(8)), "same"]
    assert EncodedFile(tmp_path / "encoded.db").read("a", names).keys() == set(names)


def test_what_is_cleared_leaves_no_word_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "encoded.db"
    kept = EncodedFile(path)
    kept.clear()
    kept.write("a", {"d1": b"words of a tenant " * 500, "d2": b"two"})
    kept.clear()
    assert kept.read("a", ["d1", "d2"]) == {}
    assert b"words of a tenant" not in path.read_bytes()
