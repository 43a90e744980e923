"""A language for tests of the layout: written from right to left, longer than English, and without meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass

from babel import Locale

PSEUDO = "ar-XB"  # the private code that browsers and Android give to such a language
_LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "אבגדהוזחטיכלמנסעפצקרשתםןףץאבגדהוזחטיכלמנסעפצקרשתםןףץ"
)
_LONGER = 0.35  # as German and Finnish are


@dataclass(frozen=True, slots=True)
class PseudoCatalogue:
    """Every text in Hebrew letters, a third longer; places stay as they are."""

    locale: Locale

    def find(self, text: str, context: str = "") -> str:  # noqa: ARG002
        """The text, disguised."""
        parts = re.split(r"(\{[^}]*\})", text)
        turned = "".join(part if part.startswith("{") else part.translate(_LETTERS) for part in parts)
        return f"{turned} {'ש' * round(len(text) * _LONGER)}" if len(text) > 3 else turned

    def find_plural(self, one: str, many: str, n: float, context: str = "") -> str:
        """As `find`."""
        return self.find(one if n == 1 else many, context)
