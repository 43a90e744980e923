"""Splits the impression: a narrow row that training reads by the million, and a wide one apart, packed.

Existing impressions are carried over, both ways. What was not logged before (history, experiment, state) is empty.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# A migration is frozen, so it repeats what the code says today and imports nothing of it.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROWS_AT_ONCE = 200
EARLIER = "impression_before"
SAME = (
    "tenant", "impression_id", "shown_at", "learner_id", "goal_text", "occupation_uri", "slate", "policy",
    "propensity", "seed", "bundle_version", "catalogue_version", "degraded",
)  # fmt: skip
MOVED = ("candidates", "scores", "feature_names", "features", "filters", "answer")
WIDE = ("scores", "features", "record")


def upgrade() -> None:
    """Makes the new tables, fills them from the old one, drops that."""
    op.create_table(
        "feature_schema",
        *_keys("tenant", "feature_schema"),
        sa.Column("names", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "feature_schema", name="pk_feature_schema"),
        sqlite_with_rowid=False,
    )
    _set_aside("idempotency")
    _create_narrow()
    op.create_table(
        "considered",
        *_keys("tenant", "impression_id"),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in WIDE),
        sa.PrimaryKeyConstraint("tenant", "impression_id", name="pk_considered"),
        _within_tenant("considered", "impression", "impression_id", ondelete="CASCADE"),
    )
    known: set[tuple[str, str]] = set()
    for rows in _pages(_table(EARLIER, *SAME, *MOVED)):
        split = [_split(row) for row in rows]
        schemas = {(s["tenant"], s["feature_schema"]): s for _, _, s in split}
        _insert("feature_schema", [schema for key, schema in schemas.items() if key not in known])
        known |= schemas.keys()
        _insert("impression", [narrow for narrow, _, _ in split])
        _insert("considered", [wide for _, wide, _ in split])
    _drop_earlier()


def downgrade() -> None:
    """Joins the parts again; history, experiment and state are lost."""
    _set_aside("idempotency", "considered")
    _create_whole()
    for rows in _pages(_table(EARLIER, *SAME, "feature_schema")):
        _insert("impression", [_join(row, _one("considered", row, WIDE), _names_of(row)) for row in rows])
    op.drop_table("considered")
    op.drop_table("feature_schema")
    _drop_earlier()


def _split(row: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """(narrow, wide, feature schema) of a row as it was."""
    key = {name: row[name] for name in ("tenant", "impression_id")}
    candidates, names = json.loads(row["candidates"]), json.loads(row["feature_names"])
    width, place = 4 * len(names), {credential: at for at, credential in enumerate(candidates)}
    features = bytes(row["features"])
    shown = [place[credential] for credential in json.loads(row["slate"])]
    known_as = hashlib.sha256(row["feature_names"].encode()).hexdigest()[:32]
    narrow = {
        **{name: row[name] for name in SAME}, "history": "[]", "experiment": "", "feature_schema": known_as,
        "slate_features": b"".join(features[width * at : width * (at + 1)] for at in shown),
    }  # fmt: skip
    record = {
        "answer": json.loads(row["answer"]), "candidates": candidates, "filters": json.loads(row["filters"]),
        "state": {},
    }  # fmt: skip
    scores = json.loads(row["scores"])
    wide = {
        **key, "scores": struct.pack(f"<{len(scores)}d", *scores),
        "features": _pack(features, len(names)),
        "record": zlib.compress(json.dumps(record, sort_keys=True, separators=(",", ":")).encode(), 1),
    }  # fmt: skip
    schema = {"tenant": row["tenant"], "feature_schema": known_as, "names": row["feature_names"]}
    return narrow, wide, schema


def _join(row: Any, parts: Any, names: str) -> dict[str, Any]:
    """The row as it was."""
    record = json.loads(zlib.decompress(parts["record"]))
    scores = struct.unpack(f"<{len(parts['scores']) // 8}d", parts["scores"])
    return {
        **{name: row[name] for name in SAME}, "feature_names": names, "scores": _dump(scores),
        "features": _unpack(parts["features"], len(json.loads(names))),
        **{name: _dump(record[name]) for name in ("candidates", "filters", "answer")},
    }  # fmt: skip


def _one(table: str, like: Any, columns: Sequence[str], key: str = "impression_id") -> Any:
    found = _table(table, "tenant", key, *columns)
    mine = (found.c.tenant == like["tenant"], found.c[key] == like[key])
    return op.get_bind().execute(sa.select(found).where(*mine)).mappings().one()


def _names_of(row: Any) -> str:
    names: str = _one("feature_schema", row, ["names"], "feature_schema")["names"]
    return names


def _insert(table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(_table(table, *rows[0])), rows)


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _pack(values: bytes, columns: int) -> bytes:
    """Without zeros and columns that are all the same."""
    cells = np.frombuffer(values, "<u4").reshape(-1, columns or 1)
    if not len(cells):
        return b""
    varies = (cells != cells[0]).any(axis=0)
    body = cells[:, varies].T.ravel()
    present = body != 0
    parts = (np.array(len(cells), "<u4"), np.packbits(varies), cells[0], np.packbits(present), body[present])
    return b"".join(part.tobytes() for part in parts)


def _unpack(packed: bytes, columns: int) -> bytes:
    if not packed:
        return b""
    (rows,), at, flags = struct.unpack_from("<I", packed), 4, (columns + 7) // 8
    varies = np.unpackbits(np.frombuffer(packed, np.uint8, flags, at), count=columns).astype(bool)
    cells = np.tile(np.frombuffer(packed, "<u4", columns, at + flags), (rows, 1))
    at, size = at + flags + 4 * columns, rows * int(varies.sum())
    present = np.unpackbits(np.frombuffer(packed, np.uint8, (size + 7) // 8, at), count=size).astype(bool)
    body = np.zeros(size, "<u4")
    body[present] = np.frombuffer(packed, "<u4", int(present.sum()), at + (size + 7) // 8)
    cells[:, varies] = body.reshape(-1, rows).T
    return cells.tobytes()


def _pages(table: sa.TableClause) -> Iterator[Sequence[Any]]:
    """All rows, some at a time, each page by a query of its own: nothing else may run beside an open one."""
    key = (table.c.tenant, table.c.impression_id)
    last: tuple[str, str] | None = None
    while True:
        page = sa.select(table).order_by(*key).limit(ROWS_AT_ONCE)
        if last is not None:
            page = page.where(sa.tuple_(*key) > sa.tuple_(*(sa.literal(value) for value in last)))
        rows = op.get_bind().execute(page).mappings().all()
        if not rows:
            return
        yield rows
        last = (rows[-1]["tenant"], rows[-1]["impression_id"])


def _table(name: str, *columns: str) -> sa.TableClause:
    """Without types: values are carried as the driver has them."""
    return sa.table(name, *(sa.column(column) for column in columns))


def _set_aside(*referring: str) -> None:
    """The table under another name; a new one takes its place. On SQLite foreign keys are off meanwhile."""
    if op.get_bind().dialect.name == "postgresql":
        for table in referring:
            op.drop_constraint(f"fk_{table}_impression", table, type_="foreignkey")
    op.execute(f"CREATE TABLE {EARLIER} AS SELECT * FROM impression")
    op.drop_table("impression")


def _drop_earlier() -> None:
    op.drop_table(EARLIER)
    if op.get_bind().dialect.name == "postgresql":
        key = ["tenant", "impression_id"]
        op.create_foreign_key("fk_idempotency_impression", "idempotency", "impression", key, key, ondelete="CASCADE")


def _create_narrow() -> None:
    op.create_table(
        "impression",
        *_keys("tenant", "impression_id"),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learner_id", KEY, nullable=True),
        *_words("goal_text", "occupation_uri", "slate", "history"),
        *_keys("feature_schema"),
        sa.Column("slate_features", sa.LargeBinary(), nullable=False),
        *_words("policy"),
        sa.Column("propensity", sa.Float(), nullable=False),
        *_words("experiment"),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        *_words("bundle_version", "catalogue_version"),
        sa.Column("degraded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "impression_id", name="pk_impression"),
        _within_tenant("impression", "learner", "learner_id"),
    )
    _index()


def _create_whole() -> None:
    op.create_table(
        "impression",
        *_keys("tenant", "impression_id"),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learner_id", KEY, nullable=True),
        *_words("goal_text", "occupation_uri", "candidates", "scores", "feature_names"),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        *_words("slate", "policy"),
        sa.Column("propensity", sa.Float(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        *_words("bundle_version", "catalogue_version"),
        sa.Column("degraded", sa.Boolean(), nullable=False),
        *_words("filters", "answer"),
        sa.PrimaryKeyConstraint("tenant", "impression_id", name="pk_impression"),
        _within_tenant("impression", "learner", "learner_id"),
    )
    _index()


def _index() -> None:
    op.create_index("ix_impression_tenant_learner_id", "impression", ["tenant", "learner_id"])
    op.create_index("ix_impression_tenant_shown_at", "impression", ["tenant", "shown_at"])


def _keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, KEY, nullable=False) for name in names]


def _words(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _within_tenant(source: str, target: str, column: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    columns, targets = ["tenant", column], [f"{target}.tenant", f"{target}.{column}"]
    return sa.ForeignKeyConstraint(columns, targets, name=f"fk_{source}_{target}", ondelete=ondelete)
