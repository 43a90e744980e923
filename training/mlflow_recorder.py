"""MLflow's own process: makes the store, then records the runs that wait whenever it is told to.

`training.tracking` starts it, writes runs into folders and lines to its input, and reads a JSON line for each. The
serving bundle says which model is champion; aliases in MLflow follow it and are never asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from credpath import __version__
from credpath.errors import BundleRefused
from credpath.recommender.bundle_switch import current_version
from credpath.recommender.manifest import BundleManifest, read_manifest
from training.tracking import PENDING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

STORE = "mlflow.db"
ARTEFACTS = "mlflow-artefacts"
ASIDE = ".mlflow-new-"
ABANDONED = 3_600.0  # seconds after which a store that was never finished is removed
PREFIX = "credpath-"
CHAMPION, CHALLENGER = "champion", "challenger"
BATCH = 500  # metrics in a call
MODEL_CODE = Path(__file__).with_name("mlflow_model.py")


def open_store(home: Path) -> MlflowClient:
    """A client of the SQLite store under `home`, which is made first where there is none.

    Raises what MLflow raises, for example for a store of an older release.
    """
    store = home / STORE
    if not store.exists():
        _make(store)
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{store}")
    return mlflow.MlflowClient()


def _make(store: Path) -> None:
    """Makes the store aside and puts it in place when it is whole.

    Some seventy migrations, each waiting for the disk several times, are most of what the first start takes (6 to
    14 s). Nobody reads the file before it is in place, so it is synced once, at the end (2 s).
    """
    import mlflow
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    for left in store.parent.glob(f"{ASIDE}*"):
        if left.stat().st_mtime < time.time() - ABANDONED:
            left.unlink(missing_ok=True)
    aside = store.with_name(f"{ASIDE}{os.getpid()}.db")
    aside.unlink(missing_ok=True)
    event.listen(Engine, "connect", _without_waiting)
    try:
        mlflow.MlflowClient(tracking_uri=f"sqlite:///{aside}").search_experiments(max_results=1)
    finally:
        event.remove(Engine, "connect", _without_waiting)
    with aside.open("rb+") as stream:
        os.fsync(stream.fileno())
    with contextlib.suppress(FileExistsError):  # another process was first, and its store is as good
        os.link(aside, store)
    aside.unlink()


def _without_waiting(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=MEMORY")


def _rehearse() -> None:
    """Saves a model of nothing, so that what MLflow does once in a process is done before somebody waits for it."""
    import mlflow.pyfunc

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "model"
        mlflow.pyfunc.save_model(place, python_model=str(MODEL_CODE), pip_requirements=_requirements())


def _requirements() -> list[str]:
    """Said explicitly: to find them out by itself takes MLflow 25 s."""
    return [f"credpath=={__version__}", *(f"{name}=={version(name)}" for name in ("numpy", "onnxruntime", "mlflow"))]


def record_pending(client: MlflowClient, home: Path, models: Path) -> list[dict[str, str]]:
    """Records every run that waits, oldest first; says for each its name, run id, model version, or the problem."""
    waiting = home / PENDING
    names = sorted(p.name for p in waiting.iterdir() if not p.name.startswith(".")) if waiting.is_dir() else []
    found = []
    for name in names:
        try:
            run_id, model_version = _record(client, home, models, waiting / name)
        except Exception as error:  # whatever MLflow makes of one run, the others are recorded
            found.append({"name": name, "run_id": "", "model_version": "", "problem": _words(error)})
            continue
        shutil.rmtree(waiting / name)
        found.append({"name": name, "run_id": run_id, "model_version": model_version, "problem": ""})
    return found


def _record(client: MlflowClient, home: Path, models: Path, folder: Path) -> tuple[str, str]:
    run = json.loads((folder / "run.json").read_bytes())
    experiment = _experiment(client, home, PREFIX + run["tenant"])
    known = _recorded(client, experiment, folder.name)
    if known is not None:
        return known
    begun = client.create_run(
        experiment, int(run["started_at"] * 1000), {**run["tags"], "record": folder.name}, run_name=folder.name
    )
    run_id = begun.info.run_id
    _log_values(client, run_id, run)
    if (folder / "artefacts").is_dir():
        client.log_artifacts(run_id, str(folder / "artefacts"))
    learned = Path(run["learned"]) if run["learned"] else None
    model_version = _log_model(client, models, run, run_id, learned) if learned and learned.is_dir() else ""
    client.set_tag(run_id, "model_version", model_version)
    client.set_terminated(run_id, "FINISHED", int(run["ended_at"] * 1000))
    return run_id, model_version


def _experiment(client: MlflowClient, home: Path, name: str) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    return str(client.create_experiment(name, artifact_location=(home / ARTEFACTS / name).absolute().as_uri()))


def _recorded(client: MlflowClient, experiment: str, name: str) -> tuple[str, str] | None:
    """The run that was recorded under this name before; one that was left half way is removed."""
    for run in client.search_runs([experiment], f"tags.record = '{name}'"):
        if run.info.status == "FINISHED":
            return str(run.info.run_id), str(run.data.tags.get("model_version", ""))
        client.delete_run(run.info.run_id)
    return None


def _log_values(client: MlflowClient, run_id: str, run: Mapping[str, Any]) -> None:
    from mlflow.entities import Metric, Param

    at = int(run["ended_at"] * 1000)
    metrics = [Metric(name, value, at, 0) for name, value in sorted(run["metrics"].items())]
    params = [Param(name, str(value)[:6_000]) for name, value in sorted(run["params"].items())]
    for start in range(0, max(len(metrics), 1), BATCH):
        client.log_batch(run_id, metrics[start : start + BATCH], params[:100] if start == 0 else ())
    for start in range(100, len(params), 100):
        client.log_batch(run_id, params=params[start : start + 100])


def _log_model(client: MlflowClient, models: Path, run: Mapping[str, Any], run_id: str, learned: Path) -> str:
    """The learned folder as a model of the registry; its version."""
    import mlflow
    import mlflow.pyfunc

    name = PREFIX + run["tenant"]
    with mlflow.start_run(run_id=run_id):  # taken up again: a run begun so would be tagged with user and git commit
        logged = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(MODEL_CODE),
            artifacts={"learned": str(learned)},
            pip_requirements=_requirements(),
            signature=_signature(learned),
            registered_model_name=name,
        )
    made = str(logged.registered_model_version)
    manifest = read_manifest(models / run["bundle_version"])
    client.set_model_version_tag(name, made, "bundle_version", run["bundle_version"])
    client.set_model_version_tag(name, made, "learned_digest", learned_digest(manifest, run["tenant"]))
    return made


def _signature(learned: Path) -> Any:
    """The ranker's features as columns, so that MLflow has nothing to guess; None where there is no ranker."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    facts = learned / "ranker" / "forest.json"
    if not facts.is_file():
        return None
    names = json.loads(facts.read_text(encoding="utf-8"))["names"]
    return ModelSignature(Schema([ColSpec("double", name) for name in names]), Schema([ColSpec("double")]))


def sync_aliases(client: MlflowClient, models: Path) -> list[tuple[str, str, str]]:
    """Puts champion on the version whose files serve, challenger on the newest after it; (model, champion, challenger).

    By the files' digest, not by the bundle's name: a rebuilt bundle carries the same model on.
    """
    try:
        current = current_version(models)
        manifest = read_manifest(models / current) if current else None
    except BundleRefused:
        manifest = None  # nothing can be said of what serves, so nothing is called champion
    found = []
    for model in client.search_registered_models(f"name LIKE '{PREFIX}%'", max_results=1_000):
        digest = learned_digest(manifest, model.name.removeprefix(PREFIX)) if manifest else ""
        versions = sorted(client.search_model_versions(f"name = '{model.name}'"), key=lambda v: int(v.version))
        champion = max((int(v.version) for v in versions if digest and _digest(v) == digest), default=0)
        later = [int(v.version) for v in versions if int(v.version) > champion and _digest(v) != digest]
        wanted = {CHAMPION: champion, CHALLENGER: max(later, default=0)}
        for alias, number in wanted.items():
            if number:
                client.set_registered_model_alias(model.name, alias, str(number))
            elif alias in model.aliases:
                client.delete_registered_model_alias(model.name, alias)
        found.append((model.name, *(str(number or "") for number in wanted.values())))
    return found


def learned_digest(manifest: BundleManifest, tenant: str) -> str:
    """The SHA-256 over a tenant's learned files in a bundle, or "" where it has none; equal models, equal digests."""
    listed = sorted((f.path, f.sha256) for f in manifest.files if f.path.startswith(f"learned/{tenant}/"))
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest() if listed else ""


def _digest(model_version: ModelVersion) -> str:
    return str(model_version.tags.get("learned_digest", ""))


def _words(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:1_000]


def main() -> None:
    """Entry point: the folders of the installation and of the bundles; then a line of input for each answer."""
    home, models = Path(sys.argv[1]), Path(sys.argv[2])
    os.nice(5)  # the fit goes first
    answers = _claim_output()
    client, problem = None, ""
    try:
        client = open_store(home)
        _rehearse()
    except Exception as error:  # whatever it is, the one who asks is told and goes on without
        problem = _words(error)
    for _ in sys.stdin:
        answer = {"problem": problem} if client is None else _answer(client, home, models)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    os._exit(0)  # all is committed and said; to take MLflow's modules down would take seconds that somebody waits for


def _answer(client: MlflowClient, home: Path, models: Path) -> dict[str, Any]:
    recorded = record_pending(client, home, models)
    try:
        return {"recorded": recorded, "aliases": sync_aliases(client, models), "problem": ""}
    except Exception as error:  # the runs are recorded; that is said all the same
        return {"recorded": recorded, "aliases": [], "problem": f"aliases: {_words(error)}"}


def _claim_output() -> IO[str]:
    """Standard output for answers alone: whatever else prints, prints to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    main()
