"""Small pieces of Markdown for the cards: tables, lists, figures with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from credpath.evaluation.intervals import Interval


def figure(interval: Interval | None, *, signed: bool = False) -> str:
    """Value and interval to three places; empty where there is none."""
    if interval is None:
        return ""
    sign = "+" if signed else ""
    return f"{interval.value:{sign}.3f} ({interval.low:{sign}.3f} to {interval.high:{sign}.3f})"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, words: bool = False) -> str:
    """A table; "" without rows. With `words` all columns are text, else all but the first hold numbers."""
    lines = ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    if not lines:
        return ""
    rule = "|" + "|".join(["---", *("---" if words else "---:" for _ in columns[1:])]) + "|"
    return "\n".join(["| " + " | ".join(columns) + " |", rule, *lines])


def bullets(items: Iterable[object]) -> str:
    """A list."""
    return "\n".join(f"- {_line(item)}" for item in items)


def page(title: str, *parts: str) -> str:
    """A document from its paragraphs and sections, without those that are empty."""
    return "\n\n".join([f"# {_line(title)}", *(part for part in parts if part)]) + "\n"


def section(title: str, *parts: str) -> str:
    """A section with its heading, or "" where all of its parts are empty."""
    filled = [part for part in parts if part]
    return "\n\n".join([f"## {title}", *filled]) if filled else ""


def command(line: str) -> str:
    """A command as it is typed."""
    return f"`{_line(line)}`"


def settings_of(values: Mapping[str, Any]) -> str:
    """Names and values."""
    rows = [(f"`{name}`", f"`{value}`") for name, value in sorted(values.items())]
    return table(("setting", "value"), rows, words=True)


def _cell(value: object) -> str:
    return _line(value).replace("|", "\\|")


def _line(value: object) -> str:
    """On one line, and nothing of a label from outside read as a tag."""
    return " ".join(str(value).split()).replace("<", "&lt;")
