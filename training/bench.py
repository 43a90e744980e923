"""Speed and memory of a real server, as ratios measured in one run.

HTTP recommend (one keep-alive connection, stored learners, impression durable before the answer) beside the bare
faiss, feature and ranker calls for the very same learners, taken turn about so that both see the same machine.
Catalogues: the one in CREDPATH_HOME, the real one of `make demo-real` where it is, and 20,000 synthetic credentials.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import closing as closed_after
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from credpath.cli.printing import print_json, say, table
from credpath.config import load_settings
from credpath.domain.learner import Learner, Profile
from credpath.logs import configure_logging
from credpath.recommender.closing import closing, open_gap
from credpath.recommender.features import feature_matrix
from credpath.recommender.recommend import RULES, consider
from credpath.recommender.retrieval import assess_worth, near_goal
from credpath.recommender.standing import stand
from credpath.service import keys, learners
from credpath.service.asking import Ask, understand
from credpath.service.context import Context
from credpath.service.opening import open_context
from credpath.service.recommending import request
from credpath.store.imports import record_import
from credpath.store.taxonomies import load_taxonomy, resolve_owner
from training.bench_catalogue import SYNTHETIC, fill_synthetic
from training.bundle import build_bundle

LEARNERS, TURNS, WARM_UP = 40, 400, 40
TENANT = "bench"


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds are medians. `ratio`: HTTP recommend over the bare calls.

    `flush_p50`: one small durable write to the same database, the part of a recommendation that waits for the disk
    before it is acknowledged; `ratio_less_flush` leaves it out.
    """

    catalogue: str
    credentials: int
    ready_seconds: float
    resident_mib: float
    http_p50: float
    http_p95: float
    bare_p50: float
    ratio: float
    flush_p50: float
    ratio_less_flush: float
    empty_route_p50: float


def main() -> None:
    """Entry point of `make bench`."""
    parser = ArgumentParser(prog="python -m training.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--turns", type=int, default=TURNS, help="requests a catalogue")
    parser.add_argument("--only", default="", help="sample, real or synthetic")
    chosen = parser.parse_args()
    configure_logging("warning")
    found = [measure(*place, chosen.turns) for place in places(chosen.only)]
    if chosen.json:
        print_json([asdict(m) for m in found])
        return
    names = tuple(Measured.__dataclass_fields__)
    table(names, [[_shown(getattr(m, name)) for name in names] for m in found])
    say("ratio: HTTP recommend p50 over the bare faiss, feature and ranker calls; milliseconds; one thread a request")


def places(only: str) -> Iterator[tuple[str, str, Path, str]]:
    """(name, database URL, models, tenant) of each catalogue; databases are copies, so nothing is left."""
    settings = load_settings()
    real = settings.home / "real"
    found = [("sample", settings.home, settings.models, settings.tenant), ("real", real, real / "models", "real")]
    with tempfile.TemporaryDirectory(dir=settings.home) as folder:  # on the disk that serves, not in memory
        for name, home, models, tenant in found:
            if only in ("", name) and (home / "credpath.db").exists():
                yield name, copied(home / "credpath.db", Path(folder) / f"{name}.db"), models, tenant
        if only in ("", "synthetic"):
            url, models = f"sqlite:///{folder}/synthetic.db", Path(folder) / "models"
            with opened(url, models) as context:
                fill_synthetic(context, TENANT)
                build_bundle(context)
            yield f"{SYNTHETIC:,} synthetic", url, models, TENANT


def copied(source: Path, target: Path) -> str:
    """The URL of a copy of a SQLite file that may be in use."""
    from pysqlite3 import dbapi2

    with closed_after(dbapi2.connect(str(source))) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    return f"sqlite:///{target}"


def measure(name: str, url: str, models: Path, tenant: str, turns: int) -> Measured:
    """Starts a server on the catalogue and takes turns between it and the bare calls."""
    with opened(url, models) as context:
        ids = store_learners(context, tenant)
        secret, _ = keys.create_key(context, tenant, "bench", ["recommend"])
        with server(url, models) as (port, pid, ready):
            connection = http.client.HTTPConnection("127.0.0.1", port)
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

            def recommend(learner: str) -> None:
                body = json.dumps({"learner_id": learner, "limit": 5})
                connection.request("POST", "/v1/recommendations", body, headers)
                answer = connection.getresponse()
                content = answer.read()
                assert answer.status == 200, content  # noqa: S101 - a benchmark of failures measures nothing

            def empty(_: str) -> None:
                connection.request("GET", "/livez")
                connection.getresponse().read()

            def flush(_: str) -> None:
                context.writer.submit(lambda c: record_import(c, tenant, "bench", context.clock(), {})).result()

            bare = {learner: bare_calls(context, tenant, learner) for learner in ids}
            works = (recommend, lambda learner: bare[learner](), empty, flush)
            for learner in ids[:WARM_UP]:
                for work in works:
                    work(learner)
            samples = [[timed(work, ids[turn % len(ids)]) for work in works] for turn in range(turns)]
            resident = memory(pid)
    columns = [sorted(column) for column in zip(*samples, strict=True)]
    over_http, calls, alive, disk = (statistics.median(column) for column in columns)
    return Measured(
        name, size(context, tenant), ready, resident, over_http, columns[0][int(0.95 * turns)], calls,
        over_http / calls, disk, (over_http - disk) / calls, alive,
    )  # fmt: skip


def bare_calls(context: Context, tenant: str, learner: str) -> Callable[[], object]:
    """The search, the features and the ranking of one recommendation, everything else done beforehand.

    What a feature is computed from (gap, what closes it, what unlocks it) is part of the feature calls; reading the
    learner, filters, retrieval's other lists, choice, diversity, reasons, log and HTTP are not.
    """
    question = understand(context, tenant, Ask(learner_id=learner))
    asked = request(context, tenant, question, Ask(learner_id=learner), 0, context.clock())
    index = question.catalogue.index
    standing = stand(index, question.snapshot)
    considered = consider(index, asked, standing, asked.constraints, asked.today)
    situation = considered.situation
    allowed = situation.eligibility.eligible
    depth = len(considered.scores)

    def run() -> object:
        near_goal(index, asked.goal_vector, allowed, depth)
        gap = open_gap(index, asked.goal, standing)
        closed = closing(index, gap)
        assess_worth(index, standing, situation.eligibility, closed)
        closed.matrix(situation.candidates.rows)
        return RULES.score(feature_matrix(situation))

    return run


def store_learners(context: Context, tenant: str) -> list[str]:
    """Learners with a goal each, over the occupations of the taxonomy."""
    with context.database.read() as connection:
        taxonomy = load_taxonomy(connection, resolve_owner(connection, tenant))
    labels = sorted(o.label for o in taxonomy.occupations) if taxonomy else []
    step = max(1, len(labels) // LEARNERS)
    ids = []
    for number, label in enumerate(labels[::step][:LEARNERS]):
        learners.put_learner(context, tenant, Learner(f"bench-{number}", Profile(goal=label, languages=("en",))))
        ids.append(f"bench-{number}")
    return ids


def size(context: Context, tenant: str) -> int:
    """Credentials in the tenant's index."""
    return len(context.serving.bundle.catalogues[tenant].index.ids)


def timed(work: Callable[[str], object], learner: str) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    work(learner)
    return 1000.0 * (time.perf_counter() - started)


@contextmanager
def opened(url: str, models: Path) -> Iterator[Context]:
    """A context that is closed at the end."""
    context = open_context(url, models)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def server(url: str, models: Path) -> Iterator[tuple[int, int, float]]:
    """(port, process, seconds until ready) of a server of its own."""
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": url, "CREDPATH_MODELS": str(models), "CREDPATH_LOG_LEVEL": "warning"}
    program = [str(Path(sys.executable).parent / "credpath"), "serve", "--port", str(port)]
    started = time.perf_counter()
    with subprocess.Popen(program, env=environment) as process:
        try:
            wait_ready(port)
            yield port, process.pid, time.perf_counter() - started
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_ready(port: int, seconds: float = 60.0) -> None:
    """Returns when /readyz says yes. Raises TimeoutError."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError("the server is not ready")


def memory(pid: int) -> float:
    """Resident MiB of a process, its own and shared pages alike."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _shown(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
