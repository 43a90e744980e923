"""The transition: what one piece of evidence does to a learner's state. Pure, and the same wherever it runs.

Every counter moves the right way: a right answer never lowers one that speaks for the skill, a wrong one never raises
it. What was held fades first, to the moment of the evidence; then the evidence is added.
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
    TINY,
    days_between,
    half_lives,
    lengthened,
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
    skill = skills.get(uri) or SkillState(uri, half_life=parameters.gains.half_life)
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


def _told(skill: SkillState, piece: Evidence, parameters: MasteryParameters) -> SkillState:
    at, left = later(skill.updated_at, piece.at), retention(skill.half_life, skill.updated_at, piece.at)
    said = _weighed(skill, piece, at)
    # The piece moves the clock, so what was shown by answers fades until then here, or never would.
    stays = left_of_skill(skill, piece.at)
    rights = tuple([total * stays for total in skill.rights])
    elo, known = faded(skill.elo, stays), still_known(skill, parameters, stays)
    return SkillState(
        skill.skill_uri, _faded(skill.shown, left), _added(skill.told, left, said, piece.at), said.half_life, at,
        skill.pieces + 1, rights, skill.wrongs, elo, known, skill.items, skill.answer, said.idle,
    )  # fmt: skip


def _answered(
    skill: SkillState, general: GeneralState, piece: Evidence, facts: ItemFacts, parameters: MasteryParameters
) -> SkillState:
    at, left = later(skill.updated_at, piece.at), retention(skill.half_life, skill.updated_at, piece.at)
    said = _weighed(skill, piece, at)
    score, much = piece.score, _answers_worth(piece)
    stays = left_of_skill(skill, piece.at)
    elo = faded(skill.elo, stays)
    surprise = score - expected(facts.easiness + general.elo + elo)
    known = still_known(skill, parameters, stays)
    items = (*skill.items, (piece.item_id, score))[-RECENT_ITEMS:] if piece.item_id else skill.items
    return SkillState(
        skill.skill_uri, _added(skill.shown, left, said, piece.at), _faded(skill.told, left), said.half_life, at,
        skill.pieces + 1,
        _summed(skill.rights or _NONE_SKILL, SKILL_RATES, stays, score, much),
        _summed(skill.wrongs or _NONE_SKILL, SKILL_RATES, 1.0, 1.0 - score, much),
        elo + parameters.gains.skill * much * surprise,
        parameters.tracing.after(parameters.tracing.known_first if known is None else known, score, min(1.0, much)),
        items,
        general.answers if piece.evidence_id == general.last_id else general.answers + 1,
        said.idle,
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


@dataclass(frozen=True, slots=True)
class _Said:
    """What a piece says: observations for and against, which share of earlier misses is not out of date after it, and
    the half-life and the idle days after it.
    """

    right: float
    wrong: float
    current: float
    half_life: float
    idle: tuple[float, float, float]


def _weighed(skill: SkillState, piece: Evidence, latest: datetime) -> _Said:
    """Evidence that arrives late has faded until the latest.

    The longer nothing was shown, the less a right answer leaves of earlier misses, and the longer it lasts itself if
    something was there to be forgotten. Days count once however small the pieces between them are, so that none of
    these takes away what a later one would have said.
    """
    right, wrong = weigh(piece)
    much, gap = min(1.0, right + wrong), days_between(skill.updated_at, piece.at)
    answers, told, either = (days + gap for days in skill.idle)
    own = answers if piece.kind in SHOWN else told
    # What was there before those days, of which the masses have lost what faded until the last piece.
    dated, rest = _dated(skill) / max(TINY, half_lives(skill.half_life, skill.idle[2])), 1.0 - much
    forgotten = (1.0 - half_lives(skill.half_life, either)) * dated / (dated + 1.0)
    level = _level(skill, dated + skill.shown[1] + skill.told[1])
    return _Said(
        right * retention(skill.half_life, piece.at, latest), wrong,
        half_lives(FIRST_HALF_LIFE, own * much * piece.score),
        lengthened(skill.half_life, forgotten, level, much * piece.score, much * (1.0 - piece.score)),
        (answers * rest, told, either * rest) if piece.kind in SHOWN else (answers, told * rest, either * rest),
    )  # fmt: skip


def _faded(masses: Masses, left: float) -> Masses:
    return masses if left == 1.0 else (masses[0] * left, *masses[1:])


def _added(masses: Masses, left: float, said: _Said, at: datetime) -> Masses:
    """New observations push back the earlier ones, but of what speaks the same way only those of their own kind: one
    that fades must not take the place of one that stays.
    """
    (kept, each), (less_right, _), (less_wrong, _) = map(pushed_back, (said.right + said.wrong, said.right, said.wrong))
    held, lasting, missing, always = masses[0] * left, masses[1], masses[2] * said.current, masses[3]
    right, wrong = said.right * each, said.wrong * each
    if at >= DATED_SINCE:
        return held * kept + right, lasting * less_wrong, missing * kept + wrong, always * less_right
    return held * less_wrong, lasting * kept + right, missing * less_right, always * kept + wrong


def _dated(skill: SkillState) -> float:
    return skill.shown[0] + skill.told[0]


def _level(skill: SkillState, held: float) -> float:
    """0..1: the share of the observations so far that spoke for the skill, one of either kind added."""
    return (held + 1.0) / (held + missed(skill.shown) + missed(skill.told) + 2.0)
