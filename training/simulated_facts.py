"""Draws what a world hides: see `simulated_world.World` for what each fact is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credpath.domain.money import REFERENCE_RATES
from credpath.recommender.columns import ON_SITE
from credpath.recommender.csr import Doubles, Offsets, gather
from credpath.recommender.filters import prices
from training.simulated_world import Setting, Spread, World, named_steps, serving, standard

# Tastes are about: what the text is about (directions of the encoder's space), who awards, how it is taken.
TEXT_TRAITS, BODY_TRAITS, GOAL_TRAITS = 5, 4, 5
FORMATS = (
    ("participation", "online"), ("participation", "blended"), ("assessment_type", "exam"),
    ("assessment_type", "project"), ("assessment_type", "quiz"), ("supervision", "identity"),
)  # fmt: skip
LEVEL_BY_KIND = {"micro-credential": 0.3, "certificate": 0.45, "professional-certificate": 0.5, "degree": 0.7}
UNSTATED_LEVEL = 0.3
TYPICAL_PRICE = 90.0
ONE_IN = 12  # of the credentials that serve a goal is what everybody takes
CROWD_STEPS, CROWD_AMONG = 3, 30  # habits of the crowd: so many next steps each, among so many that are alike


def make_world(setting: Setting, seed: int, spread: Spread | None = None) -> World:
    """Draws the hidden facts. The same setting and seed give the same world."""
    dice = _Dice(setting, np.random.default_rng([seed, 11]), spread or Spread(), _bodies(setting))
    teaches = dice.teaches()
    return World(
        setting=setting,
        seed=seed,
        charm=dice.charm(),
        standing=dice.standing(),
        support=dice.support(),
        level=dice.level(),
        price=dice.price(),
        hours=setting.index.columns.hours * np.exp(0.15 * dice.normal()),
        teaches=teaches,
        assumes=dice.assumes(teaches),
        demand=dice.demand(),
        kinship=dice.kinship(),
        traits=dice.traits(),
        awarded=dice.random.beta(8, 3, len(setting.index.ids)),
        goal_odds=dice.goal_odds(),
        spread=dice.spread,
    )


def _bodies(setting: Setting) -> Offsets:
    places: Offsets = np.unique(np.array([c.awarding_body for c in setting.index.credentials]), return_inverse=True)[1]
    return places


@dataclass(frozen=True, slots=True)
class _Dice:
    """Draws in a fixed order. `bodies` (n,): the awarding body of each row."""

    setting: Setting
    random: np.random.Generator
    spread: Spread
    bodies: Offsets

    def normal(self) -> Doubles:
        return self.random.standard_normal(len(self.bodies))

    def by_body(self) -> Doubles:
        return self.random.standard_normal(int(self.bodies.max()) + 1)[self.bodies]

    def by_format(self) -> Doubles:
        formats = standard(self.formats())
        return np.asarray(formats @ self.random.standard_normal(formats.shape[1]))

    def charm(self) -> Doubles:
        s = self.spread
        return (
            s.charm_of_body * self.by_body() + s.charm_of_credential * self.normal()
            + s.charm_of_format * self.by_format()
        )  # fmt: skip

    def support(self) -> Doubles:
        s, told = self.spread, standard(self.setting.index.columns.quality)
        carried = s.told_by_rating * told + np.sqrt(1.0 - s.told_by_rating**2) * self.normal()
        return np.asarray(
            s.support_of_body * self.by_body() + s.support_of_credential * carried
            + s.support_of_format * self.by_format()
        )  # fmt: skip

    def standing(self) -> Doubles:
        """Which awarding bodies a line of work recognises, and the few credentials that everybody in it takes."""
        vectors = self.setting.goal_vectors.astype(np.float64)
        goals = standard(vectors @ self.random.standard_normal((vectors.shape[1], GOAL_TRAITS)))
        bodies = self.random.standard_normal((GOAL_TRAITS, int(self.bodies.max()) + 1)) / np.sqrt(GOAL_TRAITS)
        standing: Doubles = self.spread.recognition * (goals @ bodies)[:, self.bodies]
        for row, goal in enumerate(self.setting.goals):
            rows = serving(self.setting.index, goal)
            standing[row, self.random.choice(rows, max(1, len(rows) // ONE_IN), replace=False)] += self.spread.canon
        return standing

    def level(self) -> Doubles:
        kinds = np.array([LEVEL_BY_KIND[c.kind] for c in self.setting.index.credentials])
        stated = self.setting.index.columns.level
        level = np.where(np.isnan(stated), kinds, stated) + self.spread.hardness * self.normal()
        return np.asarray(np.clip(level, -0.2, 1.3))

    def price(self) -> Doubles:
        dollars, _ = prices(self.setting.index, "USD", REFERENCE_RATES)
        return np.where(np.isnan(dollars), TYPICAL_PRICE * np.exp(0.6 * self.normal()), dollars)

    def teaches(self) -> Doubles:
        index = self.setting.index
        rows = np.repeat(np.arange(len(index.ids)), np.diff(index.taught.starts))
        off = np.exp(self.spread.teaching * self.random.standard_normal(len(rows)))
        table: Doubles = np.zeros((len(index.ids), len(index.space.uris)))
        np.maximum.at(table, (rows, index.taught.skills), np.clip(index.taught.strengths * off, 0.0, 1.0))
        return table

    def assumes(self, teaches: Doubles) -> Doubles:
        """Skills of what the record names beforehand, and for some two more that no record names."""
        index, table = self.setting.index, np.zeros_like(teaches)
        for before, row in named_steps(index):
            table[row] = np.maximum(table[row], 0.8 * teaches[before])
        for row, credential in enumerate(index.credentials):
            named = [
                index.space.position[p.skill_uri] for p in credential.preparation if p.skill_uri in index.space.position
            ]
            table[row, named] = 1.0
        silent = self.random.random(len(table)) < np.clip(_stated_level(self.setting), 0.1, 0.8)
        for row in np.flatnonzero(silent).tolist():
            taught = np.flatnonzero(teaches[row] > 0)
            around = np.setdiff1d(index.space.near[gather(index.space.starts, taught)[0]], taught)
            if len(around):
                table[row, self.random.choice(around, min(2, len(around)), replace=False)] = 0.8
        return table

    def demand(self) -> Doubles:
        """Weights as the taxonomy has them, each off by a factor; a row sums to 1."""
        at = self.setting.index.space.position
        table: Doubles = np.zeros((len(self.setting.goals), len(at)))
        for row, goal in enumerate(self.setting.goals):
            off = np.exp(self.spread.demand * self.random.standard_normal(len(goal.skills)))
            for skill, factor in zip(goal.skills, off.tolist(), strict=True):
                if skill.skill_uri in at:
                    table[row, at[skill.skill_uri]] = skill.weight * factor
        return np.asarray(table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9))

    def kinship(self) -> Doubles:
        """Named steps, one stack, the same field one step up, the same body, and habits of the crowd."""
        index, level = self.setting.index, _stated_level(self.setting)
        alike = np.maximum(0.0, index.vectors @ index.vectors.T).astype(np.float64)
        upward = np.exp(-((level[None, :] - level[:, None] - 0.25) ** 2) / 0.18)
        kinship = 0.8 * alike**2 * upward + 0.25 * (self.bodies[:, None] == self.bodies[None, :])
        for before, row in named_steps(index):
            kinship[before, row] += 0.8
        for stack in sorted({s for c in index.credentials for s in c.stacks_into}):
            members = [row for row, c in enumerate(index.credentials) if stack in c.stacks_into]
            kinship[np.ix_(members, members)] += 0.4
        near = np.argsort(-alike, axis=1, kind="stable")[:, 1 : CROWD_AMONG + 1]
        for row in range(len(near)):
            kinship[row, self.random.choice(near[row], min(CROWD_STEPS, near.shape[1]), replace=False)] += 1.0
        np.fill_diagonal(kinship, 0.0)
        return np.asarray(np.minimum(kinship, 1.6))

    def traits(self) -> Doubles:
        vectors = self.setting.index.vectors.astype(np.float64)
        text = vectors @ self.random.standard_normal((vectors.shape[1], TEXT_TRAITS))
        body = self.random.standard_normal((int(self.bodies.max()) + 1, BODY_TRAITS))[self.bodies]
        return np.hstack([standard(text), body, standard(self.formats())])

    def formats(self) -> Doubles:
        rows = self.setting.index.credentials
        columns = [[word in str(getattr(c, name)).casefold() for c in rows] for name, word in FORMATS]
        columns.append([bool(ON_SITE.search(c.participation)) for c in rows])
        return np.array(columns, dtype=np.float64).T

    def goal_odds(self) -> Doubles:
        """Some goals are much more common than others."""
        odds = 1.0 / (3.0 + self.random.permutation(len(self.setting.goals)))
        return np.asarray(odds / odds.sum(), dtype=np.float64)


def _stated_level(setting: Setting) -> Doubles:
    return np.nan_to_num(setting.index.columns.level, nan=UNSTATED_LEVEL)
