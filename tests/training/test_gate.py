from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np
import pytest

from credpath.evaluation.intervals import Interval
from credpath.evaluation.offpolicy import Estimate, Overlap
from training.gate import Trial, judge, load_thresholds

THRESHOLDS = load_thresholds()
ABOVE, AROUND, BELOW = Interval(0.03, 0.01, 0.05), Interval(0.01, -0.01, 0.03), Interval(-0.03, -0.05, -0.01)


def estimate(interval: Interval, unsupported: float = 0.0) -> Estimate:
    return Estimate(interval.value, interval.low, interval.high, Overlap(2_000, 900.0, 200.0, 20.0, unsupported))


def refused(why: str = "the effective sample size is 12") -> Estimate:
    return Estimate(None, None, None, Overlap(2_000, 12.0, 3.0, 900.0, 0.0), why)


STEPS = Trial(
    decisions=2_000,
    learners=900,
    positives=2_000,
    credentials=40,
    credential_share=0.1,
    baselines=dict.fromkeys(THRESHOLDS.required_baselines, ABOVE),
    champion=ABOVE,
    calibration_error=0.02,
    champion_calibration_error=0.03,
    coverage=0.6,
    champion_coverage=0.7,
    popularity_lift=0.4,
    champion_popularity_lift=0.1,
    latency_ratio=1.4,
    latency_ms=30.0,
    bundle_bytes=120_000_000,
    group_gap=Interval(0.05, 0.0, 0.1),
    champion_group_gap=Interval(0.05, 0.0, 0.1),
)
LOGGED = replace(
    STEPS,
    positives=400,
    negatives=1_600,
    outcome_share=0.8,
    baselines=dict.fromkeys(THRESHOLDS.required_baselines, BELOW),
    champion=BELOW,
    presented=True,
    lift=estimate(ABOVE),
    lift_snips=estimate(AROUND),
)


def failed(trial: Trial) -> list[str]:
    return [c.name for c in judge(trial, THRESHOLDS).failed]


def test_good_evidence_promotes_in_both_regimes() -> None:
    by_ranking, by_lift = judge(STEPS, THRESHOLDS), judge(LOGGED, THRESHOLDS)
    assert by_ranking.promote
    assert by_ranking.regime == "full ranking"
    assert by_ranking.sentence.startswith(
        "promote: in full ranking, ndcg_at_10 differs by 0.0300 (0.0100 to 0.0500) from"
    )
    assert by_lift.promote
    assert by_lift.regime == "off-policy"
    assert by_lift.sentence.startswith("promote: off-policy, the challenger earns 0.0300 (0.0100 to 0.0500) more")


@pytest.mark.parametrize("trial", [STEPS, LOGGED])
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"decisions": 499}, "decisions"),
        ({"learners": 99}, "learners"),
        ({"positives": 49}, "positives"),
        ({"negatives": 49}, "negatives"),
        ({"credentials": 4}, "credentials"),
        ({"outcome_share": 0.996}, "outcome_share"),
        ({"credential_share": 0.81}, "credential_share"),
        ({"calibration_error": 0.051}, "calibration"),
        ({"coverage": 0.29}, "coverage"),
        ({"popularity_lift": 2.1}, "popularity"),
        ({"latency_ratio": 2.1}, "latency"),
        ({"bundle_bytes": 1_000_000_001}, "size"),
        ({"group_gap": Interval(0.3, 0.2, 0.4)}, "groups"),
        ({"not_finite": ("scores",)}, "finite"),
        ({"calibration_error": float("nan")}, "finite"),
    ],
)
def test_each_criterion_alone_holds(trial: Trial, change: dict[str, Any], name: str) -> None:
    verdict = judge(replace(trial, **change), THRESHOLDS)
    assert not verdict.promote
    assert name in [c.name for c in verdict.failed]
    assert verdict.sentence.startswith("hold: ")


@pytest.mark.parametrize("change", [{"champion": AROUND}, {"champion": BELOW}])
def test_without_exploration_the_champion_must_be_beaten_beyond_doubt(change: dict[str, Any]) -> None:
    assert failed(replace(STEPS, **change)) == ["champion"]


def test_without_exploration_every_baseline_must_be_beaten_and_none_may_be_missing() -> None:
    assert failed(replace(STEPS, baselines={**STEPS.baselines, "ease": AROUND})) == ["baselines"]
    without = {name: ABOVE for name in STEPS.baselines if name != "slist"}
    verdict = judge(replace(STEPS, baselines=without), THRESHOLDS)
    [missing] = verdict.failed
    assert (missing.outcome, "slist" in missing.sentence) == ("not measured, fail", True)
    assert failed(replace(STEPS, baselines={}, champion=None)) == ["baselines", "champion"]


def test_a_lift_that_may_be_nothing_holds() -> None:
    assert failed(replace(LOGGED, lift=estimate(AROUND))) == ["lift"]
    assert failed(replace(LOGGED, lift=estimate(BELOW))) == ["lift"]


def test_two_estimators_that_contradict_each_other_hold() -> None:
    assert failed(replace(LOGGED, lift_snips=estimate(BELOW))) == ["snips"]
    assert failed(replace(LOGGED, lift_snips=None)) == ["snips"]


def test_what_the_champion_presented_is_told_but_never_judged() -> None:
    verdict = judge(LOGGED, THRESHOLDS)
    told = [c for c in verdict.criteria if c.name in ("baselines", "champion")]
    for one in told:
        assert (one.passed, one.measured, one.outcome) == (True, True, "not judged here")
        assert "not judged, because learners take what the champion shows" in one.sentence
        assert one.as_dict()["judged"] is False
    count = sum(c.outcome == "pass" for c in verdict.criteria)
    assert count <= len(verdict.criteria) - len(told)
    assert verdict.sentence.endswith(f"all {count} criteria that could be judged passed")
    assert failed(replace(LOGGED, presented=False)) == ["baselines", "champion"]
    fair = replace(LOGGED, presented=False, champion=AROUND, baselines={"ease": AROUND})
    assert failed(fair) == []


def test_a_baseline_that_earns_more_off_policy_holds() -> None:
    assert failed(replace(LOGGED, baseline_lifts={"ease": estimate(BELOW), "markov": estimate(ABOVE)})) == [
        "baseline_lifts"
    ]
    assert failed(replace(LOGGED, baseline_lifts={"ease": estimate(AROUND), "markov": refused()})) == []


def test_a_refused_lift_leaves_the_decision_to_full_ranking_with_its_reason() -> None:
    unknown = replace(LOGGED, lift=refused(), lift_snips=refused())
    verdict = judge(unknown, THRESHOLDS)
    assert verdict.regime == "full ranking"
    assert [c.name for c in verdict.failed] == ["baselines", "champion"]
    [told] = [c for c in verdict.criteria if c.name == "lift"]
    assert "the effective sample size is 12" in told.sentence
    assert judge(replace(unknown, baselines=STEPS.baselines, champion=ABOVE), THRESHOLDS).promote


def test_what_the_champion_has_may_be_kept() -> None:
    change = {
        "calibration_error": 0.09, "champion_calibration_error": 0.1, "coverage": 0.1, "champion_coverage": 0.15,
        "popularity_lift": 4.0, "champion_popularity_lift": 3.8, "latency_ratio": 9.0, "latency_ms": 8.0,
        "group_gap": Interval(0.3, 0.2, 0.4), "champion_group_gap": Interval(0.29, 0.2, 0.4),
    }  # fmt: skip
    assert failed(replace(STEPS, **change)) == []


def test_what_was_not_measured_fails_only_where_the_thresholds_say_so() -> None:
    bare = replace(STEPS, calibration_error=None, coverage=None, popularity_lift=None, latency_ratio=None,
                   bundle_bytes=None, group_gap=None)  # fmt: skip
    assert failed(bare) == ["coverage", "popularity", "latency", "size"]
    measured = {c.name: c.outcome for c in judge(bare, THRESHOLDS).criteria}
    assert measured["calibration"] == measured["groups"] == "not measured, pass"
    assert not judge(bare, replace(THRESHOLDS, unmeasured_holds=("groups",))).promote


def test_the_calibration_error_is_told_as_the_part_above_chance_beside_the_whole() -> None:
    whole = replace(STEPS, calibration_error=0.028, whole_calibration_error=0.082)
    [found] = [c for c in judge(whole, THRESHOLDS).criteria if c.name == "calibration"]
    assert found.sentence == (
        "the expected calibration error is 0.082, 0.028 more than chance alone shows; at most 0.050 more is allowed"
    )
    [alone] = [c for c in judge(STEPS, THRESHOLDS).criteria if c.name == "calibration"]
    assert alone.sentence.startswith("the expected calibration error is 0.020 more than chance alone shows; at most")
    [over] = judge(replace(whole, calibration_error=0.06), THRESHOLDS).failed
    assert over.sentence.endswith("chance alone shows, over 0.050: calibrate on the latest part")


def test_unexplored_decisions_are_told_with_the_lift() -> None:
    verdict = judge(replace(LOGGED, lift=estimate(ABOVE, unsupported=0.2)), THRESHOLDS)
    assert "no credit for the 20% of decisions that were never explored" in verdict.sentence


def test_a_verdict_keeps_the_thresholds_that_it_was_taken_by() -> None:
    lower = replace(THRESHOLDS, least_decisions=7)
    kept = json.loads(json.dumps(judge(LOGGED, lower).as_dict(), allow_nan=False))["thresholds"]
    assert kept["least_decisions"] == 7
    assert {name: tuple(v) if isinstance(v, list) else v for name, v in kept.items()} == asdict(lower)


def test_the_size_that_is_judged_is_said_to_be_that_of_the_learned_part() -> None:
    [size] = [c for c in judge(LOGGED, THRESHOLDS).criteria if c.name == "size"]
    assert size.sentence == "the learned part of the bundle has 120.0 MB, at most 1000 MB"


def test_a_verdict_is_one_json_document_with_a_sentence_a_criterion() -> None:
    document = json.loads(json.dumps(judge(LOGGED, THRESHOLDS).as_dict(), allow_nan=False))
    assert document["promote"] is True
    assert document["thresholds_version"] == THRESHOLDS.version
    assert all(c["sentence"] and "\n" not in c["sentence"] for c in document["criteria"])
    assert len({c["name"] for c in document["criteria"]}) == len(document["criteria"])


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_any_figure_that_is_not_finite_holds(bad: float) -> None:
    values: dict[str, Any] = {
        "champion": Interval(bad, bad, bad),
        "baselines": {"ease": Interval(0.1, 0.05, bad)},
        "lift": estimate(Interval(0.1, 0.05, bad)),
        "coverage": bad,
    }
    names = {f.name for f in fields(Trial)}
    for name, value in values.items():
        assert name in names
        assert "finite" in failed(replace(LOGGED, **{name: value}))


def test_steps_that_the_filters_would_not_have_offered_are_told_where_they_are_many_and_hold_nothing() -> None:
    verdict = judge(replace(STEPS, filtered_share=0.72), THRESHOLDS)
    [told] = [c for c in verdict.criteria if c.name == "offered"]
    assert told.sentence.startswith("72% of what was taken next is what the filters would not have offered")
    assert (verdict.promote, told.outcome) == (True, "not judged here")
    assert "offered" not in [c.name for c in judge(replace(STEPS, filtered_share=0.05), THRESHOLDS).criteria]


def test_numpy_figures_are_read_as_numbers() -> None:
    assert failed(replace(STEPS, coverage=float(np.float64(0.6)), latency_ratio=np.float64("nan"))) == [
        "finite",
        "latency",
    ]
