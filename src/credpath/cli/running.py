"""What every command shares: settings, an opened context, the tenant, errors turned into exit codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, ParamSpec

import typer

from credpath.cli.printing import print_error
from credpath.errors import CredpathError, InvalidInput, NotFound

if TYPE_CHECKING:
    from credpath.config import Settings
    from credpath.service.context import Context

P = ParamSpec("P")
FAILED, MISUSED = 1, 2


class Absent(NamedTuple):
    """What is not there, and what to do."""

    problem: str
    fix: str = "set CREDPATH_HOME to the folder that has one, or begin one with `credpath import taxonomy DIR`"


AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Tenant = Annotated[str, typer.Option("--tenant", help="Whose rows. Default: CREDPATH_TENANT.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


def settings() -> Settings:
    """The settings of this process, read when a command runs."""
    from credpath.config import load_settings

    return load_settings()


def tenant_of(option: str) -> str:
    """The tenant that was asked for, or the configured one."""
    from credpath.service.tenants import check_tenant

    return check_tenant(option or settings().tenant)


def absent_database(chosen: Settings) -> Absent | None:
    """What to say where opening would make a database: who looks in the wrong folder wants no second one."""
    from credpath.store.session import database_url

    url = database_url(chosen.url)
    if url.get_backend_name() != "sqlite" or Path(str(url.database)).exists():
        return None
    return Absent(f"there is no database {url.database}")


@contextmanager
def opened(*, first: bool = False) -> Iterator[Context]:
    """A context for one command. `first`: it may be the first one of an installation, and makes the database.

    Raises NotFound where there is no database for any other.
    """
    from credpath.logs import configure_logging
    from credpath.service.opening import open_context

    chosen = settings()
    absent = None if first else absent_database(chosen)
    if absent:
        raise NotFound(absent.problem, where="CREDPATH_HOME", fix=absent.fix)
    # A command speaks for itself; below a warning its log would only repeat that.
    configure_logging("warning" if chosen.log_level == "info" else chosen.log_level)
    context = open_context(chosen.url, chosen.models, chosen.preferences())
    try:
        yield context
    finally:
        context.close()


def reported(command: Callable[P, None]) -> Callable[P, None]:
    """Turns our errors into a message and an exit code: 1 failed, 2 misused."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except CredpathError as error:
            print_error(error, bool(kwargs.get("as_json")))
            raise typer.Exit(MISUSED if isinstance(error, InvalidInput) else FAILED) from error

    return run
