"""How the attention model is fitted; apart from the fit, so that reading a configuration does not load torch."""

from __future__ import annotations

from dataclasses import dataclass

from credpath.errors import InvalidInput
from credpath.recommender.follow_attention import HEADS


@dataclass(frozen=True, slots=True)
class AttentionConfig:
    """How the attention model is fitted. `positions`: steps that it is shown in all, at most; 0 leaves it out.

    `epochs`: how often it is shown each step at most. `members`: models of other seeds whose mean counts; each costs
    a whole fit, and its part of every answer.
    """

    positions: int = 3_000_000
    epochs: int = 8
    dimensions: int = 64
    negatives: int = 512
    learning_rate: float = 0.003
    dropout: float = 0.2
    batch: int = 3_000
    seed: int = 0
    threads: int = 1
    members: int = 1

    def __post_init__(self) -> None:
        if self.dimensions < HEADS or self.dimensions % HEADS:
            raise InvalidInput(f"{self.dimensions} dimensions", where="attention", fix=f"a multiple of {HEADS}")
        if min(self.epochs, self.negatives, self.batch, self.threads, self.members) < 1 or self.positions < 0:
            raise InvalidInput("a count below 1", where="attention")
        if not (0 < self.learning_rate < 1 and 0 <= self.dropout < 1):
            raise InvalidInput("learning rate or dropout beyond 0..1", where="attention")
