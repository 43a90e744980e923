"""The plain models: each recovers what was put into a drawn log, and agrees with a slow and plain reading of itself."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from credpath.recommender.csr import Doubles
from tests.training.response_world import drawn_log, read_log
from training.completion_logistic import fit_logistic, sigmoid
from training.completion_metrics import Drawn
from training.mastery_bkt import Bkt, Parameters, Sequences, _expected, forward, improved, sequences_of
from training.mastery_elo import Elo, Steps, abilities
from training.mastery_means import ItemMean, fit_means
from training.mastery_pfa import BestLr, Pfa, best_lr_columns
from training.mastery_protocol import Contender
from training.mastery_regression import fit_sparse
from training.mastery_sequences import earlier_rights, entries_of
from training.responses import Responses


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Responses:
    return read_log(tmp_path_factory.mktemp("log") / "log.csv", drawn_log(learners=250))


def auc(model: Contender, log: Responses) -> float:
    train, test = log.rows(log.fold != 0), log.rows(log.fold == 0)
    return Drawn(model.fit(train, 1).predict(test), test.correct == 1).auc(np.ones(len(test)))


def test_models_that_know_more_predict_better(log: Responses) -> None:
    found = {model.name: auc(model, log) for model in (ItemMean(), Bkt(), Pfa(), BestLr(), Elo())}
    assert min(found["Elo"], found["Best-LR"]) > max(found["BKT"], found["PFA"], found["item mean"])
    assert min(found.values()) > 0.55


def test_counts_are_of_earlier_answers_of_the_same_learner_alone(tmp_path: Path) -> None:
    lines = ["ann,p,a,1,1,1", "ann,q,b,1,2,1", "ann,r,a;b,0,3,1", "ann,p,a,1,4,1", "bob,p,a,1,1,2"]
    found = read_log(tmp_path / "log.csv", lines)
    entries = entries_of(found)
    assert entries.place.tolist() == [0, 0, 1, 1, 2, 0]
    assert entries.rights.tolist() == [0, 0, 1, 1, 1, 0]
    assert entries.wrongs.tolist() == [0, 0, 0, 0, 1, 0]
    assert entries.groups == 3
    assert earlier_rights(found).tolist() == [0, 1, 2, 2, 0]


def one_sequence(correct: list[int]) -> Sequences:
    count = len(correct)
    return Sequences(np.zeros(1, np.int32), np.arange(count + 1), np.array(correct, float), np.arange(count))


def by_enumeration(correct: list[int], chances: tuple[float, ...]) -> Doubles:
    """(answers,) the chance that the skill was known at each, given all answers, over every path of states."""
    known, learn, guess, slip = chances
    total, held = 0.0, np.zeros(len(correct))
    for path in product((0, 1), repeat=len(correct)):
        weight = known if path[0] else 1.0 - known
        for before, after in pairwise(path):
            weight *= float(after == 1) if before else (learn if after else 1.0 - learn)
        for state, right in zip(path, correct, strict=True):
            chance = 1.0 - slip if state else guess
            weight *= chance if right else 1.0 - chance
        total += weight
        held += weight * np.array(path)
    return held / total


def test_tracing_agrees_with_every_path_of_states() -> None:
    chances = (0.3, 0.2, 0.25, 0.1)
    parameters = Parameters(*(np.array([value]) for value in chances))
    correct = [0, 1, 0, 1, 1]
    sequences = one_sequence(correct)
    known, _, _ = _expected(sequences, parameters, sequences.by_skill())
    assert known == pytest.approx(by_enumeration(correct, chances))
    _, after = forward(sequences, parameters)
    for upto in range(1, len(correct) + 1):
        assert after[upto - 1] == pytest.approx(by_enumeration(correct[:upto], chances)[-1])


def test_expectation_maximisation_finds_what_a_log_was_drawn_from(tmp_path: Path) -> None:
    dice, lines = np.random.default_rng(0), []
    for who in range(1_500):
        knows = dice.uniform() < 0.4
        for order in range(12):
            right = int(dice.uniform() < (0.9 if knows else 0.2))
            lines.append(f"learner-{who},,a,{right},{order},{who % 2}")
            knows = knows or dice.uniform() < 0.15
    sequences = sequences_of(read_log(tmp_path / "log.csv", lines))
    start = (0.5, 0.1, 0.25, 0.1)
    parameters = Parameters(*(np.array([value]) for value in start))
    for _ in range(60):
        parameters = improved(sequences, parameters, start)
    assert [float(values[0]) for values in parameters] == pytest.approx([0.4, 0.15, 0.2, 0.1], abs=0.03)


def test_sparse_and_dense_regression_find_the_same_weights(log: Responses) -> None:
    columns = best_lr_columns(log)
    correct = log.correct.astype(float)
    dense = fit_logistic(columns.toarray(), correct == 1, np.full(columns.shape[1], 2.0))
    ours = fit_sparse(columns, correct, 2.0)
    assert sigmoid(columns @ ours) == pytest.approx(sigmoid(columns @ dense.weights), abs=0.01)


def test_regression_survives_columns_that_tell_everything() -> None:
    columns = sparse.csr_matrix(np.array([[1.0, 0.0], [1.0, 1.0]] * 20))
    weights = fit_sparse(columns, np.array([0.0, 1.0] * 20), 1e-3)
    assert np.isfinite(weights).all()
    assert weights[0] < -3 < 3 < weights[1]


def test_an_ability_is_moved_by_the_surprise_and_slows_down(tmp_path: Path) -> None:
    lines = ["ann,q,a,1,1,1", "ann,r,b,0,2,1", "ann,q,a;b,1,3,1", "bob,q,a,1,1,2"]
    found = read_log(tmp_path / "log.csv", lines)
    steps = Steps(step=0.2, skill_step=0.4, slowing=1.0, skill_slowing=1.0)
    got = abilities(found, np.zeros(4), steps)
    first = 0.5  # surprise of a right answer at even odds
    second = 0.0 - 1.0 / (1.0 + np.exp(-0.2 * first))
    general = 0.2 * first + 0.1 * second
    assert got == pytest.approx([0.0, 0.2 * first, general + (0.4 * first + 0.4 * second) / 2, 0.0])


def test_an_item_of_few_answers_is_drawn_to_its_skill(tmp_path: Path) -> None:
    lines = [
        f"l{who},{item},a,{right},{who},{who % 2}" for who, (item, right) in enumerate([("x", 1)] * 8 + [("y", 0)])
    ]
    log = read_log(tmp_path / "log.csv", lines)
    means = fit_means(log, 3.0)
    x, y = (float(means.predict(log)[log.item == code][0]) for code in (0, 1))
    assert 0.3 < y < 0.7 < x < 1.0
