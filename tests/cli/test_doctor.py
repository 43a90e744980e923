from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run, runner


def test_doctor_reports_the_health_of_the_catalogue(sample_run: Run) -> None:
    health = sample_run("doctor", "--json").document["health"]
    assert health["dangling"] == []
    assert sum(health["complete"]) == health["credentials"]
    assert {"Rust programming", "welding"} <= {skill["label"] for skill in health["untaught"]}


def test_doctor_lists_the_settings_and_hides_the_secret(tmp_path: Path, sample_home: Path) -> None:
    credpath = runner(tmp_path, sample_home / "models", CREDPATH_SECRET="not to be shown " * 3, CREDPATH_PORT="8123")
    told = credpath("doctor", "--json")
    assert told.document["settings"]["CREDPATH_PORT"] == 8123
    assert told.document["settings"]["CREDPATH_SECRET"] == "hidden"
    said = credpath("doctor")
    assert "8123" in said.out
    assert "CREDPATH_THREADS" not in said.out, "at its default"
    assert "not to be shown" not in told.out + said.out


def test_doctor_finds_settings_that_do_nothing_and_a_secret_that_serve_would_refuse(tmp_path: Path) -> None:
    wrong = {"CREDPATH_" + "POTR": "9", "CREDPATH_SECRET": "short"}
    problems = _problems(runner(tmp_path, tmp_path / "models", **wrong)("doctor", "--json").document)
    assert problems["there is no setting CREDPATH_" + "POTR"] == "did you mean CREDPATH_PORT?"
    assert "openssl" in problems["CREDPATH_SECRET: the signing secret has 5 characters, under 32"]


def test_doctor_finds_a_kept_secret_that_was_cut_off(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("abc")
    assert any(
        "secret has 3 characters" in p for p in _problems(runner(tmp_path, tmp_path)("doctor", "--json").document)
    )


def test_doctor_says_that_nothing_is_there_and_makes_nothing(empty: Run, tmp_path: Path) -> None:
    document = empty("doctor", "--json").document
    assert any("there is no database" in problem for problem in _problems(document))
    assert document["health"] is None
    assert not (tmp_path / "home").exists()


def _problems(document: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {finding["problem"]: finding["fix"] for finding in document["findings"]}
