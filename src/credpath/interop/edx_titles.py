"""Titles and institutions of the scraped edX catalogue, put right with the words of the page's address.

The scrape lost the space at every line break ("Introduction toComputer Science") and the end of what did not fit
("Properties of th…"). The address spells the institution and the title in full, so most of both can be had back;
where the address does not bear it out, the text stays as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from credpath.interop.languages import folded

_RUN = re.compile(r"[^\W_]+")
_SMALL_WORDS = frozenset(
    ["a", "al", "an", "and", "as", "at", "by", "con", "de", "del", "e", "el", "en", "for", "from", "in", "into", "la",
     "las", "los", "o", "of", "on", "or", "para", "por", "the", "to", "un", "una", "with", "y", "du", "et", "le"]
)  # fmt: skip
_PUNCTUATION = (
    (re.compile(r"(?<=[,;:!?…])(?=[^\W\d_])"), " "),
    (re.compile(r"(?<=[^\W\dA-Z_]\.)(?=[^\W\da-z_][^\W\d_])"), " "),
    (re.compile(r"(?<=[^\W\d_]{3})(?=\(\w)|(?<=\))(?=[^\W_])"), " "),
    (re.compile(r"(?<=\s[-–&])(?=[^\W_])"), " "),
)


def slug_of(link: str) -> str:
    """The last part of the page's address: institution and title, joined by hyphens."""
    return link.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1].casefold()


def letters(text: str) -> str:
    """Letters and digits as an address would spell them, everything else left out."""
    return "".join(c for c in folded(text.replace("®", "r")) if c.isalnum())


class AddressWords:
    """The words of one address, able to say where a text lies in them."""

    def __init__(self, slug: str) -> None:
        self.words = [word for word in slug.split("-") if word]
        self.joined = "".join(self.words)
        self.starts: list[int] = []
        at = 0
        for word in self.words:
            self.starts.append(at)
            at += len(word)

    def split(self, run: str) -> list[str] | None:
        """A run of letters cut where consecutive words meet; None when the address does not hold it so."""
        sought = letters(run)
        if len(sought) != len(run):
            return None
        for at in self._found(sought):
            cuts = [start - at for start in self.starts if at < start < at + len(sought)]
            return [run[a:b] for a, b in zip([0, *cuts], [*cuts, len(run)], strict=True)]
        return None

    def _found(self, sought: str) -> Iterable[int]:
        """Places that begin and end with a word; those that are one word first."""
        ends = {*self.starts, len(self.joined)}
        places = [s for s in self.starts if self.joined.startswith(sought, s) and s + len(sought) in ends]
        return sorted(places, key=lambda s: sum(s < start < s + len(sought) for start in self.starts))

    def rest_after(self, text: str) -> tuple[str, list[str]] | None:
        """(end of the word that the text breaks off in, words after it); None when the text is not found once."""
        sought = letters(text)
        places = [s for s in self.starts if sought and self.joined.startswith(sought, s)]
        if len(places) != 1:
            return None
        end = places[0] + len(sought)
        follow = next((i for i, start in enumerate(self.starts) if start >= end), len(self.starts))
        boundary = self.starts[follow] if follow < len(self.starts) else len(self.joined)
        return self.joined[end:boundary], self.words[follow:]


class TitleRepair:
    """Knows how the titles of the whole file are spelled, so that a lost end gets its capitals."""

    def __init__(self, titles: Iterable[tuple[str, str]]) -> None:
        forms: dict[str, Counter[str]] = {}
        self._vocabulary: set[str] = set()
        for title, link in titles:
            address = AddressWords(slug_of(link))
            self._vocabulary.update(address.words)
            for run in _RUN.findall(title):
                if (parts := address.split(run)) and len(parts) == 1:
                    forms.setdefault(folded(run), Counter())[run] += 1
        self._forms = {word: max(sorted(seen), key=lambda f: seen[f]) for word, seen in forms.items()}

    def repair(self, text: str, slug: str) -> str:
        """The text with its spaces, and with its end where the address gives it."""
        address = AddressWords(slug)
        cut = text.rstrip().endswith("…")
        text = _RUN.sub(lambda found: self._spaced(found[0], address), text.rstrip().rstrip("…"))
        for pattern, between in _PUNCTUATION:
            text = pattern.sub(between, text)
        text = " ".join(text.split())
        rest = address.rest_after(text) if cut else None
        if not cut:
            return text
        return self._finished(text, *rest) if rest else f"{text}…"

    def _spaced(self, run: str, address: AddressWords) -> str:
        parts = address.split(run)
        if parts is None:
            parts = self._junction(run)
        return " ".join(parts)

    def _junction(self, run: str) -> list[str]:
        """For a run that its address does not hold: cut before a capital, when both sides are words of the file."""
        if letters(run) in self._vocabulary:
            return [run]
        for found in re.finditer(r"(?<=[^\W\dA-Z_])(?=[^\W\da-z_])", run):
            left, right = run[: found.start()], run[found.start() :]
            if {letters(left), letters(right)} <= self._vocabulary | _SMALL_WORDS and len(right) > 2:
                return [left, right]
        return [run]

    def _finished(self, text: str, end: str, words: Sequence[str]) -> str:
        long = [run for run in _RUN.findall(text) if len(run) > 3]
        capitals = sum(run[0].isupper() for run in long) * 2 > len(long)
        if end:
            last = _RUN.findall(text)[-1]
            whole = self._forms.get(folded(last + end), "")
            # The file's own spelling has the accents and capitals that the address lost.
            text = text.removesuffix(last) + (whole if whole.startswith(last) else last + end)
        if text.endswith("(") and len(words) == 1:
            return f"{text}{words[0].upper()})"
        text = " ".join([text, *(self._form(word, capitals) for word in words)])
        return text + ")" * (text.count("(") - text.count(")"))

    def _form(self, word: str, capitals: bool) -> str:
        if word in _SMALL_WORDS:
            return word
        if re.fullmatch(r"[ivx]{2,4}|[a-z]+\d\w*", word):
            return word.upper()
        return self._forms.get(word) or (word.capitalize() if capitals else word)

    def from_slug(self, slug: str, institutions: Iterable[str]) -> tuple[str, str] | None:
        """(title, institution) of a row that lost both, when the address begins with an institution of the file."""
        address = AddressWords(slug)
        for institution in sorted(institutions, key=lambda name: (-len(name), name)):
            rest = address.rest_after(institution)
            if rest and rest[0] == "" and rest[1] and address.joined.startswith(letters(institution)):
                words = [self._form(word, True) for word in rest[1]]
                return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]]), institution
        return None

    def institution(self, text: str, title: str, slug: str) -> str:
        """The institutions of a row, joined by ", "; the address names the first of them in full."""
        address = AddressWords(slug)
        at = address.joined.find(letters(title.rstrip("…")))
        first = AddressWords("-".join(address.words[: address.starts.index(at)])) if at in address.starts else address
        cut = text.endswith("…")
        whole = text.rstrip("… ")
        if at > 0 and first.joined.startswith(letters(whole)):
            spaced = _RUN.sub(lambda found: self._spaced(found[0], first), whole)
            return self._finished(spaced, *(first.rest_after(spaced) or ("", ()))) if cut else spaced
        second = _text_after(text, first.joined) if at > 0 else ""
        return f"{self.repair(text.removesuffix(second), slug).rstrip(' ,')}, {second}" if second.strip("… ,") else text


def _text_after(text: str, spelled: str) -> str:
    """What follows, in a text, the part whose letters are `spelled`; "" when it does not begin with them."""
    reached = ""
    for end, character in enumerate(text):
        if reached == spelled and letters(character):
            return text[end:]
        reached += letters(character)
        if not spelled.startswith(reached):
            return ""
    return ""
