"""Which of a tenant's items to put to the learner, once the skill is chosen."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from credpath.domain.mastery import Mastery
from credpath.domain.rules import check_id, check_optional
from credpath.recommender.next_beliefs import Asking

MIDDLING = 0.5  # the difficulty of an item of which none is known


@dataclass(frozen=True, slots=True)
class Item:
    """A question that the tenant can put. `difficulty` 0..1: the share of people expected to get it wrong."""

    item_id: str
    skill_uri: str
    difficulty: float | None = None

    def __post_init__(self) -> None:
        check_id(self.item_id, "item_id")
        check_optional(self.difficulty, "difficulty", high=1.0)


def next_item(
    items: Iterable[Item], mastery: Mastery, answered: Collection[str] = (), asking: Asking | None = None
) -> Item | None:
    """The item on that skill whose answer is most open for this learner; None where all of them were answered.

    An answer tells most where its chance of being right is nearest to one half. Ties by id.
    """
    open_ones = [one for one in items if one.skill_uri == mastery.skill_uri and one.item_id not in answered]
    chances = ((abs(chance_of(one, mastery, asking or Asking()) - 0.5), one.item_id, one) for one in open_ones)
    return min(chances, default=(0.0, "", None))[2]


def chance_of(item: Item, mastery: Mastery, asking: Asking) -> float:
    """How likely the learner answers it right: the odds of mastery against those of difficulty, guess and slip in."""
    difficulty = MIDDLING if item.difficulty is None else item.difficulty
    knows = 1.0 / (1.0 + math.exp(_logit(difficulty) - _logit(mastery.probability)))
    return asking.guess + (1.0 - asking.slip - asking.guess) * knows


def _logit(share: float) -> float:
    kept = min(1.0 - 1e-6, max(1e-6, share))
    return math.log(kept / (1.0 - kept))
