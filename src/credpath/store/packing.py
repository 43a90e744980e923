"""Small and quick on disk: matrices of float32 without their zeros and repetitions, and deflated JSON.

A recommendation waits for this. 220 candidates of 127 features are 112 kB; without zeros and columns that are all
the same 51 kB in 0.1 ms; deflated by column 35 kB, but in 1.3 ms; with shuffled bytes neither smaller nor quicker.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from credpath.store.codec import digest, dump

CELL = np.dtype("<u4")  # the bits of a float32, so that no value is touched
COUNT = np.dtype("<u4")
SCORE = np.dtype("<f8")
LEVEL = 1


def pack_matrix(values: bytes, columns: int) -> bytes:
    """A row-major matrix of 4-byte cells: how many rows, which columns vary, the first row, and of the columns that
    vary, one after the other, which cells are not 0, and those cells."""
    cells = np.frombuffer(values, CELL).reshape(-1, columns or 1)
    if not len(cells):
        return b""
    varies = (cells != cells[0]).any(axis=0)
    body = cells[:, varies].T.ravel()
    present = body != 0
    parts = (COUNT.type(len(cells)), np.packbits(varies), cells[0], np.packbits(present), body[present])
    return b"".join(part.tobytes() for part in parts)


def unpack_matrix(packed: bytes, columns: int) -> bytes:
    """The row-major matrix that `pack_matrix` was given, byte for byte."""
    if not packed:
        return b""
    rows = int(np.frombuffer(packed, COUNT, 1)[0])
    at = COUNT.itemsize
    varies = np.unpackbits(np.frombuffer(packed, np.uint8, (columns + 7) // 8, at), count=columns).astype(bool)
    at += (columns + 7) // 8
    cells = np.tile(np.frombuffer(packed, CELL, columns, at), (rows, 1))
    at += CELL.itemsize * columns
    size = rows * int(varies.sum())
    present = np.unpackbits(np.frombuffer(packed, np.uint8, (size + 7) // 8, at), count=size).astype(bool)
    body = np.zeros(size, CELL)
    body[present] = np.frombuffer(packed, CELL, int(present.sum()), at + (size + 7) // 8)
    cells[:, varies] = body.reshape(-1, rows).T
    return cells.tobytes()


def pick_rows(values: bytes, columns: int, rows: Sequence[int]) -> bytes:
    """Some rows of a row-major matrix of 4-byte cells, in the order given."""
    width = CELL.itemsize * columns
    return b"".join(values[width * row : width * (row + 1)] for row in rows)


def pack_scores(scores: Sequence[float]) -> bytes:
    """Little-endian float64."""
    return np.array(scores, SCORE).tobytes()


def unpack_scores(packed: bytes) -> tuple[float, ...]:
    """What `pack_scores` was given."""
    return tuple(np.frombuffer(packed, SCORE).tolist())


def pack_record(record: Mapping[str, Any]) -> bytes:
    """JSON, deflated."""
    return zlib.compress(orjson.dumps(record), LEVEL)


def unpack_record(packed: bytes) -> dict[str, Any]:
    """What `pack_record` was given; tuples have become lists."""
    record: dict[str, Any] = orjson.loads(zlib.decompress(packed))
    return record


def schema_id(names: Sequence[str]) -> str:
    """What feature names in this order are known by."""
    return digest(dump(tuple(names)))
