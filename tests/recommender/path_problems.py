"""Problems of a path whose right answer is obvious, or small enough to try every set there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from credpath.recommender.path_problem import Plan, Problem, earned_with
from credpath.recommender.path_schedule import schedule
from credpath.recommender.path_sets import asked_for, fits
from training.random_paths import make_path_problem

TRIES = 5_000


def problem_of(hours: Sequence[float], **facts: Any) -> Problem:
    """One candidate for each figure of hours, each closing a skill of its own, at ten hours a week."""
    count = len(hours)
    zero, each = np.zeros(count), np.array(hours, dtype=float)
    pace = facts.pop("pace", 10.0)
    weeks = np.array(facts.pop("weeks_each", each / pace), dtype=float)
    known: dict[str, Any] = {
        "ids": tuple(f"c{k}" for k in range(count)),
        "rows": tuple(range(count)),
        "caps": np.full(count, 1.0 / count),
        "rooms": np.full(count, 1.0 / count),
        "taught": np.eye(count) * 20.0,
        "near": np.zeros((count, count)),
        "hours": each,
        "money": zero,
        "ects": zero,
        "chances": np.ones(count),
        "prices": np.full(count, 0.01),
        "credits": zero,
        "weeks_each": weeks,
        "pace_each": each / weeks,
        "opens": zero,
        "shuts": np.full(count, np.inf),
        "places": tuple(range(count)),
        "groups": (),
        "helps": (),
        "draws": (),
        "pace": pace,
    }
    return Problem(**(known | facts))


def all_plans(problem: Problem) -> Iterator[Plan]:
    """Of every set that holds what is asked for and that the limits allow, by brute force."""
    asked = set(asked_for(problem))
    for size in range(min(problem.most, problem.count) + 1):
        for taken in combinations(range(problem.count), size):
            if asked <= earned_with(problem, taken) and fits(problem, taken):
                plan = schedule(problem, taken, tries=TRIES)
                if plan is not None:
                    yield plan


def asking_problem(seed: int) -> Problem:
    """Few candidates, mostly with a stack and a pin asked for, under limits that are often too tight for both."""
    random, problem = np.random.default_rng(seed), make_path_problem(seed, most=8, skills=5)
    total = len(problem.hours)
    pins = {int(k) for k in random.integers(0, total, int(random.integers(1, 3)))}
    stacks = set(range(problem.count, total)) if random.random() < 0.8 else set()
    return replace(
        problem,
        required=tuple(sorted(pins | stacks)),
        first=problem.first if random.random() < 0.4 else -1,
        budget=float(random.integers(0, 700)) if random.random() < 0.7 else problem.budget,
        weeks=float(random.integers(3, 40)) if random.random() < 0.6 else problem.weeks,
        most=int(random.integers(2, 7)) if random.random() < 0.5 else problem.most,
    )
