"""What every function of the store promises, on a SQLite file and on PostgreSQL alike.

Two tenants with the same ids everywhere, told apart only by a word in what they store; every function that takes
a tenant is called for one of them, and the other must neither show nor change.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, select

from credpath import store
from credpath.domain.learner import Profile
from credpath.domain.mastery import COUNTING
from credpath.errors import Refusal
from credpath.store import (
    awards,
    credentials,
    decisions,
    erasure,
    evidence,
    imports,
    impressions,
    kept_paths,
    keys,
    learners,
    mastery_states,
    outcomes,
    snapshots,
    tasks,
    taxonomies,
    tenant_logs,
    tenants,
    traffic,
)
from credpath.store.session import Database
from credpath.store.tables import METADATA
from tests.store import samples
from tests.store.samples import LATER, NOW

Call = Callable[[Connection, str], Any]
KEY_IDS = {"acme": "00" * 8, "globex": "ff" * 8}


def fill(connection: Connection, tenant: str) -> None:
    """One row or more in every table, with the tenant's name wherever words are kept."""
    taxonomies.save_taxonomy(connection, tenant, samples.a_taxonomy(attribution=f"by {tenant}"), NOW)
    credentials.save_credentials(connection, tenant, [samples.a_credential(title=f"of {tenant}")], NOW)
    learners.put_learner(connection, tenant, samples.a_learner(profile=Profile(goal=f"work for {tenant}")), NOW)
    awards.add_award(connection, tenant, samples.an_award(grade=f"from {tenant}"))
    evidence.add_evidence(connection, tenant, "ada", [samples.evidence(reference=f"exam of {tenant}")])
    outcomes.save_outcomes(connection, tenant, [samples.an_outcome(credential_id=f"c-{tenant}")])
    impressions.save_impression(connection, tenant, samples.an_impression(policy=f"rules of {tenant}"), "key")
    keys.create_key(connection, tenant, f"key of {tenant}", ("read",), NOW, bytes.fromhex(KEY_IDS[tenant]).__mul__)
    kept_paths.keep_path(connection, tenant, "ada", "job:analyst", [f"c-{tenant}", "c2"], NOW)
    imports.record_import(connection, tenant, f"catalogue of {tenant}", NOW, {}, [Refusal("f", 1, "no ada")])
    tasks.save_task(connection, tenant, samples.a_task(title=f"catalogue of {tenant}"))


# One call for each function that takes a tenant; it names only ids that both tenants have.
CALLS: dict[str, Call] = {
    "add_award": lambda c, t: awards.add_award(c, t, samples.an_award(grade="new")),
    "add_awards": lambda c, t: awards.add_awards(c, t, [samples.an_award(grade="new")]),
    "withdraw_awards": lambda c, t: awards.withdraw_awards(c, t, "ada", "c1"),
    "awards_of": lambda c, t: awards.awards_of(c, t, "ada"),
    "save_credentials": lambda c, t: credentials.save_credentials(c, t, [samples.FULL_CREDENTIAL, CHANGED], LATER),
    "get_credential": lambda c, t: credentials.get_credential(c, t, "c1"),
    "list_credentials": lambda c, t: credentials.list_credentials(c, t, "of"),
    "load_catalogue": credentials.load_catalogue,
    "catalogue_version": credentials.catalogue_version,
    "count_credentials": credentials.count_credentials,
    "known_ids": lambda c, t: credentials.known_ids(c, t, ["c1", "nowhere"]),
    "export_learner": lambda c, t: erasure.export_learner(c, t, "ada"),
    "forget_learner": lambda c, t: erasure.forget_learner(c, t, "ada"),
    "add_evidence": lambda c, t: evidence.add_evidence(c, t, "ada", [samples.evidence("e2")]),
    "evidence_of": lambda c, t: evidence.evidence_of(c, t, "ada"),
    "check_first_results": lambda c, t: evidence.check_first_results(c, t, "ada", [samples.evidence(reference="x")]),
    "other_results": lambda c, t: evidence.other_results(c, t, "ada", [samples.evidence("e9")]),
    "items_answered": lambda c, t: evidence.items_answered(c, t, "ada"),
    "void_evidence": lambda c, t: evidence.void_evidence(c, t, "ada", "e1"),
    "replace_evidence": lambda c, t: evidence.replace_evidence(c, t, "ada", {"e1"}, [samples.evidence("e3")]),
    "kept_mastery": lambda c, t: mastery_states.kept_mastery(c, t, "ada"),
    "read_kept": lambda c, t: mastery_states.read_kept(c, t, "ada", COUNTING, ("", 0, b"")),
    "keep_up": lambda c, t: mastery_states.keep_up(c, t, "ada", ()),
    "refresh_mastery": lambda c, t: mastery_states.refresh_mastery(c, t, "ada"),
    "lock_log": lambda c, t: mastery_states.lock_log(c, t, "ada"),
    "save_impression": lambda c, t: impressions.save_impression(c, t, samples.an_impression("i2"), "key-2"),
    "get_impression": lambda c, t: impressions.get_impression(c, t, "i1"),
    "by_idempotency_key": lambda c, t: impressions.by_idempotency_key(c, t, "key"),
    "known_impressions": lambda c, t: impressions.known_impressions(c, t, ["i1", "nowhere"]),
    "impressions_of": lambda c, t: impressions.impressions_of(c, t, "ada"),
    "load_impressions": lambda c, t: list(impressions.load_impressions(c, t)),
    "load_shown": lambda c, t: list(decisions.load_shown(c, t, LATER)),
    "load_features": lambda c, t: list(decisions.load_features(c, t, LATER)),
    "load_happened": lambda c, t: list(decisions.load_happened(c, t)),
    "load_considered": lambda c, t: list(decisions.load_considered(c, t, ["i1", "i2"])),
    "record_import": lambda c, t: imports.record_import(c, t, "learners", LATER, {}),
    "list_imports": imports.list_imports,
    "create_key": lambda c, t: keys.create_key(c, t, "new", (), LATER, lambda size: bytes(reversed(range(size)))),
    "list_keys": keys.list_keys,
    "get_key": lambda c, t: [keys.get_key(c, t, key_id) for key_id in KEY_IDS.values()],
    "revoke_key": lambda c, t: [keys.revoke_key(c, t, key_id, LATER) for key_id in KEY_IDS.values()],
    "put_learner": lambda c, t: learners.put_learner(c, t, samples.a_learner(), LATER),
    "put_learners": lambda c, t: learners.put_learners(c, t, [samples.a_learner()], LATER),
    "ensure_learners": lambda c, t: learners.ensure_learners(c, t, ["ada", "bob"], LATER),
    "get_learner": lambda c, t: learners.get_learner(c, t, "ada"),
    "list_learners": learners.list_learners,
    "snapshot": lambda c, t: learners.snapshot(c, t, "ada"),
    "keep_path": lambda c, t: kept_paths.keep_path(c, t, "ada", "job:analyst", ["c9"], LATER),
    "kept_paths_of": lambda c, t: kept_paths.kept_paths_of(c, t, "ada"),
    "save_outcomes": lambda c, t: outcomes.save_outcomes(c, t, [samples.an_outcome("o2")]),
    "withdraw": lambda c, t: outcomes.withdraw(c, t, "ada", f"c-{t}", samples.an_outcome().kind),
    "withdraw_one": lambda c, t: outcomes.withdraw_one(c, t, "ada", samples.an_outcome().outcome_id),
    "withdraw_said": lambda c, t: outcomes.withdraw_said(
        c, t, samples.an_award(credential_id=f"c-{t}"), samples.an_outcome().outcome_id
    ),
    "outcomes_of": lambda c, t: outcomes.outcomes_of(c, t, "ada"),
    "load_outcomes": lambda c, t: list(outcomes.load_outcomes(c, t)),
    "popularity": outcomes.popularity,
    "save_taxonomy": lambda c, t: taxonomies.save_taxonomy(c, t, samples.a_taxonomy(skills=()), LATER),
    "load_taxonomy": taxonomies.load_taxonomy,
    "active_taxonomy": taxonomies.active_taxonomy,
    "list_taxonomies": taxonomies.list_taxonomies,
    "resolve_owner": taxonomies.resolve_owner,
    "count_required": taxonomies.count_required,
    "list_learner_ids": snapshots.list_learner_ids,
    "snapshots_of": lambda c, t: list(snapshots.snapshots_of(c, t, ["ada", "bob"])),
    "load_learners": lambda c, t: list(tenant_logs.load_learners(c, t)),
    "load_awards": lambda c, t: list(tenant_logs.load_awards(c, t)),
    "load_evidence": lambda c, t: list(tenant_logs.load_evidence(c, t)),
    "lock_tenant": tenants.lock_tenant,
    "count_tenant": tenants.count_tenant,
    "forget_tenant": tenants.forget_tenant,
    "save_task": lambda c, t: tasks.save_task(c, t, samples.a_task("t2")),
    "list_tasks": tasks.list_tasks,
    "count_shown": lambda c, t: traffic.count_shown(c, t, NOW, LATER),
    "total_shown": lambda c, t: traffic.total_shown(c, t, NOW, LATER),
    "count_happened": lambda c, t: traffic.count_happened(c, t, NOW, LATER),
    "count_answered": lambda c, t: traffic.count_answered(c, t, NOW, LATER),
    "last_shown_at": traffic.last_shown_at,
    "latest_shown": lambda c, t: traffic.latest_shown(c, t, LATER),
}
CHANGED = samples.a_credential(title="changed")
WRITING = {
    "save", "add", "put", "ensure", "record", "create", "forget", "revoke", "void", "replace", "keep", "refresh",
    "lock", "withdraw",
}  # fmt: skip
WRITES = {name for name in CALLS if name.split("_")[0] in WRITING}
REPEATABLE = {
    "save_taxonomy", "save_credentials", "put_learner", "put_learners", "ensure_learners", "add_award",
    "add_awards", "add_evidence", "void_evidence", "replace_evidence", "keep_up", "refresh_mastery",
    "save_outcomes", "revoke_key", "forget_learner", "keep_path", "save_task",
}  # fmt: skip


def functions_that_take_a_tenant() -> set[str]:
    """Every public function of the store whose second argument is the tenant, or the owner."""
    found = set()
    for module in pkgutil.iter_modules(store.__path__):
        loaded = importlib.import_module(f"credpath.store.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            arguments = list(inspect.signature(function).parameters)
            public = not name.startswith("_") and function.__module__.startswith("credpath.store")
            if public and len(arguments) > 1 and arguments[1] in ("tenant", "owner"):
                found.add(name)
    return found


def rows(connection: Connection, tenant: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tenant, by table, in the order of its key."""

    def of(table: Table) -> list[tuple[Any, ...]]:
        key = list(table.primary_key.columns)
        statement = select(table).where(key[0] == tenant).order_by(*key)
        return [tuple(row) for row in connection.execute(statement)]

    return {table.name: of(table) for table in METADATA.sorted_tables}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Both tenants with everything; nothing that a test does to it is kept."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('contract')}/credpath.db"
    else:
        url = request.getfixturevalue("fresh_postgres")("contract")
    database = Database(url)
    database.migrate()
    with database.write() as connection:
        fill(connection, "acme")
        fill(connection, "globex")
    yield database
    database.dispose()


@pytest.fixture
def shared(filled: Database) -> Iterator[Connection]:
    """A transaction on `filled` that is rolled back."""
    with filled.write() as connection:
        yield connection
        connection.rollback()


def test_the_contract_covers_every_function_that_takes_a_tenant() -> None:
    assert set(CALLS) == functions_that_take_a_tenant()


def test_the_sample_fills_every_table(shared: Connection) -> None:
    assert [name for name, found in rows(shared, "acme").items() if not found] == []


@pytest.mark.parametrize("name", CALLS)
def test_a_call_for_one_tenant_neither_shows_nor_changes_the_other(shared: Connection, name: str) -> None:
    before = rows(shared, "globex")
    answer = CALLS[name](shared, "acme")
    assert "globex" not in repr(answer)
    assert rows(shared, "globex") == before


@pytest.mark.parametrize("name", sorted(set(CALLS) - WRITES - {"resolve_owner", "lock_tenant"}))
def test_a_tenant_without_anything_sees_nothing_of_the_others(shared: Connection, name: str) -> None:
    answer = repr(CALLS[name](shared, "initech"))
    assert "acme" not in answer
    assert "globex" not in answer


@pytest.mark.parametrize("name", sorted(REPEATABLE))
def test_a_write_repeated_changes_nothing_more(shared: Connection, name: str) -> None:
    CALLS[name](shared, "acme")
    once = rows(shared, "acme")
    CALLS[name](shared, "acme")
    assert rows(shared, "acme") == once


@pytest.mark.parametrize("name", sorted(set(CALLS) - WRITES))
def test_a_question_writes_nothing(filled: Database, name: str) -> None:
    with filled.read() as connection:
        before = rows(connection, "acme")
        CALLS[name](connection, "acme")
        assert rows(connection, "acme") == before


def test_both_engines_hold_the_same_rows_after_the_same_calls(
    sqlite_database: Database, postgres_database: Database
) -> None:
    with sqlite_database.write() as one, postgres_database.write() as other:
        for connection in (one, other):
            fill(connection, "acme")
            for name, call in CALLS.items():
                if name != "forget_learner":
                    call(connection, "acme")
        assert rows(one, "acme") == rows(other, "acme")


ids = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=200)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(ids, ids)
@example("'; DROP TABLE learner; --", '"')
@example("%", "_")
@example("\\", "\\\\N")
@example("\U0001f393" * 200, "e\u0301")
@example("é", "e\u0301")
@example("Ada", "ada")
def test_any_id_that_the_domain_allows_is_stored_and_found_as_itself(database: Database, one: str, other: str) -> None:
    with database.write() as connection:
        learners.ensure_learners(connection, "acme", [one, other], NOW)
        awards.add_award(connection, "acme", samples.an_award(one, other, award_id=one))
        evidence.add_evidence(connection, "acme", one, [samples.evidence(other, one, reference=other)])
        outcomes.save_outcomes(connection, "acme", [samples.an_outcome(one, learner_id=one, credential_id=other)])
        credentials.save_credentials(connection, "acme", [samples.a_credential(one)], NOW)
        found = learners.snapshot(connection, "acme", one)
        assert found is not None
        assert (found.held, set(found.kept.state.skills)) == ({other}, {one})
        assert credentials.get_credential(connection, "acme", one) == samples.a_credential(one)
        assert {learner.learner_id for learner in learners.list_learners(connection, "acme")} == {one, other}
        erasure.forget_learner(connection, "acme", one)
        assert learners.get_learner(connection, "acme", one) is None
        assert one == other or learners.get_learner(connection, "acme", other) is not None
        connection.rollback()
