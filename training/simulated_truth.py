"""The rules of the simulated world: what a learner who looks at a credential does, in probabilities.

Everything is computed for all n credentials at once and exactly, so the true expected reward of recommending
any of them is known. `Rules` lists the numbers; none was fitted to people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credpath.recommender.csr import Doubles
from training.simulated_people import Person
from training.simulated_world import World

# Enrolment by month against the average, in logits.
SEASON = (0.25, 0.15, 0.05, 0.0, -0.05, -0.15, -0.35, -0.2, 0.35, 0.2, 0.05, -0.3)
MASTERED = 0.8  # from here on nothing is missing of a skill
TAUGHT = 0.85  # what a credential brings a learner of average ability to, at most


@dataclass(frozen=True, slots=True)
class Rules:
    """In logits unless said otherwise; hazards are logarithms of a weekly hazard of dropping out."""

    examination: tuple[float, ...] = (1.0, 0.72, 0.55, 0.44, 0.36)  # chance that a place of the slate is looked at
    click: float = -2.2
    enrol: float = -0.8
    start: float = 2.0
    hazard: float = -1.75
    gain: float = 3.5  # of the saturating share of the true gap that it closes, or opens the way to
    gain_half: float = 0.3
    sounds_right: float = 0.5  # for each spread of the likeness of its words to the goal's
    follows: float = 1.8  # what others took after what one took last
    fading: float = 0.6  # of that, for each credential taken since
    price: float = 0.7  # for each log unit of the price over `price_from` dollars, times thrift
    price_from: float = 60.0
    over_budget: float = 1.2
    free: float = 0.4
    length: float = 1.0  # for the square of log weeks off the liked length
    unprepared: float = 2.0
    too_hard: float = 3.0  # for a whole level too hard
    busy: float = 0.6  # for each credential already under way
    load: float = 0.8  # power of the weeks over which the hazard runs
    ability: float = 0.35
    tenacity: float = 0.3
    hazard_unprepared: float = 1.4
    hazard_too_hard: float = 2.2
    hazard_free: float = 0.9
    hazard_interest: float = 0.5
    hazard_taste: float = 0.25

    def looks_at(self, place: int) -> float:
        """Chance that the slate's place 0, 1, ... is looked at."""
        return (
            self.examination[place]
            if place < len(self.examination)
            else self.examination[-1] * 0.85 ** (place - len(self.examination) + 1)
        )


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Moment:
    """Where somebody stands. `history`: rows taken up, oldest first; `busy`: how many are under way; `month` 1..12."""

    skills: Doubles
    history: tuple[int, ...]
    busy: int
    month: int


@dataclass(frozen=True, slots=True)
class Prospects:
    """(n,) each given the step before: click or dismiss given a look, enrol, start, complete, award.

    `weeks` to complete. `pull`: how much somebody who looks around by themself is drawn, in logits.
    """

    click: Doubles
    dismiss: Doubles
    enrol: Doubles
    start: Doubles
    complete: Doubles
    award: Doubles
    weeks: Doubles
    pull: Doubles


def prospects(world: World, person: Person, now: Moment, rules: Rules = RULES) -> Prospects:
    """What would become of each credential if this learner looked at it now."""
    gain = true_gain(world, person.goal, now.skills)
    interest = gain / (gain + rules.gain_half)
    taste, follows = world.traits @ person.taste, _follows(world, now.history, rules)
    unprepared, over = _shortfalls(world, now.skills)
    weeks = world.hours * (1.0 + 0.5 * now.busy) / person.hours
    drawn = rules.gain * interest + rules.follows * follows + taste + world.charm + world.standing[person.goal]
    words = world.likeness[person.goal]
    click = rules.click + drawn + rules.sounds_right * words - 0.5 * rules.too_hard * over
    considered = (
        rules.enrol + 0.6 * drawn - _price(world, person, rules) - rules.unprepared * unprepared - rules.too_hard * over
        - rules.length * (np.log(weeks) - person.length) ** 2 - rules.busy * now.busy + SEASON[now.month - 1]
    )  # fmt: skip
    hazard = (
        rules.hazard - world.support - rules.ability * person.ability - rules.tenacity * person.tenacity
        + rules.hazard_unprepared * unprepared + rules.hazard_too_hard * over + rules.hazard_free * (world.price == 0)
        - rules.hazard_interest * interest - rules.hazard_taste * taste
    )  # fmt: skip
    return Prospects(
        click=_chance(click),
        dismiss=0.12 * _chance(-2.0 * drawn),
        enrol=_chance(considered),
        start=_chance(rules.start + 0.4 * person.tenacity - 0.3 * np.log(weeks / 5.0)),
        complete=np.exp(-np.exp(hazard) * weeks**rules.load),
        award=world.awarded,
        weeks=weeks,
        pull=click + considered,
    )


def true_gain(world: World, goal: int, skills: Doubles) -> Doubles:
    """(n,) share of what work in the goal still asks of the learner that each closes, or half of what it leads to."""
    missing = np.maximum(0.0, MASTERED - skills)
    asked = world.demand[goal] * missing
    room = np.maximum(0.0, TAUGHT - skills)
    useful = (world.demand[goal] > 0) & (missing > 0)
    closes = np.minimum(missing[useful], world.teaches[:, useful] * room[useful]) @ world.demand[goal][useful]
    behind = np.zeros(len(closes))
    np.maximum.at(behind, world.steps[:, 0], closes[world.steps[:, 1]])
    gain: Doubles = np.maximum(closes, 0.5 * behind) / max(float(asked.sum()), 1e-9)
    return gain


def learn(world: World, skills: Doubles, row: int, ability: float) -> Doubles:
    """(S,) the skills after completing a credential; the able learn more."""
    level = float(np.clip(TAUGHT + 0.05 * ability, 0.6, 0.98))
    grown: Doubles = skills + world.teaches[row] * np.maximum(0.0, level - skills)
    return grown


def _follows(world: World, history: tuple[int, ...], rules: Rules) -> Doubles:
    drawn = np.zeros(len(world.charm))
    for age, row in enumerate(reversed(history[-4:])):
        drawn = np.maximum(drawn, rules.fading**age * world.kinship[row])
    return drawn


def _shortfalls(world: World, skills: Doubles) -> tuple[Doubles, Doubles]:
    """(n,) share of what is needed beforehand that is missing, and how far the level lies above the learner."""
    near = world.index.space.support(skills)
    unprepared = world.assumes @ np.maximum(0.0, 1.0 - near / 0.6) / world.assumed
    stands = (world.teaches @ near) / world.taught
    return unprepared, np.maximum(0.0, world.level - stands - 0.2)


def _price(world: World, person: Person, rules: Rules) -> Doubles:
    dear = rules.price * person.thrift * np.log1p(world.price / rules.price_from)
    return np.asarray(dear + rules.over_budget * (world.price > person.budget) - rules.free * (world.price == 0))


def _chance(logits: Doubles) -> Doubles:
    chance: Doubles = 1.0 / (1.0 + np.exp(-logits))
    return chance
