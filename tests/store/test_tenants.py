from __future__ import annotations

import secrets

from credpath.store.credentials import save_credentials
from credpath.store.keys import create_key
from credpath.store.learners import ensure_learners
from credpath.store.session import Database
from credpath.store.taxonomies import save_taxonomy
from credpath.store.tenants import list_tenants
from tests.store.samples import NOW, TAXONOMY, a_credential


def test_a_tenant_is_known_by_its_catalogue_its_keys_or_its_learners(database: Database) -> None:
    with database.write() as connection:
        assert list_tenants(connection) == ()
        save_credentials(connection, "with-catalogue", [a_credential()], NOW)
        create_key(connection, "with-key", "LMS", (), NOW, secrets.token_bytes)
        ensure_learners(connection, "with-learner", ["ada"], NOW)
        ensure_learners(connection, "with-catalogue", ["ada"], NOW)
        save_taxonomy(connection, "public", TAXONOMY, NOW)
        assert list_tenants(connection) == ("with-catalogue", "with-key", "with-learner")
