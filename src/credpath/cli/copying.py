"""The command `copy`: all that a database holds into another one; and what to say where that was forgotten."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from credpath.cli.printing import print_json, progress, say, table
from credpath.cli.running import AsJson, opened, reported
from credpath.errors import InvalidInput, NotReady

if TYPE_CHECKING:
    from credpath.config import Settings


@reported
def copy(
    to: Annotated[str, typer.Option("--to", help="URL of an empty database, as DATABASE_URL will be.")],
    as_json: AsJson = False,
) -> None:
    """Copy the whole database into an empty one. Stop the server first: what it writes meanwhile stays behind."""
    from credpath.store.copying import copy_database
    from credpath.store.session import Database

    target = Database(to)
    with opened() as context, progress("copy", as_json) as tick:
        if target.url == context.database.url:
            fix = "DATABASE_URL must still name the database to copy from, or be unset for the file in CREDPATH_HOME"
            raise InvalidInput("this is the database that is read from", where="--to", fix=fix)
        try:
            counts = copy_database(context.database, target, tick)
        finally:
            target.dispose()
    if as_json:
        print_json({"copied": counts, "rows": sum(counts.values()), "to": target.name})
        return
    table(("table", "rows"), [(name, count) for name, count in counts.items() if count])
    say(f"copied and counted again: {sum(counts.values())} rows are in {target.name}; serve it with DATABASE_URL")


def left_behind(chosen: Settings) -> tuple[str, str] | None:
    """(problem, fix) where DATABASE_URL names an empty database while the file in the home holds everything."""
    from credpath.store.copying import is_used
    from credpath.store.session import Database

    file = chosen.home / "credpath.db"
    if not chosen.database_url or not file.exists():
        return None
    kept, named = Database(f"sqlite:///{file}"), Database(chosen.database_url)
    try:
        with suppress(NotReady):  # what cannot be reached is said where it is used
            if kept.url != named.url and is_used(kept) and not is_used(named):
                fix = "unset DATABASE_URL and run `credpath copy --to URL`, or move the file away if it is of no use"
                return f"the database of DATABASE_URL is empty, and {file} is not", fix
    finally:
        kept.dispose()
        named.dispose()
    return None
