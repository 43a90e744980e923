from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credpath.recommender.bundle import current_version
from tests.cli.conftest import Run, runner
from training.publishing import Decision, publish_beside

ROOT = Path(__file__).parent.parent.parent


def test_help_lists_the_commands_and_version_prints_one(empty: Run) -> None:
    assert {"serve", "import", "goals", "recommend", "path", "doctor"} <= set(empty("--help").out.split())
    assert empty("--version").out.startswith("credpath 0.")


def test_goals_finds_an_occupation_and_prints_one_json_document(sample_run: Run) -> None:
    done = sample_run("goals", "data analyst", "--limit", 3, "--json")
    assert done.code == 0
    assert len(done.document["answer"]["matches"]) == 3
    assert "data analyst" in done.document["answer"]["matches"][0]["label"].casefold()


def test_recommend_answers_a_goal_with_reasons_and_an_explanation(sample_run: Run) -> None:
    done = sample_run("recommend", "--goal", "data analyst", "--have", "SQL", "--limit", 2, "--explain", "--json")
    assert done.code == 0
    answer = done.document
    assert len(answer["items"]) == 2
    assert answer["items"][0]["reasons"][0]["sentence"]
    assert answer["explanation"]["replayed"] is True


def test_recommend_speaks_to_a_person_too(sample_run: Run) -> None:
    done = sample_run("recommend", "--learner", "learner-001", "--limit", 1)
    assert done.code == 0
    assert "1. " in done.out
    assert "impression" in done.out


def test_path_keeps_within_hours_and_weeks(sample_run: Run) -> None:
    done = sample_run("path", "--goal", "data analyst", "--hours-per-week", 5, "--weeks", 20, "--json")
    path = done.document["paths"][0]
    assert path["steps"]
    assert path["weeks"] <= 20 + 1e-6
    assert path["hours"] <= 100 + 1e-6


def test_asking_for_nobody_and_nothing_is_misuse_and_says_what_to_give(sample_run: Run) -> None:
    done = sample_run("recommend")
    assert done.code == 2
    assert "--goal" in done.err


def test_a_budget_without_a_currency_is_misuse(sample_run: Run) -> None:
    done = sample_run("recommend", "--goal", "nurse", "--budget", 10, "--json")
    assert done.code == 2
    assert done.document["where"] == "--currency"


def test_an_unknown_learner_fails_with_what_to_do(sample_run: Run) -> None:
    done = sample_run("recommend", "--learner", "nobody", "--json")
    assert done.code == 1
    assert done.document["error"] == "not-found"


def test_before_the_first_bundle_the_answer_says_how_to_make_one(empty: Run) -> None:
    done = empty("recommend", "--goal", "nurse")
    assert done.code == 1
    assert "training.bundle" in done.err


def test_doctor_reports_the_health_of_the_catalogue(sample_run: Run) -> None:
    health = sample_run("doctor", "--json").document["health"]
    assert health["dangling"] == []
    assert sum(health["complete"]) == health["credentials"]
    assert {"Rust programming", "welding"} <= {skill["label"] for skill in health["untaught"]}


def test_a_dry_run_checks_everything_and_writes_nothing(empty: Run) -> None:
    file = ROOT / "data" / "catalogue.jsonl"
    dry = empty("import", "catalogue", file, "--dry-run", "--json")
    assert (dry.code, dry.document["applied"]) == (0, False)
    first = empty("import", "catalogue", file, "--json").document
    again = empty("import", "catalogue", file, "--json").document
    assert first["inserted"] == dry.document["inserted"] == again["unchanged"] > 200
    assert again["inserted"] == again["updated"] == 0


def test_a_bad_file_is_refused_whole_and_every_bad_row_is_named(empty: Run, tmp_path: Path) -> None:
    rows = [
        {"credential_id": "a", "title": "A"},
        {"credential_id": "b", "title": "B", "cost": {"amount": -1, "currency": "EUR"}},
        {"credential_id": "c", "title": "C", "colour": "red"},
        {"credential_id": "d", "title": "D", "requires": [{"kind": "all_of", "credentials": ["gone"]}]},
    ]
    file = tmp_path / "bad.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"credential_id": "e", "ti', encoding="utf-8")
    done = empty("import", "catalogue", file, "--json")
    assert done.code == 1
    assert {2, 3, 5} <= {refusal["line"] for refusal in done.document["refusals"]}
    assert empty("doctor", "--json").document["health"]["credentials"] == 0


def test_a_cycle_names_its_members_and_refuses_the_batch(empty: Run, tmp_path: Path) -> None:
    rows = [
        {"credential_id": a, "title": a, "requires": [{"kind": "all_of", "credentials": [b]}]}
        for a, b in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    file = tmp_path / "cycle.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = empty("import", "catalogue", file)
    assert done.code == 1
    assert "a -> b -> c -> a" in done.err


def test_keys_are_made_listed_and_revoked(empty: Run) -> None:
    made = empty("keys", "create", "--name", "lms", "--scopes", "recommend,read", "--json").document
    assert made["secret"].startswith(f"cp_{made['key_id']}_")
    assert made["secret"] not in empty("keys", "list").out
    assert empty("keys", "revoke", made["key_id"]).code == 0
    assert empty("keys", "list", "--json").document["keys"][0]["revoked_at"]
    assert empty("keys", "revoke", "0" * 16).code == 1


@pytest.mark.parametrize("scopes", ["", "everything"])
def test_a_key_without_a_known_scope_is_misuse(empty: Run, scopes: str) -> None:
    assert empty("keys", "create", "--scopes", scopes).code == 2


def test_a_learner_is_exported_then_forgotten_and_then_unknown(sample_run: Run) -> None:
    exported = sample_run("export", "learner-001")
    assert exported.document["learner_id"] == "learner-001"
    assert sample_run("forget", "learner-001", "--json").document["removed"]["profile"] == 1
    assert sample_run("export", "learner-001").code == 1


def test_models_are_listed_and_a_rollback_without_an_earlier_one_says_so(sample_run: Run) -> None:
    models = sample_run("models", "list", "--json").document["models"]
    assert [model["current"] for model in models] == [True]
    assert sample_run("models", "rollback").code == 1
    assert sample_run("models", "promote", "nothing").code == 1


def test_the_history_says_who_made_which_bundle_serve_and_why(sample_run: Run) -> None:
    first = sample_run("models", "history", "--json").document["history"][-1]
    assert (first["by"], first["reason"]) == ("training.bundle", "build")
    assert "training.bundle" in sample_run("models", "history").out
    assert sample_run("models", "history", "--limit", 0).code == 2


def test_promoting_what_the_gate_held_says_so(tmp_path: Path, sample_home: Path) -> None:
    home = shutil.copytree(sample_home, tmp_path / "home")
    models, learned, first = home / "models", tmp_path / "learned", current_version(home / "models")
    learned.mkdir()
    card = {"tenant": "default", "verdict": "hold", "gate": {"sentence": "hold: too few outcomes"}}
    (learned / "card.json").write_text(json.dumps(card))
    decision, at = Decision(False, "training.retrain", "hold"), datetime(2026, 11, 1, tzinfo=UTC)
    held = publish_beside(models, "default", learned, decision, at=at, golden=lambda _: ())
    credpath = runner(home, models)
    done = credpath("models", "promote", held)
    assert done.code == 0, done.err
    assert done.out.startswith(f"{held} serves")
    assert "the gate had held its model of default: hold: too few outcomes" in done.out
    assert credpath("models", "promote", held, "--json").document["held_by_gate"] == {
        "default": "hold: too few outcomes"
    }
    assert credpath("models", "promote", first, "--json").document == {"serves": first, "held_by_gate": {}}
