"""How a command speaks: tables for people, one JSON document for machines, one clear line for an error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from credpath.errors import BatchRefused, CredpathError, Refusal

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
MAX_REFUSALS_SHOWN = 50
UNCUT = 10_000  # columns where nobody's terminal says how many there are


def print_json(document: Any) -> None:
    """One JSON document on stdout, keys sorted, nothing else."""
    text = orjson.dumps(document, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    sys.stdout.write(text.decode() + "\n")


def print_line(document: Any) -> None:
    """One JSON document on one line of stdout at once, from a command that goes on."""
    sys.stdout.write(orjson.dumps(document, default=_plain, option=orjson.OPT_SORT_KEYS).decode() + "\n")
    sys.stdout.flush()


def _plain(value: object) -> object:
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def say(text: str) -> None:
    """One line for a person; what looks like markup stays text."""
    OUT.print(escape(text))


def warn(problem: str, fix: str) -> None:
    """One line beside what a command prints, for a person who watches it."""
    ERR.print(f"[yellow]warning[/yellow]: {escape(f'{problem} ({fix})')}")


def stage(text: str) -> None:
    """One line of progress, for a person who watches; whatever stays to be read is in what the command prints."""
    if ERR.is_terminal:
        ERR.print(escape(text))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """A plain table for a person."""
    drawn = Table(*columns, title=title or None, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*(escape(str(cell)) for cell in row))
    console = OUT if OUT.is_terminal else Console(width=UNCUT, highlight=False)
    console.print(drawn)


def print_error(error: CredpathError, as_json: bool) -> None:
    """What, where, how to fix; every bad row of a refused batch."""
    if as_json:
        problem = {"error": error.slug, "what": error.what, "where": error.where, "fix": error.fix}
        rows = [vars_of(r) for r in error.refusals] if isinstance(error, BatchRefused) else []
        print_json({**problem, "refusals": rows} if rows else problem)
        return
    ERR.print(f"[red]error[/red]: {escape(str(error))}")
    if isinstance(error, BatchRefused):
        print_refusals(error.refusals, ERR)


def print_refusals(refusals: Sequence[Refusal], console: Console = ERR) -> None:
    """The first rows that were refused, and how many more."""
    for refusal in refusals[:MAX_REFUSALS_SHOWN]:
        console.print(f"  {escape(str(refusal))}")
    if len(refusals) > MAX_REFUSALS_SHOWN:
        console.print(f"  ... and {len(refusals) - MAX_REFUSALS_SHOWN} more; --json lists them all")


def vars_of(refusal: Refusal) -> dict[str, object]:
    """A refusal as JSON."""
    return {"file": refusal.file, "line": refusal.line, "reason": refusal.reason, "fix": refusal.fix}


@contextmanager
def progress(title: str, quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """A bar on a terminal only; the yielded function takes (stage, rows done)."""
    if quiet or not ERR.is_terminal:
        yield lambda _stage, _rows: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=ERR, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda stage, rows: bar.update(task, description=f"{title}: {stage}", completed=rows)
