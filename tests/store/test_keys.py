from __future__ import annotations

import hashlib
import re
import secrets

import pytest
from sqlalchemy import text

from credpath.store.keys import ApiKey, create_key, find_key, list_keys, revoke_key
from credpath.store.session import Database
from tests.store.samples import LATER, NOW


def counted(size: int) -> bytes:
    return bytes(range(size))


def test_a_secret_finds_its_key_and_is_stored_as_a_hash_only(database: Database) -> None:
    with database.write() as connection:
        secret, key = create_key(connection, "acme", "LMS", ("read", "write"), NOW, counted)
        stored = connection.execute(text("SELECT * FROM api_key")).one()
        assert find_key(connection, secret) == key
        assert list_keys(connection, "acme") == (key,)
    assert key == ApiKey("0001020304050607", "acme", "LMS", ("read", "write"), NOW)
    assert re.fullmatch(r"cp_0001020304050607_[0-9a-f]{64}", secret)
    assert hashlib.sha256(secret.encode()).hexdigest() in stored
    assert not any(secret in str(value) or secret[20:] in str(value) for value in stored)


def test_an_altered_secret_finds_nothing(database: Database) -> None:
    with database.write() as connection:
        secret, key = create_key(connection, "acme", "LMS", (), NOW, secrets.token_bytes)
        other, _ = create_key(connection, "globex", "LMS", (), NOW, secrets.token_bytes)
        wrong = [
            "", "cp_", secret[:-1], secret + "0", secret.upper(), secret.replace(key.key_id, "0" * 16),
            f"cp_{key.key_id}_{other.rsplit('_', 1)[1]}", "cp_%_" + "0" * 64, "\x00", "cp_é_" + "é" * 64,
        ]  # fmt: skip
        assert [find_key(connection, attempt) for attempt in wrong] == [None] * len(wrong)


def test_a_revoked_key_finds_nothing_and_keeps_the_date_of_its_end(database: Database) -> None:
    with database.write() as connection:
        secret, key = create_key(connection, "acme", "LMS", (), NOW, secrets.token_bytes)
        assert revoke_key(connection, "acme", key.key_id, NOW)
        assert revoke_key(connection, "acme", key.key_id, LATER)
        assert find_key(connection, secret) is None
        assert [k.revoked_at for k in list_keys(connection, "acme")] == [NOW]


@pytest.mark.parametrize("tenant", ["globex", "acme "])
def test_a_key_can_only_be_revoked_by_its_tenant(database: Database, tenant: str) -> None:
    with database.write() as connection:
        secret, key = create_key(connection, "acme", "LMS", (), NOW, secrets.token_bytes)
        assert not revoke_key(connection, tenant, key.key_id, NOW)
        assert find_key(connection, secret) == key
