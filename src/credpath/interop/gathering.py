"""What the taxonomy readers gather row by row: items by URI, and the skills that each occupation needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from credpath.domain.rules import MAX_LABEL
from credpath.domain.skills import Requirement
from credpath.interop.reading import Report

T = TypeVar("T")


class Gathered(Generic[T]):
    """Items by URI. Equal repeats are merged; of unequal ones the same is kept whatever the order of rows."""

    def __init__(self, file: Path, report: Report) -> None:
        self._file = file
        self._report = report
        self._items: dict[str, T] = {}
        self._lines: dict[str, int] = {}

    def add(self, uri: str, item: T, line: int) -> None:
        """Keeps the item, or refuses the line when the URI was used for something else."""
        known = self._items.setdefault(uri, item)
        self._lines.setdefault(uri, line)
        if known == item:
            return
        self._items[uri] = min(known, item, key=repr)
        self._report.refuse(self._file, line, f"{uri} was defined before, differently", "keep one row for it")

    def only_known(self, uri: str, links: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
        """The links of one item that lead to something known; the others are refused at the item's line."""
        kept = []
        for link in links:
            if link in known and link != uri:
                kept.append(link)
            else:
                reason = "names itself" if link == uri else f"names {link}, which is not in this taxonomy"
                self._report.refuse(self._file, self._lines[uri], f"{uri} {reason}")
        return tuple(kept)

    def __contains__(self, uri: object) -> bool:
        return uri in self._items

    def __getitem__(self, uri: str) -> T:
        return self._items[uri]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._items))

    def values(self) -> tuple[T, ...]:
        """The items, sorted by URI."""
        return tuple(self._items[uri] for uri in self)


class Requirements:
    """The skills that each occupation needs. Links to what is not in the release are refused.

    A repeated link is merged: essential wins over optional, the larger importance and level over the smaller. Repeats
    that say the same are silent; repeats that differ are refused, so that somebody looks.
    """

    def __init__(self, occupations: Collection[str], skills: Collection[str], report: Report) -> None:
        self._known = (occupations, skills)
        self._report = report
        self._links: dict[str, dict[str, Requirement]] = {}

    def add(self, file: Path, line: int, occupation_uri: str, requirement: Requirement) -> None:
        """Notes one link, or refuses it."""
        occupations, skills = self._known
        if occupation_uri not in occupations:
            self._report.refuse(file, line, f"occupation {occupation_uri} is not in this release")
        elif requirement.skill_uri not in skills:
            self._report.refuse(file, line, f"skill {requirement.skill_uri} is not in this release")
        else:
            links = self._links.setdefault(occupation_uri, {})
            known = links.setdefault(requirement.skill_uri, requirement)
            if known != requirement:
                links[requirement.skill_uri] = _merged(known, requirement)
                self._report.refuse(file, line, _difference(occupation_uri, known, requirement), "keep one row for it")

    def of(self, occupation_uri: str) -> tuple[Requirement, ...]:
        """The requirements of one occupation, sorted by skill URI."""
        return tuple(link for _, link in sorted(self._links.get(occupation_uri, {}).items()))


def _merged(one: Requirement, other: Requirement) -> Requirement:
    return Requirement(
        one.skill_uri,
        one.essential or other.essential,
        _larger(one.importance, other.importance),
        _larger(one.level, other.level),
        one.hot or other.hot,
        one.in_demand or other.in_demand,
    )


def _larger(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _difference(occupation_uri: str, one: Requirement, other: Requirement) -> str:
    link = f"{occupation_uri} and {one.skill_uri} were linked before"
    if one.essential != other.essential:
        return f"{link}, once essential and once optional; kept as essential"
    return f"{link} with other numbers; the larger are kept"


def distinct_labels(candidates: Iterable[str], label: str = "") -> tuple[str, ...]:
    """Alternative labels without repeats, the label itself, and what is empty or too long; space collapsed."""
    found: dict[str, str] = {}
    for candidate in candidates:
        text = " ".join(candidate.split())
        if text and len(text) <= MAX_LABEL:
            found.setdefault(text.casefold(), text)
    found.pop(" ".join(label.split()).casefold(), None)
    return tuple(found.values())
