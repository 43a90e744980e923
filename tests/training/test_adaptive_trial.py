from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import InvalidInput
from credpath.recommender.encoding import HashEncoder
from credpath.recommender.next_beliefs import Asking
from credpath.recommender.what_if import WhatIf
from training.adaptive_learners import FittedLearners, fit_learners
from training.adaptive_trial import Learner, check, main, meet, report, run_trial, settled, sit
from training.answer_sheet import AnswerSheet
from training.response_reader import read_responses
from training.simulated_sample import sample_setting

FEW = Asking(worlds=16)
TRUTH = FittedLearners(np.array([0.8, 0.6, 0.4, 0.7]), 0.5, 0.15, 0.1, 0, 0)


def write_log(path: Path, learners: int, truth: FittedLearners = TRUTH, answers: int = 5) -> Path:
    """A log of learners as `truth` describes them, with several answers to each skill."""
    rng, lines = np.random.default_rng(3), ["learner_id,item_id,skill_id,correct,order"]
    for learner in range(learners):
        held, _ = truth.draw(len(truth.held), rng)
        for skill, holds in enumerate(held):
            # The rarer a skill, the fewer are asked about it: frequency ranks them as they stand here.
            if learner % (len(held) + skill) < skill:
                continue
            for n in range(answers):
                right = rng.random() < (1 - truth.slip if holds else truth.guess)
                lines.append(f"l{learner},i{skill}-{n},s{skill},{int(right)},{skill * 10 + n}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def with_fewer_skills(learner: Learner, count: int) -> Learner:
    goal = replace(learner.request.goal, skills=learner.request.goal.skills[:count])
    uris, request = tuple(sorted(one.skill_uri for one in goal.skills)), replace(learner.request, goal=goal)
    sheet = AnswerSheet(uris, learner.sheet.answers[:count])
    return Learner(
        learner.setting, request, sheet, WhatIf.of(learner.setting.index, request, uris, sheet.extremes())
    )  # fmt: skip


def test_the_fit_finds_the_learners_that_wrote_the_log(tmp_path: Path) -> None:
    fitted = fit_learners(read_responses(write_log(tmp_path / "log.csv", 1_500)).responses)
    assert fitted.held == pytest.approx(TRUTH.held, abs=0.06)
    assert fitted.guess == pytest.approx(TRUTH.guess, abs=0.04)
    assert fitted.slip == pytest.approx(TRUTH.slip, abs=0.04)
    assert fitted.together == pytest.approx(TRUTH.together, abs=0.15)


def test_too_short_a_log_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="learners"):
        fit_learners(read_responses(write_log(tmp_path / "log.csv", 5)).responses)


def test_the_first_place_is_settled_after_its_last_change() -> None:
    assert settled(np.array([3, 3, 3]), 3) == 0
    assert settled(np.array([1, 3, 1, 3, 3]), 3) == 3
    assert settled(np.array([1, 2, 3]), 3) == 2


@pytest.mark.slow
def test_the_same_seed_gives_the_same_trial() -> None:
    setting = sample_setting(HashEncoder())
    document, again = run_trial(setting, TRUTH, 2, 11), run_trial(setting, TRUTH, 2, 11)
    assert document | {"seconds": 0} == again | {"seconds": 0}


def test_a_trial_counts_the_questions_that_its_learners_were_asked() -> None:
    document = run_trial(sample_setting(HashEncoder()), TRUTH, 2, 11, FEW)
    assert document["learners"] == 2
    assert document["questions"]["asked"]["value"] <= document["questions"]["questions"]["value"]
    json.dumps(document, allow_nan=False)


def test_the_check_goes_on_after_its_end_in_the_order_that_it_began() -> None:
    learner = with_fewer_skills(meet(sample_setting(HashEncoder()), TRUTH, 11, 0)[0], 8)
    order = check(learner, FEW)
    whole = check(learner, replace(FEW, even_if_sure=True), order)
    assert sorted(whole) == learner.sheet.everything
    assert whole[: len(order)] == order
    assert check(learner, FEW, order=whole) == order
    assert len(order) < len(whole)
    assert check(learner, replace(FEW, even_if_sure=True)) == whole


def test_with_items_each_is_asked_once_and_the_check_ends_before_the_last() -> None:
    learner, rng = meet(sample_setting(HashEncoder()), TRUTH, 11, 0, items=3)
    learner = with_fewer_skills(learner, 5)
    order = check(learner, FEW)
    assert sorted(check(learner, replace(FEW, even_if_sure=True), order)) == learner.sheet.everything
    assert len(learner.sheet.everything) == 15
    assert len(order) < 15
    sitting = sit(learner, FEW, rng)
    assert (sitting.asked, sitting.order_alone) == (len(order), None)
    json.dumps(report([sitting, sitting], TRUTH, 11, 1.0), allow_nan=False)


def test_misuse_is_told_apart_from_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = write_log(tmp_path / "log.csv", 5)
    assert main(["--responses", str(log), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["fix"]
    with pytest.raises(SystemExit, match="2"):
        main(["--responses", str(log), "--learners", "1"])
