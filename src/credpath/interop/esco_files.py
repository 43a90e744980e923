"""The files of an ESCO CSV release: which are there, in which languages, and what their columns are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from credpath.errors import InvalidInput
from credpath.interop.tabular import Columns

ATTRIBUTION = "This service uses the ESCO classification of the European Commission."

_FILE = re.compile(r"(?P<table>[A-Za-z]+)_(?P<language>[a-z]{2})\.csv", re.IGNORECASE)
_VERSION = re.compile(r"v?(\d+)[._](\d+)(?:[._](\d+))?", re.IGNORECASE)
_COLLECTION = re.compile(r"(?P<name>[a-z]+)skillscollection")
_MANDATORY = ("occupations", "skills", "occupationSkillRelations")


def _open(*required: str, optional: tuple[str, ...] = ()) -> Columns:
    return Columns(required, optional, closed=False, short_rows=True)


_LABELS = ("altLabels", "hiddenLabels", "status", "description")
OCCUPATIONS = _open("conceptUri", "preferredLabel", optional=(*_LABELS, "iscoGroup"))
SKILLS = _open("conceptUri", "preferredLabel", optional=(*_LABELS, "skillType", "reuseLevel"))
TRANSLATIONS = _open("conceptUri", "preferredLabel", optional=("altLabels", "hiddenLabels"))
COLLECTION = _open("conceptUri", optional=("altLabels", "description", "reuseLevel"))
OCCUPATION_SKILLS = _open("occupationUri", "relationType", "skillUri")
SKILL_RELATIONS = _open("originalSkillUri", "relationType", "relatedSkillUri")
BROADER = _open("conceptUri", "broaderUri", optional=("conceptType", "broaderType"))
GROUPS = _open("conceptUri", "preferredLabel", optional=("code",))
HIERARCHY = _open(
    "Level 0 URI",
    "Level 0 preferred term",
    optional=tuple(
        f"Level {level} {part}" for level in range(4) for part in ("URI", "preferred term", "code")
    )[2:],
)  # fmt: skip


@dataclass(frozen=True)
class EscoFolder:
    """One release on disk: `tables` by table name and language, casefolded; `languages`, the base language first."""

    folder: Path
    tables: dict[tuple[str, str], Path]
    languages: tuple[str, ...]

    def find(self, table: str, language: str = "") -> Path | None:
        """The file of a table in the base language or the one given; None when the release has none."""
        return self.tables.get((table.casefold(), language or self.languages[0]))

    def mandatory(self, table: str) -> Path:
        """The file of a table without which nothing can be read. Raises InvalidInput naming it."""
        path = self.find(table)
        if path is None:
            name = f"{table}_{self.languages[0]}.csv"
            raise InvalidInput(
                f"{name} is missing", where=str(self.folder), fix="download the ESCO classification again, as CSV"
            )
        return path

    def collections(self) -> tuple[tuple[str, Path], ...]:
        """(name, file) of each collection of skills: digital, green, transversal, language, research, ..."""
        found = []
        for (table, language), path in sorted(self.tables.items()):
            match = _COLLECTION.fullmatch(table)
            if match and language == self.languages[0]:
                found.append((match["name"], path))
        return tuple(found)

    @property
    def release(self) -> str:
        """The version that the folder's name tells, such as "1.2.0", or ""."""
        found = _VERSION.search(self.folder.resolve().name)
        return ".".join(part for part in found.groups() if part) if found else ""


def open_folder(folder: Path) -> EscoFolder:
    """Lists the release. Raises InvalidInput when it is no folder or a mandatory file is missing."""
    if not folder.is_dir():
        raise InvalidInput(f"{folder.name} is not a folder", where=str(folder), fix="give the folder of the CSV files")
    tables = {}
    for path in sorted(folder.iterdir()):
        match = _FILE.fullmatch(path.name)
        if match:
            tables[match["table"].casefold(), match["language"].lower()] = path
    # A language counts when it has labels of its own; English leads where it is there.
    spoken = sorted({language for table, language in tables if table in ("occupations", "skills")})
    languages = tuple(sorted(spoken, key=lambda language: (language != "en", language))) or ("en",)
    release = EscoFolder(folder, tables, languages)
    for table in _MANDATORY:
        release.mandatory(table)
    return release
