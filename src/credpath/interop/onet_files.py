"""The files of an O*NET database release: which are there under which name, and what their columns are.

Releases up to 30.2 have "Skills.txt", "Technology Skills.txt" and "Alternate Titles.txt"; from 30.3 on the content
model is reorganised, and the same tables are "Essential Skills.txt" with "Transferable Skills.txt", "Software
Skills.txt" and "Job Titles.txt", with some columns renamed. Names are compared without case, spaces and underscores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from credpath.domain.rules import MAX_ID
from credpath.domain.skills import SkillKind
from credpath.errors import InvalidInput
from credpath.interop.reading import Report
from credpath.interop.tabular import CSV, TAB, Columns, Separated, plain_name, read_rows

_RELEASE = re.compile(r"(\d{2})[._](\d)(?!\d)")
_SUFFIXES: dict[str, Separated] = {".txt": TAB, ".csv": CSV}
_SITE = "https://www.onetonline.org"

RATINGS: tuple[tuple[str, SkillKind], ...] = (
    ("Skills", "skill"),
    ("Essential Skills", "skill"),
    ("Transferable Skills", "skill"),
    ("Knowledge", "knowledge"),
    ("Abilities", "ability"),
)
TECHNOLOGIES = ("Technology Skills", "Software Skills")
TITLES = ("Alternate Titles", "Job Titles", "Sample of Reported Titles")


def _open(*required: str, optional: tuple[str, ...] = (), aliases: dict[str, str] | None = None) -> Columns:
    code = "O*NET-SOC Code"
    return Columns((code, *required), optional, closed=False, aliases={"onetsoc code": code, **(aliases or {})})


OCCUPATION = _open("Title", optional=("Description",))
RATING = _open(
    "Element ID", "Element Name", "Scale ID", "Data Value", optional=("Recommend Suppress", "Not Relevant")
)  # fmt: skip
TECHNOLOGY = _open(
    "Example", "Commodity Code", "Commodity Title", optional=("Hot Technology", "In Demand"),
    aliases={
        "workplace example": "Example", "element id": "Commodity Code", "element name": "Commodity Title",
        "t2 example": "Example",
    },
)  # fmt: skip
TITLE = _open(
    "Alternate Title", optional=("Short Title",),
    aliases={"job title": "Alternate Title", "reported job title": "Alternate Title"},
)  # fmt: skip
ZONE = _open("Job Zone")
TASK = _open("Task ID", "Task", optional=("Task Type",))
RELATED = _open("Related O*NET-SOC Code", "Index", aliases={"related index": "Index"})
ELEMENTS = Columns(("Element ID", "Element Name", "Description"), closed=False)


def occupation_uri(code: str) -> str:
    """The page of an occupation at O*NET OnLine, by its O*NET-SOC code."""
    return f"{_SITE}/link/summary/{code}"


def element_uri(element_id: str) -> str:
    """The page of a content model element at O*NET OnLine."""
    return f"{_SITE}/find/descriptor/result/{element_id}"


def technology_uri(example: str) -> str:
    """The page of a technology at O*NET OnLine; "C", "C#" and "C++" stay apart."""
    uri = f"{_SITE}/search/tech/example?e={quote(example, safe='')}"
    if len(uri) <= MAX_ID:
        return uri
    digest = sha256(example.encode("utf-8")).hexdigest()[:16]
    return f"{uri[: MAX_ID - len(digest) - 1]}-{digest}"


def commodity_uri(code: str) -> str:
    """A group of technologies: a UNSPSC commodity code, from 30.3 on an element of the content model."""
    return f"urn:unspsc:{code}" if code.isdigit() else element_uri(code)


@dataclass(frozen=True)
class OnetFolder:
    """One release on disk: `tables` by plain name."""

    folder: Path
    tables: dict[str, Path]

    def find(self, table: str) -> Path | None:
        """The file of a table, or None when the release has none."""
        return self.tables.get(plain_name(table))

    def mandatory(self, *names: str) -> Path:
        """The first file there is of a table's names. Raises InvalidInput naming it when there is none."""
        found = [path for path in map(self.find, names) if path]
        if not found:
            raise InvalidInput(
                f"{names[0]}.txt is missing", where=str(self.folder), fix="download the O*NET database again, as text"
            )
        return found[0]

    @property
    def release(self) -> str:
        """The release that "Read Me.txt" or the folder's name tells, such as "29.2", or ""."""
        read_me = self.find("Read Me") or self.find("ReadMe")
        texts = [self.folder.resolve().name]
        if read_me:
            texts.insert(0, read_me.read_bytes()[:4_000].decode("utf-8", errors="replace"))
        for text in texts:
            found = _RELEASE.search(text)
            if found:
                return f"{found[1]}.{found[2]}"
        return ""


def attribution(release: str) -> str:
    """The words that the licence asks for."""
    return (
        f"This product uses information from the O*NET {release or 'Resource Center'} Database by the U.S. Department "
        "of Labor, Employment and Training Administration (USDOL/ETA), used under the CC BY 4.0 license."
    )


def open_folder(folder: Path) -> OnetFolder:
    """Lists the release. Raises InvalidInput when it is no folder or has no occupations or no skills."""
    if not folder.is_dir():
        raise InvalidInput(f"{folder.name} is not a folder", where=str(folder), fix="give the folder of the text files")
    tables: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _SUFFIXES and path.is_file():
            tables.setdefault(plain_name(path.stem), path)
    release = OnetFolder(folder, tables)
    release.mandatory("Occupation Data")
    release.mandatory(*(name for name, _ in RATINGS[:3]))
    return release


def rows_of(
    release: OnetFolder, table: str, columns: Columns, report: Report
) -> Iterator[tuple[Path, int, dict[str, str]]]:
    """(file, line, row) of one table; none when the release does not have it."""
    file = release.find(table)
    if file:
        for line, row in read_rows(file, columns, report, _SUFFIXES[file.suffix.lower()]):
            yield file, line, row
