from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run, environment, runner


def test_what_sqlite_held_is_served_from_postgresql_after_a_copy(
    sample_run: Run, sample_home: Path, tmp_path: Path, fresh_postgres: Callable[[str], str]
) -> None:
    url = fresh_postgres("copied")
    in_postgres = runner(tmp_path, sample_home / "models", DATABASE_URL=url)
    warned = in_postgres("doctor", "--json").document["findings"]
    assert ["credpath copy --to" in f["fix"] for f in warned if "credpath.db is not" in f["problem"]] == [True]
    done = sample_run("copy", "--to", url, "--json")
    assert done.code == 0, done.err
    assert done.document["rows"] == sum(done.document["copied"].values()) > 1_000
    assert all(done.document["copied"][table] for table in ("credential", "learner", "skill"))
    words = ("recommend", "--learner", "learner-001", "--json")
    before, after = sample_run(*words).document, in_postgres(*words).document
    assert [i["credential_id"] for i in after["items"]] == [i["credential_id"] for i in before["items"]]
    assert not [f for f in in_postgres("doctor", "--json").document["findings"] if "credpath.db" in f["problem"]]
    again = sample_run("copy", "--to", url, "--json")
    assert (again.code, again.document["error"]) == (1, "conflict")


def test_a_database_is_not_copied_into_itself(sample_run: Run, tmp_path: Path) -> None:
    done = sample_run("copy", "--to", f"sqlite:///{tmp_path / 'credpath.db'}", "--json")
    assert (done.code, done.document["where"]) == (2, "--to")


def test_serve_warns_of_an_empty_database_beside_the_file_that_holds_everything(empty: Run, tmp_path: Path) -> None:
    assert empty("keys", "create").code == 0
    other = f"sqlite:///{tmp_path / 'other.db'}"
    # An address that is not this machine's: it warns, and then it ends.
    outside = environment(tmp_path / "home", tmp_path / "models", DATABASE_URL=other, CREDPATH_HOST="192.0.2.1")
    words = [Path(sys.executable).parent / "credpath", "serve", "--json"]
    done = subprocess.run(words, env=outside, capture_output=True, text=True, check=False)
    assert "credpath copy --to" in done.stderr
    assert "credpath.db is not" in done.stderr
