from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from credpath.errors import Refusal
from credpath.store.awards import add_award
from credpath.store.evidence import add_evidence
from credpath.store.imports import list_imports, record_import
from credpath.store.impressions import save_impression
from credpath.store.kept_paths import keep_path
from credpath.store.learners import ensure_learners, export_learner, forget_learner, put_learner
from credpath.store.outcomes import save_outcomes
from credpath.store.session import Database
from credpath.store.tables import METADATA
from tests.store.samples import NOW, a_learner, an_award, an_impression, an_outcome, evidence

ADA = "ada-3f9c1d77"  # like nothing else in any row
REFUSALS = [Refusal("o.csv", 3, f"learner {ADA!r} has no credential", "x"), Refusal("o.csv", 4, "adamant")]


def store_everything(connection: Connection, tenant: str, learner_id: str) -> None:
    put_learner(connection, tenant, a_learner(learner_id), NOW)
    add_award(connection, tenant, an_award(learner_id))
    add_evidence(connection, tenant, learner_id, [evidence("e1"), evidence("e2")])
    save_outcomes(connection, tenant, [an_outcome(f"{learner_id[:3]}-1", learner_id=learner_id)])
    save_impression(connection, tenant, an_impression(f"i-{learner_id[:3]}", learner_id=learner_id), learner_id[:3])
    keep_path(connection, tenant, learner_id, "job:analyst", ["c2", "c1"], NOW)


def everything(connection: Connection) -> str:
    return "\n".join(str(tuple(row)) for t in METADATA.sorted_tables for row in connection.execute(select(t)))


def test_an_export_holds_everything_and_is_plain_json(database: Database) -> None:
    with database.write() as connection:
        store_everything(connection, "acme", ADA)
        store_everything(connection, "acme", "bob")
    with database.read() as connection:
        found = json.loads(json.dumps(export_learner(connection, "acme", ADA)))
    assert found["learner_id"] == ADA
    assert found["profile"]["goal"] == "data analyst"
    assert found["updated_at"] == NOW.isoformat()
    assert [a["grade"] for a in found["awards"]] == ["with distinction"]
    assert [e["evidence_id"] for e in found["evidence"]] == ["e1", "e2"]
    assert [skill["skill_uri"] for skill in found["mastery_state"]["skills"]] == ["skill:sql"]
    assert [o["kind"] for o in found["outcomes"]] == ["completed"]
    assert found["impressions"][0]["answer"]["items"][0]["credential_id"] == "c2"
    assert found["impressions"][0]["features"] == "AAECAwQFBgcICQoLDA0ODw=="
    kept = {"goal_key": "job:analyst", "credential_ids": ["c2", "c1"], "planned_at": NOW.isoformat()}
    assert found["kept_paths"] == [kept]
    assert "bob" not in json.dumps(found)


def test_an_export_of_somebody_only_reported_holds_what_was_reported(database: Database) -> None:
    with database.write() as connection:
        save_outcomes(connection, "acme", [an_outcome(learner_id=ADA)])
        found = export_learner(connection, "acme", ADA)
    assert (found["profile"], found["updated_at"], len(found["outcomes"])) == (None, None, 1)
    assert found["mastery_state"] is None


def test_nothing_with_the_id_remains_and_others_keep_all(database: Database) -> None:
    with database.write() as connection:
        store_everything(connection, "acme", "bob")
        record_import(connection, "acme", "outcomes", NOW, {"read": 2}, [REFUSALS[1]])
        before = everything(connection)
        store_everything(connection, "acme", ADA)
        counts = forget_learner(connection, "acme", ADA)
        assert everything(connection) == before
    assert counts == {
        "impressions": 1, "outcomes": 1, "evidence": 2, "mastery_state": 1, "kept_paths": 1, "awards": 1,
        "profile": 1, "import_records": 0,
    }  # fmt: skip


def test_the_id_is_struck_out_of_import_records_as_a_word_only(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", [ADA, "ada"], NOW)
        record_import(connection, "acme", "outcomes", NOW, {}, REFUSALS)
        assert forget_learner(connection, "acme", ADA)["import_records"] == 1
        assert forget_learner(connection, "acme", "ada")["import_records"] == 0
        kept = list_imports(connection, "acme")[0].refusals
    assert kept == (Refusal("o.csv", 3, "learner '(forgotten)' has no credential", "x"), REFUSALS[1])


def test_forgetting_nobody_counts_nothing(database: Database) -> None:
    with database.write() as connection:
        assert not any(forget_learner(connection, "acme", ADA).values())


def test_who_is_forgotten_can_come_back_as_somebody_new(database: Database) -> None:
    with database.write() as connection:
        store_everything(connection, "acme", ADA)
        forget_learner(connection, "acme", ADA)
        store_everything(connection, "acme", ADA)
        assert forget_learner(connection, "acme", ADA)["profile"] == 1


def test_after_scrubbing_the_id_is_in_no_byte_of_the_files(sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        store_everything(connection, "acme", ADA)
    with sqlite_database.write() as connection:
        forget_learner(connection, "acme", ADA)
    sqlite_database.scrub()
    folder = Path(str(sqlite_database.url.database)).parent
    assert [path.name for path in folder.iterdir() if ADA.encode() in path.read_bytes()] == []


def test_scrubbing_postgresql_removes_the_dead_rows(postgres_database: Database) -> None:
    with postgres_database.write() as connection:
        store_everything(connection, "acme", ADA)
    with postgres_database.write() as connection:
        forget_learner(connection, "acme", ADA)
    postgres_database.scrub()
    with postgres_database.read() as connection:
        pages = connection.exec_driver_sql("SELECT pg_relation_size('learner') + pg_relation_size('impression')")
        assert pages.scalar() == 0


@pytest.mark.parametrize("learner_id", ["a.c", "a\\d", "100%", "a_b", "(", "ä ö", 'say "hi"', "it's"])
def test_an_id_of_special_characters_is_taken_literally(database: Database, learner_id: str) -> None:
    refusals = [Refusal("f", 1, f"no {learner_id} here"), Refusal("f", 2, "abc", f"drop {learner_id!r}.")]
    with database.write() as connection:
        record_import(connection, "acme", "x", NOW, {}, refusals)
        forget_learner(connection, "acme", learner_id)
        kept = list_imports(connection, "acme")[0].refusals
    assert [refusal.reason for refusal in kept] == ["no (forgotten) here", "abc"]
    assert kept[1].fix.replace('"', "'") == "drop '(forgotten)'."
