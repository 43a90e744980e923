"""Runs of retraining, kept in MLflow under CREDPATH_HOME: parameters, figures with intervals, plots, cards, the model.

MLflow works in a process of its own, started early so that its slow start overlaps with the fit. What is to be kept
is first written to a folder of ours: whatever becomes of MLflow loses neither the run nor the retraining, and what
could not be recorded is recorded next time. `python -m training.tracking` does that by hand and puts the aliases
champion and challenger where the serving bundle says.
"""

from __future__ import annotations

import json
import math
import os
import queue
import re
import secrets
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from credpath.cli.printing import print_error, print_json, say, table
from credpath.config import load_settings
from credpath.errors import CredpathError, InvalidInput
from credpath.evaluation.intervals import Interval

PENDING = "mlflow-pending"  # runs that wait to be recorded, one folder each
LOG = "mlflow.log"  # what MLflow itself has to say
PATIENCE = 120.0  # seconds that the end of a retraining waits for MLflow
METRIC = re.compile(r"[a-z][a-z0-9_]{0,150}")
# MLflow reports usage to its makers unless told not to, and would look for a git repository to name.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


@dataclass(frozen=True)
class Run:
    """One retraining as it is kept. Figures that are not finite are left out, since no plot or query can use them.

    `learned`: the tenant's folder in the published bundle of that `bundle_version`, the model's artefact; it goes into
    the registry as `credpath-<tenant>`. `artefacts`: path -> content. Raises InvalidInput for a name that MLflow
    refuses, such as `ndcg@10`.
    """

    tenant: str
    started_at: datetime
    ended_at: datetime
    figures: Mapping[str, Interval]
    params: Mapping[str, str | float | bool] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    artefacts: Mapping[str, bytes | str] = field(default_factory=dict)
    bundle_version: str = ""
    learned: Path | None = None

    def __post_init__(self) -> None:
        for name in self.figures:
            if not METRIC.fullmatch(name):
                raise InvalidInput(f"{name!r} is no name of a metric", where="figures", fix="such as ndcg_at_10")
        for path in self.artefacts:
            if not all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", part) for part in path.split("/")):
                raise InvalidInput(
                    f"{path!r} is no path of an artefact", where="artefacts", fix="such as plots/gain.png"
                )


@dataclass(frozen=True, slots=True)
class Recorded:
    """How recording went: MLflow's run id and model version ("" where there is none), or the `problem` in words."""

    run_id: str = ""
    model_version: str = ""
    problem: str = ""


@dataclass
class Tracking:
    """MLflow as a process beside this one. None of its methods raises for what MLflow does or fails to do."""

    home: Path
    process: subprocess.Popen[str] | None
    patience: float = PATIENCE
    problem: str = ""
    _answers: queue.Queue[str] = field(default_factory=queue.Queue)

    def record(self, run: Run) -> Recorded:
        """Keeps the run, waits until MLflow has it, and says under which id, or why it has not."""
        try:
            name = write_run(self.home, run)
        except OSError as error:
            return Recorded(problem=f"the run could not be written under {self.home}: {error}")
        answer = self.sync()
        for entry in answer.get("recorded", ()):
            if entry.get("name") == name:
                return Recorded(entry["run_id"], entry["model_version"], entry["problem"])
        why = answer.get("problem") or "it did not answer for this run"
        kept = f"kept in {self.home / PENDING / name}; `python -m training.tracking` tries again"
        return Recorded(problem=f"MLflow: {why}; the run is {kept}")

    def sync(self) -> dict[str, Any]:
        """Records what waits and puts the aliases right; MLflow's answer, or {"problem": ...}."""
        try:
            if self.process is None or self.process.stdin is None:
                return {"problem": self.problem}
            self.process.stdin.write("record\n")
            self.process.stdin.flush()
            found = json.loads(self._answers.get(timeout=self.patience))
        except queue.Empty:
            return {"problem": f"no answer within {self.patience:g} s"}
        except (OSError, ValueError):
            return {"problem": self._last_words()}
        return found if isinstance(found, dict) else {"problem": "an answer that is none"}

    def listen(self, answers: IO[str]) -> None:
        """Collects the answers of the process until it ends; an empty one is its end."""
        for line in answers:
            self._answers.put(line)
        self._answers.put("")

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = (self.home / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
            return f"it ended: {lines[-1][:500]}" if lines else "it ended"
        return "it ended"


@contextmanager
def open_tracking(home: Path, models: Path, *, patience: float = PATIENCE) -> Iterator[Tracking]:
    """Starts MLflow's process, which makes its store while the caller fits; ends it with the block."""
    tracking = Tracking(home, None, patience)
    try:
        tracking.process = _started(home, models)
        if tracking.process.stdout is not None:
            threading.Thread(target=tracking.listen, args=(tracking.process.stdout,), daemon=True).start()
    except OSError as error:
        tracking.problem = f"it could not be started: {error}"
    try:
        yield tracking
    finally:
        if tracking.process is not None:
            _end(tracking.process)


def _started(home: Path, models: Path) -> subprocess.Popen[str]:
    home.mkdir(parents=True, exist_ok=True)
    # Where this process found `training`, the other one shall too; a setting of MLflow's might send runs elsewhere.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")} | QUIET
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, sys.path)])
    program = [sys.executable, "-m", "training.mlflow_recorder", str(home.absolute()), str(models.absolute())]
    with (home / LOG).open("w", encoding="utf-8") as log:
        return subprocess.Popen(  # noqa: S603
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()  # it ends at the end of its input, after what it is doing
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def write_run(home: Path, run: Run) -> str:
    """Writes the run where MLflow's process finds it, whole or not at all; returns its name."""
    name = f"{run.started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{run.tenant}-{secrets.token_hex(4)}"
    folder = home / PENDING / f".{name}"
    for path, content in run.artefacts.items():
        target = folder / "artefacts" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(_document(run), sort_keys=True, indent=1), encoding="utf-8")
    folder.rename(home / PENDING / name)
    return name


def _document(run: Run) -> dict[str, Any]:
    metrics = {}
    for name, interval in run.figures.items():
        parts = {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
        metrics.update({part: value for part, value in parts.items() if math.isfinite(value)})
    return {
        "tenant": run.tenant,
        "started_at": run.started_at.timestamp(),
        "ended_at": run.ended_at.timestamp(),
        "metrics": metrics,
        "params": dict(run.params),
        "tags": {"tenant": run.tenant, "bundle_version": run.bundle_version, **run.tags},
        "bundle_version": run.bundle_version,
        "learned": str(run.learned.absolute()) if run.learned else "",
    }


def main() -> None:
    """Entry point of `python -m training.tracking`."""
    parser = ArgumentParser(prog="python -m training.tracking", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    chosen = parser.parse_args()
    try:
        settings = load_settings()
    except CredpathError as error:
        print_error(error, chosen.json)
        raise SystemExit(2) from error
    with open_tracking(settings.home, settings.models) as tracking:
        answer = tracking.sync()
    if chosen.json:
        print_json(answer)
    else:
        _print(answer, settings.home)
    raise SystemExit(1 if answer.get("problem") else 0)


def _print(answer: Mapping[str, Any], home: Path) -> None:
    for entry in answer.get("recorded", ()):
        say(f"{entry['name']}: {entry['problem'] or 'run ' + entry['run_id']}")
    table(("model", "champion", "challenger"), [tuple(row) for row in answer.get("aliases", ())])
    if answer.get("problem"):
        say(f"MLflow: {answer['problem']}")
    say(f"look at the runs: mlflow ui --backend-store-uri sqlite:///{home.absolute() / 'mlflow.db'}")


if __name__ == "__main__":
    main()
