"""Twenty goals on real data: ESCO, then Coursera and edX, a bundle, and the answers as a table.

Keeps its database and bundles apart from the sample's, under CREDPATH_HOME/real. Each goal is asked twice: by
a beginner, and by somebody who declares every second of the goal's required skills.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from credpath.config import load_settings
from credpath.domain.learner import Profile
from credpath.domain.paths import Constraints
from credpath.logs import configure_logging
from credpath.service import catalogue, importing
from credpath.service.asking import Ask
from credpath.service.context import Context
from credpath.service.goals import find_goals
from credpath.service.importing import ImportReport
from credpath.service.opening import open_context
from credpath.service.planning_paths import plan_paths
from credpath.service.recommending import recommend
from credpath.service.tenants import PUBLIC
from training.bundle import build_bundle

GOALS = (
    "data analyst", "I want to move from marketing into data", "nurse to health informatics",
    "cybersecurity analyst", "cloud engineer", "machine learning engineer", "UX designer",
    "digital marketing manager", "project manager", "solar energy technician", "sustainability manager",
    "web developer", "financial analyst", "human resources officer", "supply chain manager",
    "secondary school teacher", "game developer", "analista de datos", "sofware develper", "start my own business",
)  # fmt: skip
TENANT = "real"


def main() -> None:
    """Entry point of `make demo-real`."""
    source = os.environ.get("CREDPATH_REAL_DATA", "")
    if not source or not Path(source).is_dir():
        sys.exit("set CREDPATH_REAL_DATA to the folder that holds esco_1_2_0 and catalogues (see README)")
    settings = load_settings()
    configure_logging("warning")
    home = settings.home / "real"
    home.mkdir(parents=True, exist_ok=True)
    context = open_context(f"sqlite:///{home / 'credpath.db'}", home / "models", settings.preferences())
    try:
        load(context, Path(source))
        table(context)
    finally:
        context.close()


def load(context: Context, source: Path) -> None:
    """Imports and bundles; what is there already is recognised as unchanged."""
    steps: tuple[tuple[str, Callable[[], ImportReport]], ...] = (
        ("ESCO", lambda: importing.import_taxonomy(context, PUBLIC, source / "esco_1_2_0", "esco", _silent)),
        ("Coursera", lambda: catalogue.import_catalogue(context, TENANT, source / "catalogues/coursera_1000.csv")),
        ("edX", lambda: catalogue.import_catalogue(context, TENANT, source / "catalogues/edx_816.csv")),
    )
    for title, work in steps:
        started = time.perf_counter()
        report = work()
        print(f"{title}: {report.read} rows, {report.inserted} new, {len(report.refusals)} refused, "
              f"{time.perf_counter() - started:.1f} s", flush=True)  # fmt: skip
    started = time.perf_counter()
    version = build_bundle(context)
    context.serving.check()
    print(f"bundle {version}: {time.perf_counter() - started:.1f} s", flush=True)


def table(context: Context) -> None:
    """One Markdown row a goal and a kind of learner."""
    print("\n| goal | from | occupation | next credential | first reason | steps | hours | gap |")
    print("|---|---|---|---|---|---|---|---|")
    for text in GOALS:
        goals = find_goals(context, TENANT, text, 1).goals
        skills = [s.skill_uri for s in goals[0].skills] if goals else []
        for name, have in (("beginner", ()), ("half", tuple(skills[::2]))):
            print(row(context, text, name, have), flush=True)


def row(context: Context, text: str, name: str, have: tuple[str, ...]) -> str:
    """The answer to one goal as a row of the table."""
    limits = Constraints(languages=frozenset({"en"}), hours_per_week=6)
    ask = Ask(profile=Profile(declared_skills=have), goal_text=text, constraints=limits, limit=3)
    answer = recommend(context, TENANT, ask)
    path = plan_paths(context, TENANT, ask).paths[0]
    first = answer.items[0] if answer.items else None
    title = answer.credentials[first.credential_id].title if first else "(none)"
    reason = first.reasons[0].sentence if first and first.reasons else ""
    goal = f"{answer.goal.label or '(words only)'} ({answer.goal.confidence:.2f})"
    gap = f"{path.gap_before:.0%} to {path.gap_after:.0%}"
    return f"| {text} | {name} | {goal} | {title} | {reason} | {len(path.steps)} | {path.hours:.0f} | {gap} |"


def _silent(_stage: str, _rows: int) -> None:
    """The table says it all."""


if __name__ == "__main__":
    main()
