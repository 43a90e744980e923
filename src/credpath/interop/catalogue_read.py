"""What a catalogue reader answers: credentials, refusals, and where in the file each credential stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from credpath.domain.catalogue import Credential
from credpath.errors import InvalidInput
from credpath.interop.reading import Read, Report

Row = TypeVar("Row")


@dataclass(frozen=True)
class CatalogueRead(Read[Credential]):
    """`places`: credential_id -> (file, line) of every time it was given, as `validate_batch` takes it."""

    places: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


class CatalogueRows:
    """Gathers credentials with their lines; a row that the domain refuses becomes a refusal."""

    def __init__(self, file: Path, report: Report) -> None:
        self.file = file
        self.report = report
        self._items: list[Credential] = []
        self._places: dict[str, list[tuple[str, int]]] = {}

    def add(self, line: int, build: Callable[[Row], Credential], row: Row) -> Credential | None:
        """Keeps what `build` makes of the row; None, with a refusal, when it raises InvalidInput."""
        try:
            credential = build(row)
        except InvalidInput as error:
            self.report.refuse(self.file, line, error)
            return None
        self.keep(line, credential)
        return credential

    def keep(self, line: int, credential: Credential) -> None:
        """Takes a finished credential."""
        self._items.append(credential)
        self._places.setdefault(credential.credential_id, []).append((self.file.name, line))

    def replace_all(self, change: Callable[[Credential], Credential]) -> None:
        """Rewrites every credential once all are known; ids stay."""
        self._items = [change(c) for c in self._items]

    def read(self) -> CatalogueRead:
        """The finished answer, in the order of the file."""
        read = self.report.read(self._items)
        places = {name: tuple(stands) for name, stands in self._places.items()}
        return CatalogueRead(read.items, read.refusals, read.rows, places=places)
