from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credpath.recommender.bundle import current_version
from tests import calling
from tests.cli.conftest import Run, environment, program, runner
from training.publishing import Decision, publish_beside

ROOT = Path(__file__).parent.parent.parent


def test_help_lists_the_commands_and_version_prints_one(tmp_path: Path) -> None:
    outside = environment(tmp_path / "home", tmp_path / "models")
    assert {"serve", "import", "goals", "recommend", "path", "doctor"} <= set(program("--help", **outside).out.split())
    assert program("--version", **outside).out.startswith("credpath 0.")


def test_help_waits_for_no_database_and_no_model() -> None:
    script = (
        "from credpath.cli.commands import app; import sys; app(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "recommend" in done.stdout
    assert {"faiss", "numpy", "onnxruntime", "pydantic", "sqlalchemy"} & set(done.stdout.split()) == set()


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


def test_what_the_command_line_itself_refuses_is_told_in_json_too(empty: Run) -> None:
    for words in (("recommend", "--limit", 99), ("recommend", "--nonsense"), ("serve", "--workers", 0), ("nothing",)):
        done = empty(*words, "--json")
        assert done.code == 2
        assert done.document["error"] == "invalid-input"
        assert "--help" in done.document["fix"]
        assert empty(*words).out == ""


def test_serve_on_port_0_tells_the_url_that_it_got_on_one_line(empty: Run, tmp_path: Path) -> None:
    words = [Path(sys.executable).parent / "credpath", "serve", "--port", "0", "--json"]
    outside = environment(tmp_path / "home", tmp_path / "models")
    with subprocess.Popen(words, env=outside, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            assert calling.get(f"{url}/livez", timeout=60).json() == {"alive": True}
        finally:
            server.terminate()
    assert not url.endswith((":0", ":8000"))


@pytest.mark.parametrize("words", ["recommend", "path", "assess"])
def test_a_language_that_is_none_is_misuse(empty: Run, words: str) -> None:
    done = empty(words, "--goal", "nurse", "--language", "Klingon", "--json")
    assert (done.code, done.document["where"]) == (2, "--language")


def test_a_language_may_be_named(sample_run: Run) -> None:
    answers = [
        sample_run("recommend", "--goal", "data analyst", "--language", word, "--json") for word in ("English", "en")
    ]
    assert [i["credential_id"] for i in answers[0].document["items"]]
    assert answers[0].document["filters"] == answers[1].document["filters"]


def test_without_a_catalogue_the_answer_says_how_to_import_one(sample_run: Run) -> None:
    assert "credpath import catalogue FILE" in sample_run("recommend", "--goal", "nurse", "--tenant", "other").out
    asked = sample_run("assess", "--goal", "data analyst", "--tenant", "other", "--json").document
    assert "credpath import catalogue FILE" in asked["why"]


def test_an_unknown_learner_fails_with_what_to_do(sample_run: Run) -> None:
    done = sample_run("recommend", "--learner", "nobody", "--json")
    assert done.code == 1
    assert done.document["error"] == "not-found"


def test_asking_in_a_folder_without_a_database_begins_none(empty: Run, tmp_path: Path) -> None:
    for words in (["recommend", "--goal", "nurse"], ["keys", "list"]):
        done = empty(*words, "--json")
        assert (done.code, done.document["error"]) == (1, "not-found")
        assert "credpath import taxonomy" in done.document["fix"]
    assert list(tmp_path.rglob("*.db")) == []


def test_before_the_first_bundle_the_answer_says_how_to_make_one(empty: Run) -> None:
    empty("keys", "create", "--name", "lms", "--scopes", "read")
    done = empty("recommend", "--goal", "nurse")
    assert done.code == 1
    assert "training.bundle" in done.err


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


def test_a_repeat_is_named_beside_the_rows_that_cannot_be_read(empty: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("credential_id,title,ects\na,A,x\nb,B,y\nc,C,\nd,D,\nd,D again,\n", encoding="utf-8")
    refusals = empty("import", "catalogue", file, "--json").document["refusals"]
    assert [refusal["line"] for refusal in refusals] == [2, 3, 6]
    assert "bad.csv:5" in refusals[-1]["reason"]


def test_outcomes_on_what_the_catalogue_does_not_have_are_taken_with_a_warning(empty: Run, tmp_path: Path) -> None:
    file, catalogue = tmp_path / "outcomes.csv", tmp_path / "catalogue.csv"
    catalogue.write_text("credential_id,title\nknown,Known\n", encoding="utf-8")
    rows = [f"ada,{name},completed,2026-01-0{day}\n" for day, name in enumerate(["late", "known", "late"], 1)]
    file.write_text("learner_id,credential_id,outcome,occurred_at\n" + "".join(rows), encoding="utf-8")
    assert empty("import", "catalogue", catalogue).code == 0
    report = empty("import", "outcomes", file, "--json").document
    assert report["inserted"] == 3
    assert [(w["line"], "'late'" in w["reason"]) for w in report["warnings"]] == [(2, True)]


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
    again = credpath("models", "promote", held).out
    assert again.startswith(f"{held} serves already; nothing was switched")
    assert credpath("models", "promote", held, "--json").document["held_by_gate"] == {
        "default": "hold: too few outcomes"
    }
    assert credpath("models", "promote", first, "--json").document == {"serves": first, "held_by_gate": {}}
