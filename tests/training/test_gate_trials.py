from __future__ import annotations

import pytest

from training.gate import load_thresholds
from training.gate_trials import Run, decide, logged, power

THRESHOLDS = load_thresholds()


def test_a_worse_model_is_held_and_a_better_one_passes() -> None:
    # 20,000 judged decisions, a tenth of them explored: the lift's standard error is about 0.021.
    found = power(trials=3, seed=17, run=Run(judged=1.0), names=("reversed", "worse", "better"))["challengers"]
    assert (found["reversed"]["promoted"], found["worse"]["promoted"]) == (0, 0)
    assert found["better"]["promoted"] >= 2
    assert found["worse"]["lift"] < -0.04 < 0.06 < found["better"]["lift"]


def test_full_ranking_of_presented_credentials_would_have_vetoed_the_better_model() -> None:
    log = logged(Run(epsilon=0.2, judged=1.0), seed=5)
    verdict = decide(log, 0.65, THRESHOLDS)
    [champion] = [c for c in verdict.criteria if c.name == "champion"]
    assert "ndcg_at_10 differs by -" in champion.sentence
    assert verdict.promote


def test_few_decisions_always_hold() -> None:
    for seed in range(5):
        verdict = decide(logged(Run(decisions=400, epsilon=0.2, judged=1.0), seed), 1.0, THRESHOLDS)
        assert not verdict.promote


@pytest.mark.slow
@pytest.mark.parametrize(
    "run",
    [Run(judged=1.0), Run(judged=0.75), Run(epsilon=0.2, judged=0.5)],
    ids=["all judge", "three quarters judge", "half judge, a fifth explored"],
)
def test_twenty_of_twenty_worse_are_held_and_eighteen_of_twenty_better_pass(run: Run) -> None:
    found = {name: cell["promoted"] for name, cell in power(trials=20, seed=101, run=run)["challengers"].items()}
    for worse in ("reversed", "random", "worse", "slightly worse"):
        assert found[worse] == 0
    assert found["the same"] <= 3
    assert found["better"] >= 18
