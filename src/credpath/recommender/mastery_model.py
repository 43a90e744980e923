"""Mastery as it was learned from logged responses: the forest behind the same interface as the counting model.

That most people get a typical item of a skill right does not mean that most hold it. So an estimate begins where
counting begins and moves by what the forest says more of this learner than of one of whom nothing is known; only own
answers on the skill make it the chance to get a typical item right.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from credpath.domain.mastery import (
    COUNTING,
    PRIOR_HELD,
    PRIOR_MISSING,
    Asked,
    LearnerState,
    Mastery,
    MasteryModel,
    counted,
    counted_told,
    is_backed,
)  # fmt: skip
from credpath.domain.mastery_parameters import Gains, MasteryParameters, Tracing
from credpath.domain.mastery_transition import expected
from credpath.errors import BundleRefused
from credpath.recommender.csr import Doubles
from credpath.recommender.forest import ForestRanker
from credpath.recommender.mastery_features import NAMES, STANDING, Near, columns, neutral, standing
from credpath.recommender.mastery_items import CONTEXT, MISSING, ItemTable

FACTS, FOREST, ITEMS = "mastery.json", "forest", "items"
# Raised whenever what is written changes its meaning.
FORMAT = 1
_RIGHTS, _WRONGS = STANDING.index("rights_1"), STANDING.index("wrongs_1")


@dataclass(frozen=True, slots=True)
class Width:
    """How many observations an estimate is worth, by how many answers on the skill it rests on. Rising in both."""

    answers: tuple[float, ...]
    worth: tuple[float, ...]

    def of(self, answers: Doubles) -> Doubles:
        """(n,) -> (n,): interpolated."""
        found: Doubles = np.interp(answers, self.answers, self.worth)
        return found


@dataclass(frozen=True, slots=True)
class LearnedFacts:
    """All that is learned beside items and trees. log-odds stated = slope * log-odds of the forest + intercept.

    `skills`: easiness of each; `easiness` of another. `near`: skill -> (related skill, weight).
    """

    version: str
    easiness: float
    skills: dict[str, float]
    near: Near
    gains: Gains
    tracing: Tracing
    slope: float
    intercept: float
    width: Width


@dataclass(frozen=True, slots=True)
class LearnedMastery:
    """A `MasteryModel`. A skill that the responses never named is left to `otherwise`."""

    facts: LearnedFacts
    items: ItemTable
    forest: ForestRanker
    otherwise: MasteryModel = COUNTING
    parameters: MasteryParameters = field(init=False)
    # skill -> log-odds of the forest for somebody of whom nothing is known
    unknown: dict[str, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        told = self.facts
        parameters = MasteryParameters(told.easiness, told.skills, self.items, told.gains, told.tracing)
        object.__setattr__(self, "parameters", parameters)
        nobody = standing(LearnerState(), ("",), "", MISSING, datetime.max, parameters, {})
        stood, easiness = np.array([nobody] * len(told.skills)), np.array(list(told.skills.values()))
        logits = self._logit(*neutral(stood, easiness)).tolist() if told.skills else []
        object.__setattr__(self, "unknown", dict(zip(told.skills, logits, strict=True)))

    @property
    def version(self) -> str:
        """Of what was learned."""
        return self.facts.version

    def estimate_all(self, state: LearnerState, skill_uris: Sequence[str], at: datetime) -> dict[str, Mastery]:
        """Every skill at once: one pass of the forest."""
        found = self.estimate_each([(state, uri, at) for uri in skill_uris])
        return {mastery.skill_uri: mastery for mastery in found}

    def estimate_each(self, asked: Sequence[Asked]) -> list[Mastery]:
        """As `estimate_all`, of whatever states, skills and moments."""
        named = [one for one in asked if one[1] in self.facts.skills]
        if len(named) == len(asked):
            return self._learned(named)
        learned = iter(self._learned(named))
        others = iter(self.otherwise.estimate_each([one for one in asked if one[1] not in self.facts.skills]))
        return [next(learned if uri in self.facts.skills else others) for _, uri, _ in asked]

    def _learned(self, asked: Sequence[Asked]) -> list[Mastery]:
        if not asked:
            return []
        easiness = np.array([self.facts.skills[uri] for _, uri, _ in asked])
        parameters, near = self.parameters, self.facts.near
        stood = np.array([standing(state, (uri,), "", MISSING, at, parameters, near) for state, uri, at in asked])
        logits = self._logit(*neutral(stood, easiness))
        rights, wrongs = stood[:, _RIGHTS], stood[:, _WRONGS]
        worth = np.minimum(self.facts.width.of(rights + wrongs), PRIOR_HELD + PRIOR_MISSING + rights + wrongs)
        found = zip(asked, *(one.tolist() for one in (logits, rights, wrongs, worth)), strict=True)
        return [_mastery(one, logit, self.unknown[one[1]], *rest) for one, logit, *rest in found]

    def expect(
        self, state: LearnerState, skill_uris: Sequence[str], at: datetime, item_id: str = "",
        difficulty: float | None = None,
    ) -> float:  # fmt: skip
        """The chance that the learner gets the item right; without one, an item of which only the skills are known."""
        facts = self.parameters.facts(item_id, skill_uris[0], difficulty)
        stood = standing(state, skill_uris, item_id, facts, at, self.parameters, self.facts.near)
        item = self.items.codes([item_id or skill_uris[0]])
        recent = state.general.recent[::-1]
        earlier = self.items.codes([other for other, _ in recent])[None, :]
        right = np.array([[score >= 0.5 for _, score in recent]], dtype=bool)
        asked = ask(self.items, np.array([facts.easiness]), item, earlier, right)
        return expected(float(self._logit(np.array([stood]), asked)[0]))

    def _logit(self, stood: Doubles, asked: Doubles) -> Doubles:
        found: Doubles = self.facts.slope * self.forest.score(columns(stood, asked)) + self.facts.intercept
        return found

    def save(self, folder: Path) -> None:
        """Writes all but the forest, which `training.forest_export` writes into the same folder."""
        folder.mkdir(parents=True, exist_ok=True)
        facts = {"format": FORMAT, "columns": NAMES, **asdict(self.facts)}
        (folder / FACTS).write_text(json.dumps(facts, indent=1, sort_keys=True), encoding="utf-8")
        self.items.save(folder / ITEMS)

    @staticmethod
    def load(folder: Path) -> LearnedMastery:
        """What `save` wrote; the caller has verified the files. Raises BundleRefused for another format."""
        told = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        forest = ForestRanker.load(folder / FOREST)
        if told.pop("format") != FORMAT or tuple(told.pop("columns")) != NAMES or forest.names != NAMES:
            what = "learned mastery of another release"
            raise BundleRefused(what, where=str(folder / FACTS), fix="run `python -m training.retrain`")
        return LearnedMastery(_facts(told), ItemTable.load(folder / ITEMS), forest)


def ask(items: ItemTable, easiness: Doubles, item: Any, earlier: Any, right: Any) -> Doubles:
    """(n, len(ASKED)) of questions about items: rows of the table, -1 for one that was not met."""
    context, known = items.contexts(item).astype(float), np.ones(len(item))
    of_skills = easiness - context[:, CONTEXT.index("own_easiness")]
    found: Doubles = np.column_stack([easiness, of_skills, known, context, items.pairs(item, earlier, right)])
    return found


def _mastery(asked: Asked, logit: float, unknown: float, rights: float, wrongs: float, worth: float) -> Mastery:
    """`logit` of the forest for this learner, `unknown` for one of whom nothing is known.

    What is believed before any answer, of anybody and by what was told (awards, attempts, the own word), is what
    counting makes of it. It differs from `unknown` by a gap, and answers close that: right ones where it lies below,
    wrong ones where it lies above. So from no evidence on, no answer moves an estimate the wrong way.
    """
    state, uri, at = asked
    skill = state.skills.get(uri)
    held, missing = counted_told(skill, at) if skill else (0.0, 0.0)
    gap = math.log((PRIOR_HELD + held) / (PRIOR_MISSING + missing)) - unknown
    chance = expected(logit + gap / (1.0 + (rights if gap < 0.0 else wrongs)))
    worth += held + missing
    since, backed = skill.updated_at if skill else None, is_backed(*counted(skill, at))
    return Mastery(uri, worth * chance, worth * (1.0 - chance), since, backed=backed)


def _facts(told: dict[str, Any]) -> LearnedFacts:
    near = {uri: tuple((str(other), float(weight)) for other, weight in pairs) for uri, pairs in told["near"].items()}
    width = Width(tuple(told["width"]["answers"]), tuple(told["width"]["worth"]))
    gains, tracing = Gains(**told["gains"]), Tracing(**told["tracing"])
    return LearnedFacts(**{**told, "near": near, "width": width, "gains": gains, "tracing": tracing})
