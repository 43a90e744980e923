"""The command line: a thin door to the same use cases as the HTTP API."""

from credpath.cli.commands import main

__all__ = ["main"]
