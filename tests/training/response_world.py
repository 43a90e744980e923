"""Response logs that are drawn: learners of known ability, items of known difficulty, skills that are learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.response_reader import read_responses
from training.responses import Responses

HEADER = "learner_id,item_id,skill_id,correct,order,fold"


def write_log(path: Path, lines: list[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def read_log(path: Path, lines: list[str], header: str = HEADER) -> Responses:
    return read_responses(write_log(path, lines, header)).responses


def skills_of(found: Responses) -> list[list[int]]:
    """The skills of each answer."""
    return [found.skills[a:b].tolist() for a, b in zip(found.starts[:-1], found.starts[1:], strict=True)]


def drawn_log(
    learners: int = 60, answers: int = 30, skills: int = 4, items: int = 40, seed: int = 1, *, with_items: bool = True
) -> list[str]:
    """Lines of a log. An item has one skill, every fifth two; abilities spread more than difficulties."""
    dice = np.random.default_rng(seed)
    difficulty = dice.normal(0.0, 1.0, items)
    lines = []
    for who in range(learners):
        ability = dice.normal(0.5, 1.2) + dice.normal(0.0, 0.6, skills)
        for order in range(int(dice.integers(answers // 2, answers + 1))):
            item = int(dice.integers(items))
            tested = sorted({item % skills, (item + 1) % skills} if item % 5 == 0 else {item % skills})
            margin = float(ability[tested].mean() - difficulty[item])
            right = int(dice.uniform() < 1.0 / (1.0 + np.exp(-margin)))
            ability[tested] += 0.05
            words = ";".join(f"skill-{skill}" for skill in tested)
            name = f"item-{item}" if with_items else ""
            lines.append(f"learner-{who:03d},{name},{words},{right},{order},{who % 5}")
    return lines
