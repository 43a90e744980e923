"""The catalogue: credentials of a tenant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, tuple_

from credpath.domain.catalogue import Credential
from credpath.errors import Conflict
from credpath.store.bulk import rows_by_key, upsert, without_collection
from credpath.store.codec import decode_credential, digest, encode
from credpath.store.tables import CredentialRow, TenantStateRow, table_of
from credpath.store.tenants import lock_tenant

VERSION_SPACE = 2**128
MAX_QUERY_WORDS = 8
MAX_SEARCH_TEXT = 8_000
# PostgreSQL indexes at most 2,700 bytes a row; a longer title keeps its place up to here.
MAX_SORT_TITLE = 200

_CREDENTIAL = table_of(CredentialRow)
_STATE = table_of(TenantStateRow)
_OF_TENANT = _CREDENTIAL.c.tenant == bindparam("tenant")
_ONE = select(_CREDENTIAL.c.record).where(_OF_TENANT, _CREDENTIAL.c.credential_id == bindparam("credential_id"))
_ALL = select(_CREDENTIAL.c.record).where(_OF_TENANT).order_by(_CREDENTIAL.c.credential_id)
_COUNT = select(func.count()).select_from(_CREDENTIAL).where(_OF_TENANT)
_VERSION = select(_STATE.c.catalogue_version).where(_STATE.c.tenant == bindparam("tenant"))


@dataclass(frozen=True, slots=True)
class CatalogueSaved:
    """What `save_credentials` did, and the catalogue's version after it."""

    inserted: int
    updated: int
    unchanged: int
    version: str


def save_credentials(
    connection: Connection, tenant: str, credentials: Iterable[Credential], now: datetime
) -> CatalogueSaved:
    """Inserts or replaces by id; equal content is not written, and alone does not change the version.

    Raises Conflict when an id comes with two contents.
    """
    lock_tenant(connection, tenant)
    records = _records(credentials)
    present = _digests(connection, tenant, records)
    changed = {key: record for key, record in records.items() if present.get(key) != record[1]}
    upsert(connection, _CREDENTIAL, [_row(tenant, *changed[key], now) for key in sorted(changed)])
    updated = len(set(changed) & set(present))
    version = _next_version(catalogue_version(connection, tenant), present, changed)
    if changed:
        upsert(connection, _STATE, [{"tenant": tenant, "catalogue_version": version}])
    return CatalogueSaved(len(changed) - updated, updated, len(records) - len(changed), version)


def get_credential(connection: Connection, tenant: str, credential_id: str) -> Credential | None:
    """One credential, or None."""
    record = connection.execute(_ONE, {"tenant": tenant, "credential_id": credential_id}).scalar()
    return None if record is None else decode_credential(record)


def list_credentials(
    connection: Connection, tenant: str, query: str = "", after: str = "", limit: int = 50
) -> tuple[Credential, ...]:
    """A page by title. Every word of `query` is in the title, awarding body, outcomes or id, in any case.

    `after`: the last id of the page before; an id that is not there starts from the beginning.
    """
    statement = select(_CREDENTIAL.c.record).where(_CREDENTIAL.c.tenant == tenant)
    for word in _folded(query).split()[:MAX_QUERY_WORDS]:
        statement = statement.where(_CREDENTIAL.c.search_text.contains(word, autoescape=True))
    order = (_CREDENTIAL.c.sort_title, _CREDENTIAL.c.credential_id)
    last = select(*order).where(_CREDENTIAL.c.tenant == tenant, _CREDENTIAL.c.credential_id == after)
    if after and (place := connection.execute(last).one_or_none()):
        statement = statement.where(tuple_(*order) > tuple_(*place))
    return tuple(map(decode_credential, connection.execute(statement.order_by(*order).limit(limit)).scalars()))


def load_catalogue(connection: Connection, tenant: str) -> tuple[Credential, ...]:
    """Every credential of the tenant, sorted by id."""
    with without_collection():
        return tuple(map(decode_credential, connection.execute(_ALL, {"tenant": tenant}).scalars()))


def count_credentials(connection: Connection, tenant: str) -> int:
    """How many credentials the tenant has."""
    return int(connection.execute(_COUNT, {"tenant": tenant}).scalar_one())


def catalogue_version(connection: Connection, tenant: str) -> str:
    """A digest of the catalogue's content: the same rows have the same version in every database."""
    return str(connection.execute(_VERSION, {"tenant": tenant}).scalar() or f"{0:032x}")


def known_ids(connection: Connection, tenant: str, credential_ids: Iterable[str]) -> frozenset[str]:
    """Those of the ids that are in the catalogue."""
    return frozenset(_digests(connection, tenant, credential_ids))


def _digests(connection: Connection, tenant: str, credential_ids: Iterable[str]) -> dict[str, str]:
    columns = (_CREDENTIAL.c.credential_id, _CREDENTIAL.c.digest)
    return {row[0]: row[1] for row in rows_by_key(connection, columns, tenant, sorted(credential_ids))}


def _records(credentials: Iterable[Credential]) -> dict[str, tuple[Credential, str, str]]:
    """credential_id -> (credential, digest, JSON)."""
    records: dict[str, tuple[Credential, str, str]] = {}
    for credential in credentials:
        text = encode(credential)
        record = (credential, digest(text), text)
        if records.setdefault(credential.credential_id, record)[1] != record[1]:
            what = f"credential {credential.credential_id!r} comes twice with different content"
            raise Conflict(what, where="credential_id", fix="keep one of the two")
    return records


def _row(tenant: str, credential: Credential, record_digest: str, record: str, now: datetime) -> dict[str, Any]:
    return {
        "tenant": tenant, "credential_id": credential.credential_id, "title": credential.title,
        "sort_title": _folded(credential.title)[:MAX_SORT_TITLE], "awarding_body": credential.awarding_body,
        "status": credential.status, "search_text": _search_text(credential), "record": record,
        "digest": record_digest, "updated_at": now,
    }  # fmt: skip


def _search_text(credential: Credential) -> str:
    words = (credential.title, credential.awarding_body, credential.credential_id)
    return _folded(" ".join((*words, *(outcome.label for outcome in credential.outcomes))))[:MAX_SEARCH_TEXT]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _next_version(version: str, present: Mapping[str, str], changed: Mapping[str, tuple[Any, str, str]]) -> str:
    """The version after a change: a sum of one number a credential, so that it costs only what changed."""
    added = sum(_share(key, record[1]) for key, record in changed.items())
    taken = sum(_share(key, present[key]) for key in changed if key in present)
    return f"{(int(version, 16) + added - taken) % VERSION_SPACE:032x}"


def _share(credential_id: str, record_digest: str) -> int:
    return int(digest(f"{credential_id}\t{record_digest}"), 16)
