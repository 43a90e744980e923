"""API keys: the secret leaves once, only its hash stays."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from credpath.store.codec import dump, load_words
from credpath.store.tables import ApiKeyRow, columns_of, table_of

_SECRET = re.compile(r"cp_([0-9a-f]{16})_[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret."""

    key_id: str
    tenant: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None


_KEY = table_of(ApiKeyRow)
_COLUMNS = columns_of(ApiKeyRow, *(f.name for f in fields(ApiKey)))
_ONE = select(*_COLUMNS).where(_KEY.c.tenant == bindparam("tenant"), _KEY.c.key_id == bindparam("key_id"))
_FIND = select(*_COLUMNS, _KEY.c.sha256).where(_KEY.c.key_id == bindparam("key_id"))


def create_key(
    connection: Connection,
    tenant: str,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> tuple[str, ApiKey]:
    """(secret `cp_<key_id>_<secret>`, key). `random_bytes(n)` must be cryptographic, as `secrets.token_bytes` is."""
    key_id = random_bytes(8).hex()
    secret = f"cp_{key_id}_{random_bytes(32).hex()}"
    key = ApiKey(key_id, tenant, name, tuple(scopes), now)
    row = {
        "tenant": tenant, "key_id": key_id, "name": name, "sha256": _hash(secret), "scopes": dump(key.scopes),
        "created_at": now, "revoked_at": None,
    }  # fmt: skip
    connection.execute(insert(_KEY), row)
    return secret, key


def find_key(connection: Connection, secret: str) -> ApiKey | None:
    """The key that the secret belongs to, or None: never made, altered, or revoked. Compares in constant time."""
    parts = _SECRET.fullmatch(secret)
    found = parts and connection.execute(_FIND, {"key_id": parts[1]}).one_or_none()
    if not found or not hmac.compare_digest(found.sha256, _hash(secret)) or found.revoked_at is not None:
        return None
    return _key(found[:-1])


def get_key(connection: Connection, tenant: str, key_id: str) -> ApiKey | None:
    """The tenant's key, revoked or not, or None."""
    found = connection.execute(_ONE, {"tenant": tenant, "key_id": key_id}).one_or_none()
    return None if found is None else _key(found)


def list_keys(connection: Connection, tenant: str) -> tuple[ApiKey, ...]:
    """The tenant's keys, revoked ones included, oldest first."""
    statement = select(*_COLUMNS).where(_KEY.c.tenant == tenant).order_by(_KEY.c.created_at, _KEY.c.key_id)
    return tuple(_key(row) for row in connection.execute(statement))


def revoke_key(connection: Connection, tenant: str, key_id: str, now: datetime) -> bool:
    """Ends a key; a key once revoked keeps its date. False when the tenant has no such key."""
    statement = update(_KEY).where(_KEY.c.tenant == tenant, _KEY.c.key_id == key_id)
    return bool(connection.execute(statement.values(revoked_at=func.coalesce(_KEY.c.revoked_at, now))).rowcount)


def _hash(secret: str) -> str:
    # A plain hash suffices: 256 random bits leave nothing to guess, and every request pays for it.
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Sequence[object]) -> ApiKey:
    key_id, tenant, name, scopes, created_at, revoked_at = row
    return ApiKey(key_id, tenant, name, load_words(scopes), created_at, revoked_at)  # type: ignore[arg-type]
