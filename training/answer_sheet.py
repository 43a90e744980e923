"""What a simulated learner answers to each question on each skill, whatever order it is asked in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from credpath.domain.evidence import Evidence, EvidenceKind
from credpath.domain.mastery import Mastery, informed
from credpath.recommender.csr import Doubles, Mask
from credpath.recommender.skill_space import NOTHING_KNOWN, facts_of

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """`answers` (skills, items): whether each is right, in the order of `uris`, sorted; a skill's items in their order.

    With one item a skill its answer is the score of an assessment, which makes the skill certain.
    """

    uris: tuple[str, ...]
    answers: Mask

    @property
    def everything(self) -> list[int]:
        """Each skill by place, as often as it has items: what can be asked."""
        return np.repeat(np.arange(len(self.uris)), self.answers.shape[1]).tolist()

    def left(self, known: Mapping[str, Mastery]) -> dict[str, int] | None:
        """How many items are left of each skill; None where assessments ask, of which one is enough."""
        items = self.answers.shape[1]
        asked = {uri: len(known[uri].evidence) if uri in known else 0 for uri in self.uris}
        return {uri: items - asked[uri] for uri in self.uris} if items > 1 else None

    def answered(self, mastery: Mastery, right: bool) -> Mastery:
        """The estimate after one more answer: an `Answering`."""
        kind: EvidenceKind = "item" if self.answers.shape[1] > 1 else "assessment"
        return informed(mastery, Evidence("answer", mastery.skill_uri, kind, float(right), NOW))

    def told(self, mastery: Mastery) -> Mastery:
        """The estimate after the learner's answer to the next item on the skill."""
        answers = self.answers[self.uris.index(mastery.skill_uri)]
        return self.answered(mastery, bool(answers[len(mastery.evidence)]))

    def known(self, order: Sequence[int]) -> list[Mastery]:
        """(skills,) the estimates after these questions, the skills by place."""
        known = [Mastery(uri) for uri in self.uris]
        for at in order:
            known[at] = self.told(known[at])
        return known

    def facts(self, order: Sequence[int]) -> Doubles:
        """(len(order) + 1, skills, 3) `facts_of` the skills before any answer and after each."""
        facts: Doubles = np.tile(NOTHING_KNOWN, (len(order) + 1, len(self.uris), 1))
        known = [Mastery(uri) for uri in self.uris]
        for step, at in enumerate(order, 1):
            known[at] = self.told(known[at])
            facts[step:, at] = facts_of(known[at])
        return facts

    def extremes(self) -> Doubles:
        """(2, skills, 3) the facts with everything answered right, and with everything wrong."""
        all_right = np.ones_like(self.answers)
        return np.array([replace(self, answers=a).facts(self.everything)[-1] for a in (all_right, ~all_right)])
