"""Courses of the same file that a prerequisites text names: by title, by the head of a title, by nickname, by order.

Only what is spelled as the course spells itself counts: "Linear algebra" is a subject, "Linear Algebra I: Vectors and
Linear Equations" a course.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from credpath.interop.edx_titles import letters

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_GLUE = re.compile(r"(?:and|or|course|courses|before|this|offered|on|y|de|o)\b|course", re.IGNORECASE)
_TAKEN = re.compile(
    r"course|complet|\bvia\b|taking|take|series|mooc|curso|cursado|recommended|covered|tratados|equivalent|xseries|"
    r"part\s*\d|[A-Z]{2,}\w*\d",
    re.IGNORECASE,
)
# What stands before a name that is only the end of a longer one: "Introduction to Corporate Finance".
_LONGER = re.compile(
    r"\b(?:(?:Intro\w*|Fundamentals|Principles|Foundations|Basics|Essentials|Elements) (?:to|of|in)|Gentle|Advanced|"
    r"Applied|Modern) $"
)
_ORDER = re.compile(
    r"(?:preceding|previous|earlier|prior) (?:\w+ )?courses?|courses? in order(?! to)|in the prescribed order|"
    r"first (?:\w+ )?courses? (?:in|of)|courses in (?:this|the) series",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"all (?:of )?(?:the )?(?:other )?courses (?:with)?in|courses? 1\s?(?:-|–|to)\s?\d+ (?:with)?in", re.IGNORECASE
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_START = 6  # letters that candidates are looked up by
_COUNTERS = frozenset(["part", "parte", "course", "curso", "level", "nivel", "module"])


@dataclass(frozen=True, slots=True)
class Course:
    """What references are found by. `programmes`: ids of the stacks that it counts toward."""

    credential_id: str
    title: str
    awarding_body: str
    programmes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A course named in a text between `start` and `end`; `confidence` 0..1 that this one is meant."""

    credential_id: str
    confidence: float
    start: int = 0
    end: int = 0


def place_in_series(title: str) -> tuple[str, tuple[int, ...]]:
    """(stem, numbers) of a title: ("statistics", (1, 2)) of "Statistics 1 Part 2: Statistical Methods"."""
    head = re.split(r":|\s\(", title, maxsplit=1)[0].casefold()
    words = re.findall(r"[^\W_]+", head)
    numbers = [_ROMAN.get(word) or (int(word) if re.fullmatch(r"\d{1,2}", word, re.ASCII) else 0) for word in words]
    stem = [word for word, n in zip(words, numbers, strict=True) if not n and word not in _COUNTERS]
    return " ".join(stem), tuple(n for n in numbers if n)


@lru_cache(maxsize=4_096)
def _spelling(text: str) -> str:
    """Letters with "&" and "and", British and American spelling made one."""
    return letters(text.replace("&", "and")).replace("z", "s")


class CourseNames:
    """Finds the courses of one file in texts."""

    def __init__(self, courses: Iterable[Course], programmes: Mapping[str, str]) -> None:
        """`programmes`: id -> name; a programme's name is never taken for a course."""
        self._programmes = dict(programmes)
        self._courses = {c.credential_id: c for c in sorted(courses, key=lambda c: c.credential_id)}
        self._names: dict[str, list[tuple[str, str, float]]] = {}
        self._nicknames: dict[str, list[Course]] = {}
        self._series: dict[tuple[str, str], list[tuple[tuple[int, ...], str]]] = {}
        for course in self._courses.values():
            self._learn(course)
        for name in self._programmes.values():
            self._names.setdefault(_spelling(name), [])
        self._by_start: dict[str, list[str]] = {}
        for name in self._names:
            self._by_start.setdefault(name[:_START], []).append(name)

    def _learn(self, course: Course) -> None:
        shorter = re.sub(r"\s*\([^)]*\)|^(?:The|An?) ", "", course.title)
        forms = {course.title.split(":", 1)[0]: 0.6} | {shorter: 0.85} | {course.title: 0.9}
        for form, confidence in forms.items():
            if len(_WORD.findall(form)) > 1:
                self._names.setdefault(_spelling(form), []).append((course.credential_id, form, confidence))
        if code := re.match(r"[A-Z]{2,6}\d{2,4}(?=\W)", course.title):
            self._nicknames.setdefault(code[0], []).append(course)
        stem, numbers = place_in_series(course.title)
        if stem and numbers:
            self._series.setdefault((course.awarding_body, stem), []).append((numbers, course.credential_id))

    def find(self, text: str, asking: Course) -> tuple[Reference, ...]:
        """The courses that a text names, in its order; never the asking one, nor one that comes after it."""
        spelled = "".join(_spelling(c) for c in text)
        index = [i for i, c in enumerate(text) for _ in _spelling(c)]
        found: list[Reference] = []
        for name, at in self._candidates(spelled):
            span = index[at], index[at + len(name) - 1] + 1
            taken = any(r.start < span[1] and span[0] < r.end for r in found)
            if not taken and (reference := self._named(text, span, name, asking)):
                found.append(reference)
        found += self._by_nickname(text, asking, found)
        named = [r for r in found if r.credential_id]
        once = {r.credential_id: r for r in sorted(named, key=lambda r: (r.confidence, -r.start))}
        return tuple(sorted(once.values(), key=lambda r: (r.start, r.credential_id)))

    def _candidates(self, spelled: str) -> list[tuple[str, int]]:
        """(name, where it begins), longest names first, so that a name inside a longer one is not found."""
        starts = ((at, self._by_start.get(spelled[at : at + _START], ())) for at in range(len(spelled)))
        found = [(name, at) for at, names in starts for name in names if spelled.startswith(name, at)]
        return sorted(found, key=lambda candidate: (-len(candidate[0]), candidate))

    def _named(self, text: str, span: tuple[int, int], name: str, asking: Course) -> Reference | None:
        start, end = span
        if not _stands_alone(text, start, end):
            return None
        if not self._names[name]:
            return Reference("", 0.0, start, end)
        same_case = [c for c in self._names[name] if _same_case(text[start:end], c[1])]
        best = max((confidence for _, _, confidence in same_case), default=0.0)
        ids = [name for name, _, confidence in same_case if confidence == best]
        chosen = self._closest(ids, asking)
        if not chosen or not self._may_come_before(chosen, asking):
            return None
        words = len(_WORD.findall(text[start:end]))
        if words < 4 and _LONGER.search(text[:start]):
            return None
        whole = not re.sub(r"[\W\d_]+|\b[A-Z]{2,}\w*\d\w*", "", text[:start] + text[end:])
        quoted = text[max(0, start - 1)] in "“\"‘'" and start > 0
        if (words < 3 or best < 0.7) and not (whole or quoted or _TAKEN.search(text[:start] + text[end:])):
            return None
        return Reference(chosen, best, start, end)

    def _closest(self, ids: Sequence[str], asking: Course) -> str:
        """The one that is meant when several bear the name: of the same body, or of a shared programme; "" if open."""
        if len(ids) > 1:
            related = [i for i in ids if self._courses[i].awarding_body == asking.awarding_body]
            ids = related or [i for i in ids if set(self._courses[i].programmes) & set(asking.programmes)]
        return ids[0] if len(ids) == 1 else ""

    def _may_come_before(self, credential_id: str, asking: Course) -> bool:
        if credential_id == asking.credential_id:
            return False
        stem, number = place_in_series(self._courses[credential_id].title)
        own_stem, own_number = place_in_series(asking.title)
        return stem != own_stem or not number or not own_number or number < own_number

    def _by_nickname(self, text: str, asking: Course, found: Sequence[Reference]) -> list[Reference]:
        references = []
        for code, named in sorted(self._nicknames.items()):
            match = re.search(rf"(?<![^\W_]){code}(?!\d|['’])", text)
            if not match or any(r.start <= match.start() < r.end for r in found):
                continue
            # Of all that carry the nickname, the plain one is the one that the most programmes build on.
            chosen = min(named, key=lambda c: (-len(c.programmes), len(c.title), c.credential_id))
            if chosen.credential_id != asking.credential_id:
                references.append(Reference(chosen.credential_id, 0.8, match.start(), match.end()))
        return references

    def earlier_in_series(self, text: str, asking: Course) -> tuple[Reference, ...]:
        """The lower numbers of a numbered series, when the text asks for the courses before this one."""
        stem, own = place_in_series(asking.title)
        if not own or not _ORDER.search(text):
            return ()
        numbered = sorted(self._series[asking.awarding_body, stem])
        return tuple(Reference(name, 0.7) for numbers, name in numbered if numbers < own)

    def rest_of_programme(self, text: str, asking: Course) -> tuple[Reference, ...]:
        """All other courses of the one programme that the text names, when it asks for all of them."""
        named = [p for p in asking.programmes if _spelling(self._programmes[p]) in _spelling(text)]
        chosen = named or asking.programmes
        if not _WHOLE.search(text) or len(chosen) != 1:
            return ()
        others = (c for c in self._courses.values() if chosen[0] in c.programmes)
        return tuple(Reference(c.credential_id, 0.6) for c in others if c.credential_id != asking.credential_id)

    def series_before(self, text: str, asking: Course) -> str:
        """What to call the courses before this one, when the text asks for them without naming them; "" if not."""
        first = set(place_in_series(asking.title)[1]) == {1}
        if first or not asking.programmes or not (_ORDER.search(text) or _WHOLE.search(text)):
            return ""
        only = len(asking.programmes) == 1
        return f"the preceding courses of {self._programmes[asking.programmes[0]] if only else 'the series'}"


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Begins and ends with a word, also where the scrape lost the space before or after a link."""
    before, first = text[start - 1 : start], text[start]
    after, last = text[end : end + 1], text[end - 1]
    begins = not before.isalnum() or ((before.islower() or before.isdigit()) and (first.isupper() or first.isdigit()))
    lost = after.isupper() and not last.isupper()
    return begins and (not after.isalnum() or lost or bool(_GLUE.match(text, end)))


def _same_case(text: str, title: str) -> bool:
    """At least four of five words have the capitals of the title; small words are written either way."""
    ours, theirs = ([w for w in _WORD.findall(part) if len(w) > 3 or w.isupper()] for part in (text, title))
    pairs: list[tuple[str, str]] = list(zip(ours, theirs, strict=False))
    return sum(a[:1].isupper() == b[:1].isupper() for a, b in pairs) >= 0.8 * len(pairs)
