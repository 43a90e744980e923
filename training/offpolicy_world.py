"""A small bandit with known truth: learners, candidates, rewards, and policies that know more or less of them.

It tests estimators and the gate. It is no model of people; `training/simulate.py` is the simulator of learners.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.evaluation.offpolicy import Logged, cross_fit, support, weight_moments

Doubles = NDArray[np.float64]
Rows = NDArray[np.int64]
CONTEXT = 5
FINISHED = (1.0, 0.3)  # reward of completing and of a mere start
FINISHING = 0.6  # chance of the first, given any
MEAN_REWARD = FINISHING * FINISHED[0] + (1 - FINISHING) * FINISHED[1]
RIDGE = 3.0


@dataclass(frozen=True, slots=True)
class World:
    """How rewards come about: chance = sigmoid(`base` + `reach` * taste + what the learner brings)."""

    actions: int = 12
    base: float = -1.4
    reach: float = 1.0
    learner_spread: float = 0.5
    decisions_a_learner: float = 4.0
    seed: int = 0

    def tastes(self) -> Doubles:
        """(CONTEXT + 1, actions) how each credential suits a context."""
        dice = np.random.default_rng([self.seed, 1])
        return np.asarray(dice.normal(size=(CONTEXT + 1, self.actions)) / np.sqrt(CONTEXT + 1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Contexts:
    """`seen` (n, CONTEXT) is known to policies, `chance` (n, actions) only to the world; `blur` is dice of policies."""

    learners: Rows
    seen: Doubles
    suits: Doubles
    chance: Doubles
    blur: Doubles


def draw_contexts(world: World, decisions: int, seed: int) -> Contexts:
    """Learners with a standing of their own come back several times."""
    dice = np.random.default_rng([world.seed, 2, seed])
    count = max(2, round(decisions / world.decisions_a_learner))
    learners = np.sort(dice.integers(0, count, size=decisions))
    own = dice.normal(size=(count, CONTEXT))[learners]
    seen = 0.8 * own + 0.6 * dice.normal(size=(decisions, CONTEXT))
    suits = np.column_stack([seen, np.ones(decisions)]) @ world.tastes()
    lifted = world.learner_spread * dice.normal(size=count)[learners]
    chance = 1.0 / (1.0 + np.exp(-(world.base + world.reach * suits + lifted[:, None])))
    return Contexts(learners, seen, suits, chance, dice.normal(size=(decisions, world.actions)))


def scores(contexts: Contexts, skill: float) -> Doubles:
    """(n, actions) scores of a ranker: `skill` 1 sees how all suit, 0 sees nothing, -1 prefers what suits worst."""
    return np.asarray(skill * contexts.suits + (1.0 - abs(skill)) * contexts.blur, dtype=np.float64)


def greedy(scored: Doubles) -> Doubles:
    """(n, actions) probabilities: all on the best score."""
    probability = np.zeros(scored.shape)
    probability[np.arange(len(scored)), scored.argmax(axis=1)] = 1.0
    return probability


def exploring(scored: Doubles, epsilon: float, top: int = 10) -> Doubles:
    """The serving policy: with `epsilon`, one of the `top` best evenly (`recommender/ranking.py`)."""
    place = np.argsort(np.argsort(-scored, axis=1, kind="stable"), axis=1)
    return np.asarray(epsilon / top * (place < top) + (1.0 - epsilon) * (place == 0), dtype=np.float64)


def soft(scored: Doubles, heat: float = 0.5) -> Doubles:
    """A random target: probabilities grow with the score."""
    power = np.exp((scored - scored.max(axis=1, keepdims=True)) / heat)
    return np.asarray(power / power.sum(axis=1, keepdims=True), dtype=np.float64)


def true_value(contexts: Contexts, policy: Doubles) -> float:
    """Mean expected reward."""
    return float((policy * contexts.chance).sum(axis=1).mean()) * MEAN_REWARD


@dataclass(frozen=True, slots=True)
class Log:
    """Decisions of a logging policy, what they earned, and what a cross-fitted model `expected` (n, actions)."""

    contexts: Contexts
    propensities: Doubles
    action: Rows
    reward: Doubles
    expected: Doubles

    def seen_from(self, target: Doubles) -> Logged:
        """The log as evidence about a target policy (n, actions)."""
        line = np.arange(len(self.action))
        return Logged(
            reward=self.reward,
            propensity=self.propensities[line, self.action],
            target=target[line, self.action],
            direct_logged=self.expected[line, self.action],
            direct_target=(target * self.expected).sum(axis=1),
            learners=self.contexts.learners,
            supported=support(target, self.propensities),
            moments=weight_moments(target, self.propensities),
            chosen=target.argmax(axis=1) if (target.max(axis=1) == 1.0).all() else None,
        )

    def later(self, share: float) -> Log:
        """The last `share` of the decisions, as if judged after a cut."""
        first = int((1.0 - share) * len(self.action))
        kept = slice(first, None)
        c = self.contexts
        contexts = Contexts(c.learners[kept], c.seen[kept], c.suits[kept], c.chance[kept], c.blur[kept])
        return Log(contexts, self.propensities[kept], self.action[kept], self.reward[kept], self.expected[kept])


def draw_log(contexts: Contexts, propensities: Doubles, seed: int) -> Log:
    """Acts, is rewarded, and fits the direct model across learners."""
    dice = np.random.default_rng([3, seed])
    line = np.arange(len(propensities))
    draw = dice.random(len(propensities))[:, None]
    action = np.minimum((propensities.cumsum(axis=1) <= draw).sum(axis=1), propensities.shape[1] - 1)
    happened = dice.random(len(line)) < contexts.chance[line, action]
    reward = happened * np.where(dice.random(len(line)) < FINISHING, *FINISHED)
    return Log(contexts, propensities, action, reward, expected_rewards(contexts, action, reward, seed))


def expected_rewards(contexts: Contexts, action: Rows, reward: Doubles, seed: int) -> Doubles:
    """(n, actions) by ridge regression on the context, one an action, shrunk to the mean reward."""
    seen = np.column_stack([contexts.seen, np.ones(len(action))])
    actions = contexts.chance.shape[1]

    def fit(rows: Rows) -> Doubles:
        mean = float(reward[rows].mean())
        columns = []
        for a in range(actions):
            mine = rows[action[rows] == a]
            left = seen[mine].T @ seen[mine] + RIDGE * np.eye(seen.shape[1])
            columns.append(np.linalg.solve(left, seen[mine].T @ (reward[mine] - mean)))
        model = np.column_stack(columns)
        model[-1] += mean
        return model

    return np.clip(cross_fit(contexts.learners, fit, lambda model, rows: seen[rows] @ model, seed=seed), 0.0, 1.0)
