"""What every command shares: settings, an opened context, the tenant, errors turned into exit codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from credpath.cli.printing import print_error
from credpath.config import Settings, load_settings
from credpath.errors import CredpathError, InvalidInput
from credpath.logs import configure_logging
from credpath.service.context import Context
from credpath.service.opening import open_context
from credpath.service.tenants import check_tenant

P = ParamSpec("P")
FAILED, MISUSED = 1, 2

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Tenant = Annotated[str, typer.Option("--tenant", help="Whose rows. Default: CREDPATH_TENANT.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


def settings() -> Settings:
    """The settings of this process, read when a command runs."""
    return load_settings()


def tenant_of(option: str) -> str:
    """The tenant that was asked for, or the configured one."""
    return check_tenant(option or settings().tenant)


@contextmanager
def opened() -> Iterator[Context]:
    """A context for one command."""
    chosen = settings()
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
