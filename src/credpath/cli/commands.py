"""The tree of commands. `--help` stays fast: what a command needs is imported when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from credpath import __version__
from credpath.cli import answers, assess, imports, model_commands, operators, paths
from credpath.cli.printing import say
from credpath.cli.running import reported, settings

app = typer.Typer(
    no_args_is_help=True,
    help="Recommends the next micro-credential toward a career goal.",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(imports.app, name="import")
app.add_typer(operators.keys, name="keys")
app.add_typer(model_commands.app, name="models")
app.command("goals")(answers.goals)
app.command("recommend")(answers.recommend)
app.command("path")(paths.path)
app.command("compare")(paths.compare)
app.command("assess")(assess.assess)
app.command("doctor")(operators.doctor)
app.command("export")(operators.export)
app.command("forget")(operators.forget)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    """Recommends the next micro-credential toward a career goal."""
    if version:
        say(f"credpath {__version__}")
        raise typer.Exit


@app.command("serve")
@reported
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on. Default: CREDPATH_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port. Default: CREDPATH_PORT.", min=0, max=65535)] = 0,
    workers: Annotated[int, typer.Option(help="Server processes. Default: CREDPATH_WORKERS.", min=0, max=64)] = 0,
) -> None:
    """Serve the HTTP API until interrupted."""
    from credpath.api.server import serve as run_server

    chosen = settings()
    changed = {"host": host or chosen.host, "port": port or chosen.port, "workers": workers or chosen.workers}
    run_server(chosen.model_copy(update=changed))


def main() -> None:
    """Entry point of the `credpath` command."""
    app()
