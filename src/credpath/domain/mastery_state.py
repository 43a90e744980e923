"""What is kept of a learner between two pieces of evidence: counters only, bounded in size, plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from credpath.domain.forgetting import FIRST_HALF_LIFE
from credpath.errors import InvalidInput

# Raised whenever what is kept changes its meaning: a state of another format is recomputed from the evidence.
STATE_FORMAT = 4
# Observations of holding a skill that fade, and such that are undated and stay; of missing it, and undated ones; and
# what a right answer now would leave of the dated misses, which get out of date without it.
Masses = tuple[float, float, float, float, float]
NOTHING: Masses = (0.0, 0.0, 0.0, 0.0, 0.0)


def missed(masses: Masses) -> float:
    """Observations of missing the skill, dated or not."""
    return masses[2] + masses[3]


@dataclass(frozen=True, slots=True)
class SkillState:
    """What one skill's evidence came to, as of `updated_at`; fading since then is applied when it is read.

    `shown`: by answers and scores; `told`: by awards and attempts. `word`: observations of holding it and of missing
    it that the learner's own word is worth. `half_life` in days; `growing`: what a right answer now would make of it.
    `rights`, `wrongs`: sums over answers in which each answer makes the earlier ones count less, one a rate of that.
    `elo`: how far the skill lies above the learner's general standing, in log-odds; `known`: by Bayesian knowledge
    tracing, None before the first answer. `items`: (item, score) of its last answers, newest last; `answer`: which of
    the learner's answers was the last on it.
    """

    skill_uri: str
    shown: Masses = NOTHING
    told: Masses = NOTHING
    word: tuple[float, float] = (0.0, 0.0)
    half_life: float = FIRST_HALF_LIFE
    growing: float = FIRST_HALF_LIFE
    updated_at: datetime | None = None
    pieces: int = 0
    rights: tuple[float, ...] = ()
    wrongs: tuple[float, ...] = ()
    elo: float = 0.0
    known: float | None = None
    items: tuple[tuple[str, float], ...] = ()
    answer: int = 0


@dataclass(frozen=True, slots=True)
class GeneralState:
    """What the learner's answers to anything came to. `recent`: (item, score) of the last answers, newest last; the
    skill stands in where no item is named. `elo`, `quick`: the general standing in log-odds, slow and quick to move.

    `last_id`: the evidence that was counted last; an answer on several skills comes as several pieces of one id
    and counts here once. `vector`: where the learner's results lie in the space of items, where one was fitted.
    `is_lasting`: some right answer had no date, so nothing fades.
    """

    answers: int = 0
    rights: tuple[float, ...] = ()
    wrongs: tuple[float, ...] = ()
    elo: float = 0.0
    quick: float = 0.0
    vector: tuple[float, ...] = ()
    recent: tuple[tuple[str, float], ...] = ()
    last_id: str = ""
    updated_at: datetime | None = None
    is_lasting: bool = False


@dataclass(frozen=True, slots=True)
class LearnerState:
    """All of one learner. `assess` returns a new one; nothing in it is ever changed in place."""

    general: GeneralState = field(default_factory=GeneralState)
    skills: Mapping[str, SkillState] = field(default_factory=dict)


def state_to_dict(state: LearnerState) -> dict[str, Any]:
    """Plain JSON values; `state_from_dict` gives an equal state back."""
    skills = [_plain(state.skills[uri]) for uri in sorted(state.skills)]
    return {"format": STATE_FORMAT, "general": _plain(state.general), "skills": skills}


def state_from_dict(record: Mapping[str, Any]) -> LearnerState:
    """What `state_to_dict` wrote. Raises InvalidInput for another format: replay the evidence instead."""
    if record.get("format") != STATE_FORMAT:
        what = f"a mastery state of format {record.get('format')}, this release reads {STATE_FORMAT}"
        raise InvalidInput(what, where="format", fix="replay the learner's evidence")
    skills = (SkillState(**_restored(one)) for one in record["skills"])
    return LearnerState(GeneralState(**_restored(record["general"])), {one.skill_uri: one for one in skills})


def _plain(part: SkillState | GeneralState) -> dict[str, Any]:
    pairs = ((f.name, getattr(part, f.name)) for f in fields(part))
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in pairs}


def _restored(facts: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _frozen(value) for name, value in facts.items()}
    if values["updated_at"] is not None:
        values["updated_at"] = datetime.fromisoformat(values["updated_at"])
    return values


def _frozen(value: Any) -> Any:
    return tuple(_frozen(member) for member in value) if isinstance(value, list | tuple) else value
