"""Two retrainings at once: exactly one runs, in real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credpath.errors import Conflict
from training.retrain_lock import LOCK, WORK, only_retraining

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ROOT = Path(__file__).parent.parent.parent
RETRAINS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from credpath.errors import Conflict
from training.retrain_lock import only_retraining
try:
    with only_retraining(Path(sys.argv[1]), at=datetime.now(UTC)) as folder:
        (folder / "forest.npz").touch()
        print("runs", flush=True)
        sys.stdin.readline()
except Conflict as conflict:
    print(conflict, flush=True)
    sys.exit(1)
"""


def start(models: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    return subprocess.Popen(
        [sys.executable, "-c", RETRAINS, str(models)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path},
    )  # fmt: skip


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_several_that_start_at_once_exactly_one_runs_and_the_others_leave_with_1(tmp_path: Path) -> None:
    started = [start(tmp_path / "models") for _ in range(4)]
    answers = [said(process) for process in started]
    assert answers.count("runs") == 1
    winner = started[answers.index("runs")]
    losers = [process for process in started if process is not winner]
    assert [process.wait(timeout=30) for process in losers] == [1, 1, 1]
    assert all("a retraining runs already" in answer for answer in answers if answer != "runs")
    winner.communicate("\n", timeout=30)
    assert winner.returncode == 0


def test_the_second_is_told_who_runs_since_when(tmp_path: Path) -> None:
    with only_retraining(tmp_path, at=NOW):
        second = start(tmp_path)
        answer = said(second)
        assert second.wait(timeout=30) == 1
    assert f"process {os.getpid()}, since 2026-11-21T09:30:00+00:00" in answer


def test_one_that_was_killed_leaves_the_lock_to_the_next(tmp_path: Path) -> None:
    first = start(tmp_path)
    assert said(first) == "runs"
    first.kill()
    first.communicate()
    with only_retraining(tmp_path, at=NOW):
        assert str(os.getpid()) in (tmp_path / LOCK).read_text(encoding="utf-8")


def test_what_one_that_was_killed_was_working_on_is_removed_by_the_next(tmp_path: Path) -> None:
    first = start(tmp_path)
    assert said(first) == "runs"
    first.kill()
    first.communicate()
    [left] = tmp_path.glob(f"{WORK}*")
    assert (left / "forest.npz").exists()
    with only_retraining(tmp_path, at=NOW) as folder:
        assert list(tmp_path.glob(f"{WORK}*")) == [folder]
        assert not list(folder.iterdir())
    assert not list(tmp_path.glob(f"{WORK}*"))


def test_a_second_one_leaves_the_work_of_the_first_alone(tmp_path: Path) -> None:
    first = start(tmp_path)
    assert said(first) == "runs"
    with pytest.raises(Conflict), only_retraining(tmp_path, at=NOW):
        pass
    assert list(tmp_path.glob(f"{WORK}*/forest.npz"))
    first.communicate("\n", timeout=30)


def test_one_that_failed_leaves_it_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="failed"), only_retraining(tmp_path, at=NOW):
        raise ValueError("the fit failed")
    with only_retraining(tmp_path, at=NOW):
        pass


@pytest.mark.parametrize("left", ["", "{", '{"pid"', "[]", '{"pid": 1}'])
def test_a_holder_that_has_not_signed_yet_is_no_error(tmp_path: Path, left: str) -> None:
    with only_retraining(tmp_path, at=NOW):
        (tmp_path / LOCK).write_text(left, encoding="utf-8")
        with pytest.raises(Conflict, match="began just now"), only_retraining(tmp_path, at=NOW):
            pass


def test_another_folder_of_bundles_may_retrain_meanwhile(tmp_path: Path) -> None:
    with only_retraining(tmp_path / "a", at=NOW), only_retraining(tmp_path / "b", at=NOW):
        assert (tmp_path / "a" / LOCK).exists()
        assert (tmp_path / "b" / LOCK).exists()
