"""A sentence that can be said in any language: its English words with marked places, and what belongs in them.

A place is written {name} for words, or {name:kind} for what every language writes in its own way: {share:percent},
{cost:money}, {hours:hour}. The kinds are those of `credpath.recommender.wording`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Saying(NamedTuple):
    """`template`: English, as in the catalogues of translations. `values`: one for each place in it."""

    template: str
    values: Mapping[str, object] = {}


class Sayable(Protocol):
    """What holds a sentence and how to say it elsewhere. `template` is "" where only the sentence was kept."""

    @property
    def sentence(self) -> str:
        """In English."""

    @property
    def template(self) -> str:
        """As of a `Saying`."""

    @property
    def values(self) -> Mapping[str, object]:
        """As of a `Saying`."""


def message(text: str) -> str:
    """The text itself, marked for translation where it is said later or elsewhere."""
    return text


def plural(one: str, many: str) -> tuple[str, str]:
    """Both forms, marked for translation; "{n}" stands for the number."""
    return one, many
