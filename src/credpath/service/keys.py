"""API keys: made once, shown once, stored as a hash."""

from __future__ import annotations

from collections.abc import Sequence

from credpath.domain.rules import check_id
from credpath.errors import InvalidInput, NotFound, Unauthorized
from credpath.service.context import Context
from credpath.service.tenants import check_tenant
from credpath.store import keys as rows
from credpath.store.keys import ApiKey

SCOPES = ("recommend", "read", "write", "admin")
ADMIN = "admin"


def create_key(context: Context, tenant: str, name: str, scopes: Sequence[str]) -> tuple[str, ApiKey]:
    """(secret, key). The secret is nowhere else: it cannot be shown again. Raises InvalidInput."""
    check_tenant(tenant)
    check_id(name, "name")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise InvalidInput(f"unknown scopes {unknown or '(none given)'}", where="scopes", fix=", ".join(SCOPES))
    ordered = tuple(scope for scope in SCOPES if scope in scopes)
    now = context.clock()
    return context.writer.submit(
        lambda c: rows.create_key(c, tenant, name, ordered, now, context.random_bytes)
    ).result()


def authenticate(context: Context, secret: str) -> ApiKey:
    """The live key that the secret belongs to. Raises Unauthorized, in the same words for every cause."""
    with context.database.read() as connection:
        key = rows.find_key(connection, secret)
    if key is None or key.revoked_at is not None:
        raise Unauthorized(
            "no valid API key", fix="send `Authorization: Bearer cp_...`; `credpath keys create` makes one"
        )
    return key


def operator_key(context: Context, tenant: str, key_id: str) -> ApiKey:
    """The key that an operator signed in with, while it may be used so. Raises Unauthorized once it was revoked."""
    with context.database.read() as connection:
        key = rows.get_key(connection, tenant, key_id)
    if key is None or key.revoked_at is not None or ADMIN not in key.scopes:
        raise Unauthorized("the key of this visit may no longer be used", fix="sign in with another admin key")
    return key


def list_keys(context: Context, tenant: str) -> tuple[ApiKey, ...]:
    """The tenant's keys, revoked ones included, without their secrets."""
    with context.database.read() as connection:
        return rows.list_keys(connection, tenant)


def revoke_key(context: Context, tenant: str, key_id: str) -> None:
    """The key stops working with the next call. Raises NotFound for a key of another tenant or nobody."""
    now = context.clock()
    if not context.writer.submit(lambda c: rows.revoke_key(c, tenant, key_id, now)).result():
        raise NotFound(f"no key {key_id!r}", where="key_id", fix="`credpath keys list` shows them")
