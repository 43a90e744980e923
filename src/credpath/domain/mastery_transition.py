"""The transition: what one piece of evidence does to a learner's state. Pure, and the same wherever it runs.

Every counter moves the right way: a right answer never lowers one that speaks for the skill, a wrong one never raises
it. What was held fades first, to the moment of the evidence; then the evidence is added. Each part of that keeps the
order of any two states (more held, less missed, longer kept), so the same is true of evidence that arrives late.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from operator import mul

from credpath.domain.evidence import RELIABILITY, SHOWN, Evidence, weigh
from credpath.domain.forgetting import (
    DATED_SINCE,
    FIRST_HALF_LIFE,
    GENERAL_HALF_LIFE,
    LONGEST_HALF_LIFE,
    USE,
    days_between,
    days_held,
    half_lives,
    pushed_back,
    retention,
)  # fmt: skip
from credpath.domain.mastery_parameters import (
    DEFAULT_PARAMETERS,
    GENERAL_RATES,
    RECENT_ANSWERS,
    RECENT_ITEMS,
    SKILL_RATES,
    ItemFacts,
    MasteryParameters,
)  # fmt: skip
from credpath.domain.mastery_state import GeneralState, LearnerState, Masses, SkillState, missed

__all__ = ["DEFAULT_PARAMETERS", "MasteryParameters", "advance", "expected", "later", "take_in"]

SMALLEST = 1e-300  # a share that is not to be divided by nothing
Sums = tuple[float, ...]
_NONE_GENERAL: Sums = (0.0,) * len(GENERAL_RATES)
_NONE_SKILL: Sums = (0.0,) * len(SKILL_RATES)


def advance(state: LearnerState, piece: Evidence, parameters: MasteryParameters = DEFAULT_PARAMETERS) -> LearnerState:
    """The state after one piece of evidence."""
    skills = dict(state.skills)
    return LearnerState(take_in(skills, state.general, piece, parameters), skills)


def take_in(
    skills: dict[str, SkillState], general: GeneralState, piece: Evidence, parameters: MasteryParameters
) -> GeneralState:
    """The same for whoever owns `skills` and lets it be changed in place, which spares a copy a piece."""
    uri = piece.skill_uri
    skill = skills.get(uri) or _begun(uri, parameters.gains.half_life)
    if piece.kind not in SHOWN:
        skills[uri] = _told(skill, piece, parameters)
        return general
    facts = parameters.facts(piece.item_id, uri, piece.difficulty)
    skills[uri] = _answered(skill, general, piece, facts, parameters)
    if piece.evidence_id == general.last_id:
        return general
    return _general(general, skill.elo, piece, facts, parameters)


def expected(logit: float) -> float:
    """The chance that goes with log-odds, safe for any finite ones."""
    if logit < -30.0:
        return 1e-13
    return 1.0 / (1.0 + math.exp(-logit))


def later(known: datetime | None, moment: datetime) -> datetime:
    """The later of both."""
    return moment if known is None or known < moment else known


def _begun(uri: str, half_life: float) -> SkillState:
    return SkillState(uri, half_life=half_life, growing=half_life)


def _told(skill: SkillState, piece: Evidence, parameters: MasteryParameters) -> SkillState:
    shown, told, growing = _waited(skill, piece.at)
    word = skill.word
    if piece.kind == "self_declared":
        word = _reworded(word, piece)
    else:
        told = _added(told, _weighed(skill, piece), piece)
    # The piece moves the clock, so what was shown by answers fades until then here, or never would.
    stays = left_of_skill(skill, piece.at)
    rights = tuple([total * stays for total in skill.rights])
    elo, known = faded(skill.elo, stays), still_known(skill, parameters, stays)
    return SkillState(
        skill.skill_uri, shown, told, word, skill.half_life, growing, later(skill.updated_at, piece.at),
        skill.pieces + 1, rights, skill.wrongs, elo, known, skill.items, skill.answer,
    )  # fmt: skip


def _answered(
    skill: SkillState, general: GeneralState, piece: Evidence, facts: ItemFacts, parameters: MasteryParameters
) -> SkillState:
    shown, told, growing = _waited(skill, piece.at)
    said = _weighed(skill, piece)
    score, much = piece.score, _answers_worth(piece)
    stays = left_of_skill(skill, piece.at)
    elo = faded(skill.elo, stays)
    surprise = score - expected(facts.easiness + general.elo + elo)
    known = still_known(skill, parameters, stays)
    items = (*skill.items, (piece.item_id, score))[-RECENT_ITEMS:] if piece.item_id else skill.items
    return SkillState(
        skill.skill_uri, _added(shown, said, piece), told, skill.word,
        *_lasting(skill.half_life, growing, _level(shown), said.much * score, said.much * (1.0 - score)),
        later(skill.updated_at, piece.at), skill.pieces + 1,
        _summed(skill.rights or _NONE_SKILL, SKILL_RATES, stays, score, much),
        _summed(skill.wrongs or _NONE_SKILL, SKILL_RATES, 1.0, 1.0 - score, much),
        elo + parameters.gains.skill * much * surprise,
        parameters.tracing.after(parameters.tracing.known_first if known is None else known, score, min(1.0, much)),
        items,
        general.answers if piece.evidence_id == general.last_id else general.answers + 1,
    )  # fmt: skip


def _general(
    general: GeneralState, skill_elo: float, piece: Evidence, facts: ItemFacts, parameters: MasteryParameters
) -> GeneralState:
    left, gains = left_of_general(general, piece.at), parameters.gains
    score, much, answers = piece.score, _answers_worth(piece), general.answers
    elo, quick = faded(general.elo, left), faded(general.quick, left)
    step = gains.general + gains.first / (1.0 + gains.settle * answers)
    return GeneralState(
        answers + 1,
        _summed(general.rights or _NONE_GENERAL, GENERAL_RATES, left, score, much),
        _summed(general.wrongs or _NONE_GENERAL, GENERAL_RATES, 1.0, 1.0 - score, much),
        elo + step * much * (score - expected(facts.easiness + elo + skill_elo)),
        quick + gains.quick * much * (score - expected(facts.easiness + quick)),
        _moved(general.vector, facts, score, gains.vector / (1.0 + answers / gains.vector_settle)),
        (*general.recent, (piece.item_id or piece.skill_uri, score))[-RECENT_ANSWERS:],
        piece.evidence_id,
        later(general.updated_at, piece.at),
        general.is_lasting or (piece.at < DATED_SINCE and score > 0.0),
    )  # fmt: skip


def _moved(vector: Sums, facts: ItemFacts, score: float, gain: float) -> Sums:
    place = facts.vector
    if not place:
        return vector
    vector = vector or (0.0,) * len(place)
    step = gain * (score - expected(facts.easiness + sum(map(mul, vector, place))))
    return tuple([v + step * p for v, p in zip(vector, place, strict=True)])


def _answers_worth(piece: Evidence) -> float:
    """How many answers to single items the piece counts for."""
    return RELIABILITY[piece.kind] / RELIABILITY["item"] * piece.share


def _summed(sums: Sums, rates: Sums, left: float, added: float, much: float) -> Sums:
    """Fades each sum, lets `much` answers push the earlier ones back, and adds them."""
    if much == 1.0:
        return tuple([rate * left * total + added for rate, total in zip(rates, sums, strict=True)])
    # `much` answers alike, one after the other, come to a geometric series
    kept = [rate**much for rate in rates]
    gained = [much if rate == 1.0 else (1.0 - k) / (1.0 - rate) for rate, k in zip(rates, kept, strict=True)]
    return tuple([k * left * total + g * added for k, g, total in zip(kept, gained, sums, strict=True)])


def faded(standing: float, left: float) -> float:
    """A standing in log-odds: what is above the middle fades toward it, what is below stays."""
    return standing * left if standing > 0.0 else standing


def left_of_skill(skill: SkillState, at: datetime) -> float:
    """The share of what answers have shown that is left at that time; all of it once a right one had no date.

    Sums in which new answers push back older ones cannot fade for some of them only: a right answer that fades would
    push back one that does not, and lower the estimate.
    """
    return 1.0 if skill.shown[1] > 0.0 else retention(skill.half_life, skill.updated_at, at)


def left_of_general(general: GeneralState, at: datetime) -> float:
    """The same of the general standing."""
    return 1.0 if general.is_lasting else retention(GENERAL_HALF_LIFE, general.updated_at, at)


def still_known(skill: SkillState, parameters: MasteryParameters, left: float) -> float | None:
    """What tracing makes of the skill after fading: what lies above the first guess falls toward it."""
    first = parameters.tracing.known_first
    if skill.known is None or skill.known <= first:
        return skill.known
    return first + (skill.known - first) * left


def _waited(skill: SkillState, at: datetime) -> tuple[Masses, Masses, float]:
    """(`shown`, `told`, `growing`) of the skill as time alone leaves them."""
    days = days_between(skill.updated_at, at)
    if days == 0.0:
        return skill.shown, skill.told, skill.growing
    left, current = half_lives(skill.half_life, days), half_lives(FIRST_HALF_LIFE, days)
    held = days_held(skill.half_life, skill.shown[0], left, missed(skill.shown))
    growing = min(LONGEST_HALF_LIFE, skill.growing + held)
    return _faded(skill.shown, left, current), _faded(skill.told, left, current), growing


def _faded(masses: Masses, left: float, current: float) -> Masses:
    return masses[0] * left, *masses[1:4], masses[4] * current


def _reworded(word: tuple[float, float], piece: Evidence) -> tuple[float, float]:
    """A further word takes the place of the earlier one, as far as it counts: repeating it makes it no truer."""
    worth = RELIABILITY[piece.kind]
    says = worth * piece.score, worth * (1.0 - piece.score)
    return tuple([old + piece.share * (new - old) for old, new in zip(word, says, strict=True)])  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a piece says: observations for and against. `much` 0..1: of one observation. `current`: the share of a
    miss of its day that a right answer at the time of the state would leave.
    """

    right: float
    wrong: float
    much: float
    current: float


def _weighed(skill: SkillState, piece: Evidence) -> _Said:
    """Evidence that arrives late has faded until the latest."""
    right, wrong = weigh(piece)
    late = days_between(piece.at, later(skill.updated_at, piece.at))
    return _Said(
        right * half_lives(skill.half_life, late), wrong, min(1.0, right + wrong), half_lives(FIRST_HALF_LIFE, late)
    )


def _added(masses: Masses, said: _Said, piece: Evidence) -> Masses:
    """New observations push back the earlier ones, but of what speaks the same way only those of their own kind: one
    that fades must not take the place of one that stays. What has no date is not known to be later than any miss.
    """
    (kept, each), (less_right, _), (less_wrong, _) = map(pushed_back, (said.right + said.wrong, said.right, said.wrong))
    held, lasting, missing, always, current = masses
    right, wrong = said.right * each, said.wrong * each
    if piece.at < DATED_SINCE:
        return (
            held * less_wrong, lasting * kept + right, missing * less_right, always * kept + wrong, current * less_right
        )  # fmt: skip
    out_of_date = max(0.0, missing - current / max(SMALLEST, said.current))
    missing -= said.much * piece.score * out_of_date
    return (
        held * kept + right, lasting * less_wrong, missing * kept + wrong, always * less_right,
        current * kept + wrong * said.current,
    )  # fmt: skip


def _lasting(half_life: float, growing: float, level: float, right: float, wrong: float) -> tuple[float, float]:
    """(half-life, what it would grow to) after an answer, of which `right` and `wrong` 0..1 say how much it was each.

    A right one makes of the half-life what it had grown to meanwhile, a wrong one takes that away.
    """
    used = 1.0 + USE * level * right
    half_life = min(LONGEST_HALF_LIFE, used * (half_life + right * (growing - half_life)))
    growing = min(LONGEST_HALF_LIFE, used * growing)
    return half_life, growing - wrong * (growing - half_life)


def _level(shown: Masses) -> float:
    """0..1: the share of the observations so far that spoke for the skill, one of either kind added."""
    held = shown[0] + shown[1]
    return (held + 1.0) / (held + missed(shown) + 2.0)
