"""Simulated learners: what each tells of themself, and what only the simulation knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from credpath.domain.learner import Profile
from credpath.domain.money import Money
from credpath.recommender.csr import Doubles
from training.simulated_world import EPOCH, Setting, World

PREFIX = "simulated-"  # of every id, so that nobody takes them for people
# How many learners arrive in each month against the average: new year, term starts, holidays.
ARRIVALS = (1.4, 1.15, 1.05, 0.95, 0.9, 0.8, 0.6, 0.75, 1.5, 1.25, 1.05, 0.6)
COUNTRIES = (("US", 0.4), ("GB", 0.2), ("IN", 0.12), ("DE", 0.12), ("CA", 0.08), ("NL", 0.08))
LANGUAGE = {"DE": "de", "NL": "nl"}
CURRENCY = {"US": "USD", "GB": "GBP", "IN": "USD", "DE": "EUR", "CA": "CAD", "NL": "EUR"}
TELLS_HOURS, TELLS_BUDGET, TELLS_SKILL = 0.75, 0.4, 0.5
LENGTH = 1.6  # log of the weeks that people like on average: five
TOLD, UNTOLD = 0.68, 0.1  # mean mastery of a skill that somebody declares, and about that of another
MEAN_VISITS, DAYS_BETWEEN_VISITS = 4.0, 30.0
MEAN_BEFORE = 2.0  # credentials taken up before the first visit, by those who took up any
NEWCOMERS = 0.3  # share with no history at all
TASTE = 0.2  # spread of personal taste over the catalogue, in logits
YEAR_BEFORE = 400.0  # days over which that history is spread


@dataclass(frozen=True, slots=True)
class Person:
    """One learner. `profile` is what they tell; the rest is hidden.

    `ability`, `tenacity`: spread 1 around 0. `thrift`: how much money matters, around 1. `hours`: a week, really.
    `length`: log of the weeks that they like. `taste` (K,) over the world's traits, in logits for each spread of
    the trait. `skills` (S,) mastered at first. `visits`, in days after EPOCH.
    """

    learner_id: str
    goal: int
    profile: Profile
    ability: float
    tenacity: float
    thrift: float
    budget: float
    hours: float
    length: float
    taste: Doubles
    skills: Doubles
    before: int
    visits: tuple[float, ...]


def moment(days: float) -> datetime:
    """Days after EPOCH as a time, to the second."""
    return EPOCH + timedelta(seconds=round(days * 86_400))


def make_person(world: World, number: int, seed: int, first_day: float, span: float) -> Person:
    """Learner `number` of the population `seed`; the same arguments, the same learner."""
    random = np.random.default_rng([world.seed, seed, number])
    goal = int(random.choice(len(world.goal_odds), p=world.goal_odds))
    country = str(random.choice([c for c, _ in COUNTRIES], p=[share for _, share in COUNTRIES]))
    thrift, hours = float(np.exp(0.4 * random.standard_normal())), float(np.exp(1.75 + 0.45 * random.standard_normal()))
    budget = float(60.0 + 500.0 * random.gamma(1.5) / thrift)
    skills, told = _skills(world, goal, random)
    return Person(
        learner_id=f"{PREFIX}{seed:03d}-{number:06d}",
        goal=goal,
        profile=_profile(world.setting, goal, country, budget, hours, told, random),
        ability=float(random.standard_normal()),
        tenacity=float(random.standard_normal()),
        thrift=thrift,
        budget=budget,
        hours=min(hours, 40.0),
        length=float(LENGTH + 0.3 * random.standard_normal()),
        taste=_taste(world, random),
        skills=skills,
        before=0 if random.random() < NEWCOMERS else 1 + int(random.poisson(MEAN_BEFORE - 1.0)),
        visits=_visits(random, first_day, span),
    )


def _skills(world: World, goal: int, random: np.random.Generator) -> tuple[Doubles, tuple[str, ...]]:
    """(S,) what is mastered of the goal and of what one did before, and the part of it that is told."""
    origin = int(random.choice(len(world.goal_odds), p=world.goal_odds))
    odds = 0.15 * (world.demand[goal] > 0) + 0.45 * (world.demand[origin] > 0)
    mastered = random.random(len(odds)) < odds
    skills = np.where(mastered, random.uniform(0.4, 0.95, len(odds)), 0.05)
    told = mastered & (random.random(len(odds)) < TELLS_SKILL)
    return skills, tuple(world.index.space.uris[s] for s in np.flatnonzero(told).tolist())


def _taste(world: World, random: np.random.Generator) -> Doubles:
    """TASTE logits of spread between credentials, on a few traits that matter much and others that hardly do."""
    taste = random.standard_normal(world.traits.shape[1]) * random.gamma(0.7, 1.0, world.traits.shape[1])
    spread = float((world.traits @ taste).std())
    return np.asarray(taste * TASTE / max(spread, 1e-9), dtype=np.float64)


def _profile(
    setting: Setting, goal: int, country: str, budget: float, hours: float, told: tuple[str, ...],
    random: np.random.Generator,
) -> Profile:  # fmt: skip
    said = round(2.0 * float(np.clip(hours * np.exp(0.25 * random.standard_normal()), 1.0, 40.0))) / 2.0
    return Profile(
        goal=setting.goals[goal].label,
        declared_skills=told,
        languages=("en", LANGUAGE[country]) if country in LANGUAGE else ("en",),
        country=country,
        hours_per_week=said if random.random() < TELLS_HOURS else None,
        budget=Money(round(budget, -1), CURRENCY[country]) if random.random() < TELLS_BUDGET else None,
    )


def _visits(random: np.random.Generator, first_day: float, span: float) -> tuple[float, ...]:
    """Arrival by season, then a few returns; nothing after the end of the span."""
    while True:
        day = first_day + span * float(random.random())
        if random.random() * max(ARRIVALS) < ARRIVALS[moment(day).month - 1]:
            break
    days = [day]
    for _ in range(int(random.geometric(1.0 / MEAN_VISITS)) - 1):
        days.append(days[-1] + 1.0 + float(random.exponential(DAYS_BETWEEN_VISITS)))
    return tuple(day for day in days if day < first_day + span)
