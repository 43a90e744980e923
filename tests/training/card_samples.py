"""A model card and a data card with every part filled in, for the golden files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from credpath.evaluation.intervals import Interval
from credpath.evaluation.logged import Overlap
from credpath.evaluation.offpolicy import Estimate
from credpath.evaluation.slices import HIDDEN, Slice
from training.data_card import DataCard
from training.evaluate import Evaluation, Figures
from training.gate import Criterion, Verdict, load_thresholds
from training.model_card import CompletionPart, ModelCard
from training.policy_value import PolicyValues
from training.steps import Retrieval

DAY = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def around(value: float, width: float = 0.01) -> Interval:
    return Interval(value, value - width, value + width)


def system(base: float, **more: object) -> Figures:
    metrics = {"hr_at_10": around(1.5 * base), "ndcg_at_10": around(base), "mrr": around(0.8 * base)}
    return Figures(metrics, 0.42, 0.1, (0.1, 0.2), **more)  # type: ignore[arg-type]


def estimate(value: float | None, refused: str = "") -> Estimate:
    ends = (None, None) if value is None else (value - 0.02, value + 0.02)
    return Estimate(value, *ends, Overlap(900, 812.4, 30.0, 9.0, 0.0), refused)


EVALUATION = Evaluation(
    steps=3_000,
    learners=2_100,
    credentials=180,
    credential_share=0.07,
    systems={
        "popularity": system(0.05),
        "challenger": system(0.23, retrieval=Retrieval(1_000, 10, 20, 60, 910, 870, 200_000, 1_000)),
        "rules": system(0.15),
        "ease": system(0.22),
    },
    differences={
        name: {"ndcg_at_10": around(gain)} for name, gain in (("popularity", 0.18), ("rules", 0.08), ("ease", 0.005))
    },
    slices={
        "learner": {
            "challenger": {"none before": Slice(300, around(0.12)), "5 or more before": Slice(1_800, around(0.25))}
        },
        "group": {"challenger": {"A": Slice(1_200, around(0.23)), "not said": HIDDEN}},
    },
    group_gaps={"challenger": around(0.01), "rules": None},
)
VERDICT = Verdict(
    False,
    (
        Criterion("decisions", True, "2,000 decisions judge, at least 500"),
        Criterion("baselines", False, "in full ranking, ndcg_at_10 differs by 0.005 from ease; wait for more outcomes"),
        Criterion(
            "champion",
            True,
            "in full ranking, ndcg_at_10 differs by -0.002 from champion: not judged, because learners take what the "
            "champion shows them; the lift judges",
            judged=False,
        ),
        Criterion("groups", True, "groups was not measured (no groups were supplied)", measured=False),
    ),
    "full ranking",
    replace(load_thresholds(), version=3),
)
DATA = DataCard(
    tenant="campus",
    as_of=DAY,
    digest="3f1c0a77",
    learners=2_400,
    credentials=210,
    counts={"impressions": 9_000, "decisions": 7_000, "censored": 1_900, "empty": 100, "outcomes": 12_345, "reruns": 4},
    first_at=datetime(2025, 1, 7, tzinfo=UTC),
    last_at=datetime(2026, 11, 20, tzinfo=UTC),
    simulated=2_400,
    kinds={"completed": 3_100, "clicked": 6_000},
    bounded={"decisions": 0, "steps": 51_000},
    groups=True,
)
CARD = ModelCard(
    tenant="campus",
    trained_at=DAY,
    release="0.3.0",
    verdict=VERDICT,
    data=DATA,
    feature_names=("gap_closed", "follow_slist_score", "position"),
    evaluation=EVALUATION,
    values=PolicyValues(
        900,
        {},
        {"challenger": {"doubly_robust": estimate(0.21), "ips": estimate(None, "the effective sample size is 12")}},
        {"rules": {"doubly_robust": estimate(0.03)}},
    ),
    completion=CompletionPart(False, {"auc": around(0.61)}, ("the calibration error is 0.08, over 0.05",)),
    importance={"gap_closed": 30.0, "follow_slist_score": 65.0, "position": 5.0},
    settings={"objective": "lambdarank", "leaves": 31, "trees": 240, "seed": 42},
    command="python -m training.retrain --tenant campus --config small.toml",
    plots={"NDCG by rank": "plots/gain.png"},
    negative_results=("leaves 15, steps 0.4: NDCG 0.2211, below the chosen 0.2304",),
)
