"""What every model of mastery keeps to, and that one that does not is caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles
from tests.training.response_world import drawn_log, read_log
from training.mastery_benchmark import OURS, contenders
from training.mastery_contender import LearnedContender
from training.mastery_fit import MasterySettings
from training.mastery_forest import ForestSettings
from training.mastery_protocol import (
    Contender,
    Predictor,
    Question,
    Served,
    ask,
    check_folds,
    held_learners,
    later_answers_change,
    question,
    serve,
)
from training.mastery_sequences import earlier_rights
from training.responses import Responses

Fitted = Callable[[str], tuple[Predictor, Responses]]
# The product as it is but for the size of its forest: what it keeps to does not hang on that.
SMALL = MasterySettings(dimensions=4, forest=ForestSettings(trees=20, threads=1), tune=False, processes=1)
MODELS: dict[str, Contender] = {model.name: model for model in contenders()} | {OURS: LearnedContender(OURS, SMALL)}
NAMES = list(MODELS)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Responses]:
    folder = tmp_path_factory.mktemp("logs")
    return {
        with_items: read_log(folder / f"{with_items}.csv", drawn_log(with_items=with_items))
        for with_items in (True, False)
    }


@pytest.fixture(scope="module")
def fitted(logs: dict[bool, Responses]) -> Fitted:
    """A contender fitted on four folds of a log with items, and the answers of the fifth."""
    log = logs[True]
    kept: dict[str, Predictor] = {}

    def fit(name: str) -> tuple[Predictor, Responses]:
        if name not in kept:
            kept[name] = MODELS[name].fit(log.rows(log.fold != 0), 1)
        return kept[name], log.rows(log.fold == 0)

    return fit


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_later_answers_and_other_learners_change_no_chance(fitted: Fitted, name: str, seed: int) -> None:
    predictor, test = fitted(name)
    assert later_answers_change(predictor, test, seed, learners=6) <= 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_fitting_again_gives_the_same_model(logs: dict[bool, Responses], fitted: Fitted, name: str) -> None:
    predictor, test = fitted(name)
    again = MODELS[name].fit(logs[True].rows(logs[True].fold != 0), 1)
    assert np.array_equal(predictor.predict(test), again.predict(test))


@pytest.mark.parametrize("name", NAMES)
def test_a_model_served_answer_by_answer_says_what_it_says_of_a_whole_log(fitted: Fitted, name: str) -> None:
    predictor, test = fitted(name)
    if isinstance(predictor, Served):
        assert serve(predictor, test, predictor.predict(test), limit=100).disagreement < 1e-6


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("with_items", [True, False])
def test_every_model_gives_a_chance_for_every_answer(logs: dict[bool, Responses], name: str, with_items: bool) -> None:
    log = logs[with_items]
    predictor = MODELS[name].fit(log.rows(log.fold > 1), 1)
    chance = predictor.predict(log.rows(log.fold <= 1))
    assert len(chance) == int((log.fold <= 1).sum())
    assert ((chance > 0) & (chance < 1)).all()
    assert predictor.predict(log.rows(log.fold == 9)).shape == (0,)


@dataclass(frozen=True)
class Toy:
    """Says what `say` says; `served` beside it answer by answer."""

    say: Callable[[Responses], Doubles]
    name: str = "toy"

    def fit(self, train: Responses, seed: int) -> Toy:
        return self

    def predict(self, answers: Responses) -> Doubles:
        return self.say(answers)


def _by_earlier_rights(answers: Responses) -> Doubles:
    return (earlier_rights(answers) + 1.0) / (answers.earlier() + 2.0)


@pytest.mark.parametrize(
    ("say", "leaks"),
    [
        (_by_earlier_rights, False),
        (lambda answers: answers.correct * 0.5, True),
        (lambda answers: np.full(len(answers), answers.correct.mean()), True),
        (lambda answers: np.append(answers.correct[1:], 0) * 0.5, True),
        (lambda answers: np.append(np.diff(answers.item) == 0, False) * 0.5, True),
    ],
    ids=["honest", "this answer", "all learners", "next answer", "next question"],
)
def test_a_model_that_looks_ahead_or_aside_is_caught(
    logs: dict[bool, Responses], say: Callable[[Responses], Doubles], leaks: bool
) -> None:
    changes = [later_answers_change(Toy(say), logs[True], seed, learners=20) for seed in range(5)]
    assert (max(changes) > 0) == leaks


def test_each_answer_is_asked_once_of_a_model_that_never_saw_its_learner(logs: dict[bool, Responses]) -> None:
    log, seen = logs[True], []

    @dataclass(frozen=True)
    class Watching(Toy):
        def fit(self, train: Responses, seed: int) -> Toy:
            seen.append(set(train.learner.tolist()))
            return Toy(lambda answers: np.full(len(answers), 0.1 * len(seen)))

    told: list[str] = []
    asked = ask(Watching(_by_earlier_rights), log, 1, told.append)
    assert len(seen) == len(told) == 5
    for fold, learners in enumerate(seen):
        assert learners.isdisjoint(log.learner[log.fold == fold].tolist())
        assert asked.chance[log.fold == fold] == pytest.approx(0.1 * (fold + 1))


@pytest.mark.parametrize("bad", [np.nan, 1.5, -0.1])
def test_what_is_no_chance_is_refused_with_the_models_name(logs: dict[bool, Responses], bad: float) -> None:
    with pytest.raises(InvalidInput, match="toy did not give one chance"):
        ask(Toy(lambda answers: np.full(len(answers), bad)), logs[True], 1)


class Counting(Toy):
    """Served: a state of (right, all)."""

    def begin(self) -> tuple[int, int]:
        return 0, 0

    def expect(self, state: Any, question: Question) -> float:
        return float((state[0] + 1) / (state[1] + 2))

    def update(self, state: Any, question: Question, correct: bool) -> tuple[int, int]:
        return state[0] + correct, state[1] + 1


def test_a_served_model_is_timed_and_held_against_its_own_figures(logs: dict[bool, Responses]) -> None:
    log = logs[True]
    asked = ask(Counting(_by_earlier_rights), log, 1)
    assert asked.speed is not None
    assert asked.speed.disagreement < 1e-12
    assert 0 < asked.speed.update_p50 <= asked.speed.update_p95
    twin = serve(Counting(_by_earlier_rights), log, asked.chance + 0.25, limit=50)
    assert twin.disagreement == pytest.approx(0.25)
    assert 50 <= twin.answers < 50 + 31
    assert ask(Toy(_by_earlier_rights), log, 1).speed is None


def test_a_question_names_item_and_skills(logs: dict[bool, Responses]) -> None:
    log = logs[True]
    row = int(np.argmax(np.diff(log.starts)))
    asked = question(log, row)
    assert asked.item == log.item[row]
    assert len(asked.skills) == 2
    assert question(logs[False], 0).item == -1


def test_learners_to_tune_on_are_whole_and_few(logs: dict[bool, Responses]) -> None:
    part, held = held_learners(logs[True], 3)
    assert set(part.learner.tolist()).isdisjoint(held.learner.tolist())
    assert len(part) + len(held) == len(logs[True])
    assert len(np.unique(held.learner)) == 12


def test_a_fold_that_leaves_fewer_than_two_learners_to_learn_from_is_named(logs: dict[bool, Responses]) -> None:
    log = logs[True]
    check_folds(log)
    with pytest.raises(InvalidInput, match="outside fold 1 there is 1 learner of 13") as caught:
        check_folds(log.rows((log.fold == 1) | (log.learner == 0)))
    assert caught.value.fix
