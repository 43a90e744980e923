"""The tree of commands. `--help` stays fast: what a command needs is imported when it runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from credpath import __version__
from credpath.cli import answers, assess, copying, doctor, imports, model_commands, operators, paths, tenants
from credpath.cli.printing import print_error, print_line, say, warn
from credpath.cli.running import reported, settings
from credpath.errors import InvalidInput

app = typer.Typer(
    no_args_is_help=True,
    help="Recommends the next micro-credential toward a career goal.",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(imports.app, name="import")
app.add_typer(operators.keys, name="keys")
app.add_typer(model_commands.app, name="models")
app.add_typer(tenants.app, name="tenants")
app.command("goals")(answers.goals)
app.command("recommend")(answers.recommend)
app.command("path")(paths.path)
app.command("compare")(paths.compare)
app.command("assess")(assess.assess)
app.command("doctor")(doctor.doctor)
app.command("copy")(copying.copy)
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
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: CREDPATH_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port; 0 lets the system choose. Default: CREDPATH_PORT.", min=0, max=65535)
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Server processes. Default: CREDPATH_WORKERS.", min=1, max=64)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line with the URL, once it listens.")] = False,
) -> None:
    """Serve the HTTP API until interrupted."""
    from credpath.api.server import serve as run_server

    asked = {"host": host, "port": port, "workers": workers}
    chosen = settings().model_copy(update={name: value for name, value in asked.items() if value is not None})
    if forgotten := copying.left_behind(chosen):
        warn(*forgotten)
    run_server(chosen, (lambda url: print_line({"url": url})) if as_json else lambda _url: None)


def main() -> None:
    """Entry point of the `credpath` command."""
    if "--json" not in sys.argv:
        app()
        return
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:  # no command could be told, so none could answer in JSON
        context = getattr(error, "ctx", None)
        asked = context.command_path if context else "credpath"
        print_error(InvalidInput(error.format_message(), where=asked, fix=f"see `{asked} --help`"), as_json=True)
        code = error.exit_code
    sys.exit(code)
