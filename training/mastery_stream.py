"""Walks a log of responses through the transition that serves, and writes down what was known before each answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from credpath.domain.mastery import Evidence, GeneralState, LearnerState, SkillState
from credpath.domain.mastery_parameters import MasteryParameters
from credpath.domain.mastery_transition import take_in
from credpath.recommender.csr import Doubles
from credpath.recommender.mastery_features import STANDING, Near, standing
from credpath.recommender.mastery_model import ask
from training.mastery_items import FittedItems, before, things_of
from training.responses import Responses

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Walked:
    """stood (n, len(STANDING)) and asked (n, len(ASKED)) of each answer, before it was given."""

    stood: Doubles
    asked: Doubles


def evidence_of(answers: Responses, row: int, moment: datetime) -> list[Evidence]:
    """One answer as serving is told of it: a piece a skill."""
    item = int(answers.item[row])
    skills = answers.skills[answers.starts[row] : answers.starts[row + 1]].tolist()
    return pieces(answers, row, item, skills, float(answers.correct[row]), moment)


def pieces(words: Responses, number: int, item: int, skills: list[int], score: float, at: datetime) -> list[Evidence]:
    """The evidence of one answer from the codes of a log."""
    item_id = words.items[item] if item >= 0 else ""
    return [Evidence(str(number), words.skill_names[skill], "item", score, at, item_id=item_id) for skill in skills]


def moment_of(order: float, dated: bool, number: int) -> datetime:
    """When an answer was given; without dates a time that only orders, so that nothing fades."""
    return EPOCH + timedelta(seconds=order) if dated else EPOCH + timedelta(seconds=number)


def walk(answers: Responses, fitted: FittedItems, parameters: MasteryParameters, near: Near) -> Walked:
    """All answers of whole learners, in the order of `answers`."""
    stood = np.empty((len(answers), len(STANDING)))
    easiness = np.empty(len(answers))
    for row, (state, skills, item_id, at) in enumerate(_questions(answers, parameters)):
        facts = parameters.facts(item_id, skills[0], None)
        easiness[row] = facts.easiness
        stood[row] = standing(state, skills, item_id, facts, at, parameters, near)
    thing, _ = things_of(answers)
    item = fitted.row[thing]
    rows, right = before(answers)
    earlier = np.where(rows >= 0, item[rows], -1)
    return Walked(stood, ask(fitted.table, easiness, item, earlier, right))


def _questions(
    answers: Responses, parameters: MasteryParameters
) -> Iterator[tuple[LearnerState, list[str], str, datetime]]:
    """(the state before it, skills, item, time) of each answer."""
    starts, learner, item = answers.starts.tolist(), answers.learner.tolist(), answers.item.tolist()
    skills, correct, order = answers.skills.tolist(), answers.correct.tolist(), answers.order.tolist()
    last, general, known, number = -1, GeneralState(), dict[str, SkillState](), 0
    for row, who in enumerate(learner):
        if who != last:
            last, general, known, number = who, GeneralState(), {}, 0
        at, number = moment_of(order[row], answers.dated, number), number + 1
        own = skills[starts[row] : starts[row + 1]]
        found = pieces(answers, number, item[row], own, float(correct[row]), at)
        yield LearnerState(general, known), [piece.skill_uri for piece in found], found[0].item_id, at
        for piece in found:
            general = take_in(known, general, piece, parameters)
