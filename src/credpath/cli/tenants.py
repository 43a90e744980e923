"""`credpath tenants ...`: who there is, and the end of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from credpath.cli.printing import print_json, say, table
from credpath.cli.running import AsJson, opened, reported, settings
from credpath.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Tenants: list them, or end one.")


@app.command("list")
@reported
def list_tenants(as_json: AsJson = False) -> None:
    """List every tenant that has a catalogue, a key or a learner."""
    from credpath.service import leaving

    with opened() as context:
        found = leaving.list_tenants(context)
    print_json({"tenants": found}) if as_json else table(("tenant",), [(name,) for name in found])


@app.command("forget")
@reported
def forget_tenant(
    name: str,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; otherwise it is only counted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove everything that the database holds of a tenant: catalogue, learners, log, keys. There is no way back."""
    from credpath.service import leaving

    with opened() as context:
        if not yes:
            counts = leaving.count_tenant(context, name)
            what = f"nothing was removed; there are {sum(counts.values())} rows of {name}: {_told(counts)}"
            raise InvalidInput(what, where="--yes", fix="say --yes to remove them, for good")
        removed = leaving.forget_tenant(context, name)
        bundles = leaving.bundles_with(context, name)
    if as_json:
        print_json({"forgotten": name, "removed": removed, "still_in_bundles": bundles})
        return
    say(f"forgot the tenant {name}: {_told(removed)}")
    for line in _left(bundles):
        say(line)


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


def _left(bundles: Sequence[str]) -> list[str]:
    if not bundles:
        return []
    return [
        f"its catalogue and what was learned from it are still in the bundles {', '.join(bundles)}:",
        "run `python -m training.bundle` for one without it, then remove those from the folder "
        f"{settings().models}; a running server lets go of it with the new bundle",
    ]
