"""Text as scrapers leave it: twice-encoded characters, invisible characters, bullets, lost ends."""

from __future__ import annotations

import re
import unicodedata

# UTF-8 that was read as cp1252: the first byte of a two- to four-byte sequence, then the rest of it.
_MOJIBAKE = re.compile(r"[ÂÃâð][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,3}")
_SUSPECT = re.compile(r"[^\x20-\x7e\n\r\t¡-¬®-ɏ]")
_LOST_SPACE = re.compile(r"(?<=[a-z)][.!?])(?=[A-Z][a-z]+\s)")
# Cf characters that a script needs inside words.
_JOINERS = frozenset("\u200c\u200d")


def repair_encoding(text: str) -> str:
    """ "â€™" back to "’"; only where the bytes make valid UTF-8, so that "â" of a language stays."""
    return _MOJIBAKE.sub(_decoded_again, text)


def _decoded_again(found: re.Match[str]) -> str:
    raw = b"".join(c.encode("latin-1") if "\x80" <= c <= "\xff" else c.encode("cp1252") for c in found[0])
    for end in range(len(raw), 1, -1):
        try:
            return raw[:end].decode("utf-8") + found[0][end:]
        except UnicodeDecodeError:
            continue
    return found[0]


def clean_line(text: str) -> str:
    """One line: encoding repaired, invisible characters and private-use bullets out, space collapsed."""
    return " ".join(_visible(repair_encoding(text)).split())


def clean_paragraphs(text: str, limit: int = 20_000) -> str:
    """Several lines, each cleaned, at most one empty line between two; cut at `limit` characters."""
    lines = [" ".join(line.split()) for line in _visible(repair_encoding(text)).splitlines()]
    spaced = _LOST_SPACE.sub(" ", "\n".join(lines))
    return re.sub(r"\n{3,}", "\n\n", spaced).strip()[:limit].rstrip()


def _visible(text: str) -> str:
    return _SUSPECT.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    category = unicodedata.category(character)
    if category in ("Zl", "Zp"):
        return "\n"
    if category == "Co":
        return "• "
    hidden = (category == "Cf" and character not in _JOINERS) or category == "Cs"
    return "" if hidden or (category == "Cc" and character not in "\t\n\r") else character


def said(text: str | None) -> str:
    """A cell, "" for the words that scrapers put where nothing was found."""
    text = (text or "").strip()
    return "" if text.casefold() in ("none", "missing", "nan", "null", "n/a") else text
