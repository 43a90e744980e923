"""Retraining from logged outcomes: this version counts what there is to learn from and holds, saying why.

Every recommendation is logged with features, propensity and versions, so nothing is lost by waiting.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from credpath.cli.printing import print_json, say
from credpath.cli.running import opened, tenant_of
from credpath.store.impressions import load_impressions
from credpath.store.outcomes import load_outcomes

WHY = (
    "hold: this version ranks by rules and has no learned ranker yet, so there is nothing to fit; "
    "the bundle that serves stays"
)


def main() -> None:
    """Entry point of `make retrain`. Exits 1: nothing was promoted."""
    parser = ArgumentParser(prog="python -m training.retrain", description=__doc__)
    parser.add_argument("--config", type=Path, help="settings of a fit; accepted and not read yet")
    parser.add_argument("--tenant", default="", help="default: CREDPATH_TENANT")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    chosen = parser.parse_args()
    with opened() as context, context.database.read() as connection:
        tenant = tenant_of(chosen.tenant)
        impressions = sum(1 for _ in load_impressions(connection, tenant))
        outcomes = sum(1 for _ in load_outcomes(connection, tenant))
    if chosen.json:
        print_json({"promoted": False, "why": WHY, "impressions": impressions, "outcomes": outcomes})
    else:
        say(f"{impressions} impressions and {outcomes} outcomes are logged for {tenant}")
        say(WHY)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
