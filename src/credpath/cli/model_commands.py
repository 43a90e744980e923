"""Commands about bundles: list with figures, promote, roll back, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from credpath.cli.printing import print_json, say, table
from credpath.cli.running import AsJson, Tenant, opened, reported, tenant_of

if TYPE_CHECKING:
    from credpath.evaluation.intervals import Interval

app = typer.Typer(no_args_is_help=True, help="Bundles: which one serves, and which did.")
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the history.")]
Limit = Annotated[int, typer.Option(help="How many switches.", min=1, max=10_000)]
SHOWN = ("ndcg_at_10", "hr_at_10")  # of the metrics, in a table; --json has all
BY = "operator"


@app.command("list")
@reported
def list_models(tenant: Tenant = "", as_json: AsJson = False) -> None:
    """List the bundles on disk with the figures of the tenant's model; the serving one is marked."""
    from credpath.service import promotion

    with opened() as context:
        found = promotion.list_models(context, tenant_of(tenant))
    if as_json:
        print_json({"models": [asdict(m) for m in found]})
        return
    rows = [
        (m.version, _minute(m.created_at), "*" if m.current else "", m.verdict or "rules", *_shown(m.metrics), m.note)
        for m in found
    ]
    table(("version", "created", "serves", "gate", *SHOWN, "note"), rows)


@app.command("history")
@reported
def history(limit: Limit = 20, tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Show who switched to what, when and why, newest first."""
    from credpath.service import promotion

    with opened() as context:
        found = promotion.history(context, tenant_of(tenant), limit=limit, operator=True)
    if as_json:
        print_json({"history": [asdict(c) for c in found]})
        return
    rows = [(_minute(c.at), c.version, c.by, c.reason, *_shown(c.metrics)) for c in found]
    table(("at", "version", "by", "why", *SHOWN), rows)


@app.command("promote")
@reported
def promote(version: str, reason: Reason = "", as_json: AsJson = False) -> None:
    """Verify a bundle and make it the one that serves, also one that the gate held, and then say so."""
    from credpath.service import promotion

    with opened() as context:
        switched = promotion.promote(context, version, by=BY, reason=reason)
        held = promotion.held_by_gate(context, version)
    if as_json:
        print_json({"serves": version, "held_by_gate": held})
        return
    say(f"{version} serves" if switched else f"{version} serves already; nothing was switched")
    for tenant, sentence in held.items():
        say(f"the gate had held its model of {tenant}: {sentence}; `credpath models rollback` goes back")


@app.command("rollback")
@reported
def rollback(reason: Reason = "", as_json: AsJson = False) -> None:
    """Go back to the bundle that served before."""
    from credpath.service import promotion

    with opened() as context:
        version = promotion.rollback(context, by=BY, reason=reason)
    print_json({"serves": version}) if as_json else say(f"{version} serves again")


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _shown(metrics: Mapping[str, Interval]) -> list[str]:
    found = [metrics.get(name) for name in SHOWN]
    return [f"{i.value:.3f} ({i.low:.3f} to {i.high:.3f})" if i else "" for i in found]
