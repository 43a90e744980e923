from __future__ import annotations

import secrets

from sqlalchemy import Connection

from credpath.store.credentials import save_credentials
from credpath.store.keys import create_key, find_key
from credpath.store.learners import ensure_learners
from credpath.store.session import Database
from credpath.store.taxonomies import save_taxonomy
from credpath.store.tenants import count_tenant, forget_tenant, list_tenants
from tests.store.samples import NOW, TAXONOMY, a_credential
from tests.store.test_erasure import everything, store_everything


def test_a_tenant_is_known_by_its_catalogue_its_keys_or_its_learners(database: Database) -> None:
    with database.write() as connection:
        assert list_tenants(connection) == ()
        save_credentials(connection, "with-catalogue", [a_credential()], NOW)
        create_key(connection, "with-key", "LMS", (), NOW, secrets.token_bytes)
        ensure_learners(connection, "with-learner", ["ada"], NOW)
        ensure_learners(connection, "with-catalogue", ["ada"], NOW)
        save_taxonomy(connection, "public", TAXONOMY, NOW)
        assert list_tenants(connection) == ("with-catalogue", "with-key", "with-learner")


def test_a_tenant_is_forgotten_with_every_row_and_the_others_keep_all(database: Database) -> None:
    with database.write() as connection:
        save_taxonomy(connection, "public", TAXONOMY, NOW)
        fill(connection, "acme")
        before = everything(connection)
        secret = fill(connection, "northfield")
        assert find_key(connection, secret)
        counted = count_tenant(connection, "northfield")
        assert forget_tenant(connection, "northfield") == counted
        assert everything(connection) == before
        assert find_key(connection, secret) is None
        assert forget_tenant(connection, "northfield") == {}
    assert (counted["api_key"], counted["credential"], counted["learner"], counted["taxonomy"]) == (1, 1, 1, 1)


def fill(connection: Connection, tenant: str) -> str:
    """Something of every kind, a taxonomy of its own too; returns the secret of its key."""
    save_taxonomy(connection, tenant, TAXONOMY, NOW)
    save_credentials(connection, tenant, [a_credential()], NOW)
    store_everything(connection, tenant, "ada")
    return create_key(connection, tenant, "LMS", ["read"], NOW, secrets.token_bytes)[0]
