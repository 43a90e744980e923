"""Text of strangers without the characters that act on what stands around it."""

from __future__ import annotations

import re

# Overrides and isolates of the bidirectional algorithm reorder what follows them; zero-width and tag characters make
# one title pass for another; control characters have no place on a page. Joiners stay: Persian and emoji need them.
_ACTING = (
    *range(0x00, 0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0x061C, 0x180E, 0x200B,
    0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),
)  # fmt: skip
_BREAKING = (0x0B, 0x0C, *range(0x1C, 0x20), 0x85, 0x2028, 0x2029)
_CHANGED = dict.fromkeys(_ACTING) | dict.fromkeys(_BREAKING, " ")
# Marks that stand on one letter: more than six are more than any script writes, and climb over the lines around.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u06d6-\u06dc\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_PILED = re.compile(f"([{_MARKS}]{{6}})[{_MARKS}]+")


def inert(text: str) -> str:
    """The text with those characters left out; `<` stays `<`: escaping is the template's."""
    if text.isascii() and text.isprintable():
        return text
    return _PILED.sub(r"\1", text.translate(_CHANGED))


def shown_inert(value: object) -> object:
    """For Jinja's `finalize`: every string that a template puts out is `inert`. Markup is made of such strings."""
    return inert(value) if type(value) is str else value
