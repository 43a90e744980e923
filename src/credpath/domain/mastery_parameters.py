"""What the transition reads besides the evidence: how hard items and skills are, and how far one answer moves what.

The defaults are for a tenant without logged responses; `training` fits them where there are some.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from credpath.domain.forgetting import FIRST_HALF_LIFE

# Each answer leaves so much of the earlier ones in a sum: from the last few answers to all of them.
GENERAL_RATES = (0.5, 0.8, 0.95, 0.99, 1.0)
SKILL_RATES = (0.5, 0.8, 0.95, 1.0)
RECENT_ANSWERS = 10  # of a learner
RECENT_ITEMS = 12  # of a skill


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item. `easiness`: the log-odds that somebody of general standing 0 gets it right. `vector`: its place among
    items that are got right by the same people; empty where unknown.
    """

    easiness: float
    vector: tuple[float, ...] = ()


class Items(Protocol):
    """Items that were met in training, by id; a dict, or a table that unpacks what is asked for.

    Where a log names no items, the skill stands in.
    """

    def get(self, item_id: str, /) -> ItemFacts | None:
        """None for an item that was not met."""


@dataclass(frozen=True, slots=True)
class Tracing:
    """Bayesian knowledge tracing (Corbett and Anderson, 1995); no answer is taken as proof of the opposite."""

    known_first: float = 0.4
    learned: float = 0.15
    guessed: float = 0.25
    slipped: float = 0.15

    def after(self, known: float, score: float, share: float) -> float:
        """The chance that the skill is known after an answer of which `share` counts; learning never lifts a wrong."""
        right = known * (1.0 - self.slipped)
        right = right / (right + (1.0 - known) * self.guessed)
        wrong = known * self.slipped
        wrong = wrong / (wrong + (1.0 - known) * (1.0 - self.guessed))
        right += (1.0 - right) * self.learned
        wrong = min(known, wrong + (1.0 - wrong) * self.learned)
        return known + share * (score * right + (1.0 - score) * wrong - known)


@dataclass(frozen=True, slots=True)
class Gains:
    """How far one answer moves a standing, in log-odds per unit of surprise.

    General: `general` + `first` / (1 + settle * answers). `quick`: of a second general standing that keeps nothing
    for long. `vector` / (1 + answers / vector_settle): of the place among items. `half_life`: days until half of what
    a first right answer showed no longer counts.
    """

    general: float = 0.05
    first: float = 0.25
    settle: float = 0.1
    quick: float = 0.3
    skill: float = 0.3
    vector: float = 0.2
    vector_settle: float = 100.0
    half_life: float = FIRST_HALF_LIFE


@dataclass(frozen=True, slots=True)
class MasteryParameters:
    """`easiness`: of a skill that `skills` does not name. Empty tables: nothing was logged."""

    easiness: float = 0.0
    skills: Mapping[str, float] = field(default_factory=dict)
    items: Items = field(default_factory=dict[str, ItemFacts])
    gains: Gains = Gains()
    tracing: Tracing = Tracing()

    def facts(self, item_id: str, skill_uri: str, difficulty: float | None) -> ItemFacts:
        """The item as it was fitted, else by the difficulty that came with it, else a typical one of the skill."""
        known = self.items.get(item_id or skill_uri)
        if known is not None:
            return known
        if difficulty is not None:
            share = min(0.98, max(0.02, difficulty))
            return ItemFacts(math.log((1.0 - share) / share))
        return ItemFacts(self.skills.get(skill_uri, self.easiness))


DEFAULT_PARAMETERS = MasteryParameters()
