from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest

from credpath.errors import InvalidInput
from credpath.recommender.features import COLUMN
from credpath.recommender.learned import Learned
from tests.training.ladders import LADDERS, START, climbers, happened, stage
from training.as_of import take_up_counts
from training.evaluate import METRIC, Contest, Evaluation, Slicing, evaluate, goal_field
from training.item_models import fit_co_completion
from training.pasts import TakeUpChoice, choose_take_ups, gather_pasts
from training.sequences import sequences_of

CUT = START + timedelta(days=110)
GROUPS = {f"l{at:04d}": "north" if at % 2 else "south" for at in range(200)}


@dataclass(frozen=True)
class ByColumn:
    """Ranks by one feature alone."""

    column: str
    name: str = "by column"

    def score(self, features: np.ndarray) -> np.ndarray:
        return features[:, COLUMN[self.column]].astype(np.float64)


@dataclass(frozen=True)
class Certain:
    """Says of everything that it will be completed, with the same chance."""

    chance: float

    def predict(self, features: np.ndarray) -> np.ndarray:
        return np.full((len(features), 3), self.chance, dtype=np.float32)


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    grounds, everyone = stage([f"ladder {at}" for at in range(LADDERS)]), climbers(120)
    early = [o for past in everyone for o in past.outcomes if o.occurred_at < CUT]
    models = fit_co_completion(sequences_of(early))
    follows = next(name for name in COLUMN if name.startswith("follow_") and "slist" in name)
    challenger = Learned(ByColumn(follows), models, completion=Certain(0.5))
    contest = Contest(challenger, None, models, take_up_counts(everyone, grounds.catalogue.index.position, CUT))
    chosen = choose_take_ups(everyone, TakeUpChoice(since=CUT, latest=1))
    isco = {f"urn:ladder {at}": str(at % 3 + 1) for at in range(LADDERS)}
    slicing = Slicing("school", isco, GROUPS, least=10)
    return evaluate(grounds, chosen, contest, slicing, now=CUT + timedelta(days=1000))


def test_a_product_that_knows_what_follows_beats_what_does_not(evaluation: Evaluation) -> None:
    value = {name: figures.metrics[METRIC].value for name, figures in evaluation.systems.items()}
    assert value["challenger"] > 0.8 > max(value["rules"], value["popularity"], value["cosine"])
    assert set(value) == {
        "challenger", "rules", "popularity", "cosine", "item_knn", "ease", "markov", "slist",
    }  # fmt: skip
    assert evaluation.best_baseline in {"item_knn", "ease", "markov", "slist"}


def test_differences_are_paired_and_a_missing_champion_is_the_rules(evaluation: Evaluation) -> None:
    ours, theirs = evaluation.systems["challenger"].metrics, evaluation.systems["popularity"].metrics
    for metric, gap in evaluation.differences["popularity"].items():
        assert gap.value == pytest.approx(ours[metric].value - theirs[metric].value)
        assert gap.low <= gap.value <= gap.high
    assert evaluation.differences["champion"] == evaluation.differences["rules"]
    assert "challenger" not in evaluation.differences


def test_hits_never_fall_with_the_rank_and_agree_with_the_hit_rate(evaluation: Evaluation) -> None:
    for figures in evaluation.systems.values():
        assert list(figures.hits_by_rank) == sorted(figures.hits_by_rank)
        assert figures.hits_by_rank[9] == pytest.approx(figures.metrics["hr_at_10"].value)
        assert 0 <= figures.coverage <= 1


def test_slices_tell_goal_field_warmth_tenant_and_group_and_hide_small_cells(evaluation: Evaluation) -> None:
    cells = {kind: by["challenger"] for kind, by in evaluation.slices.items()}
    assert set(cells) == {"learner", "credential", "goal_field", "tenant", "group"}
    assert set(cells["goal_field"]) == {"managers", "professionals", "technicians and associate professionals"}
    assert set(cells["group"]) == {"north", "south"}
    assert cells["tenant"]["school"].count == evaluation.learners
    shown = [cell for by in cells.values() for cell in by.values() if not cell.hidden]
    assert all(cell.count >= 10 for cell in shown)
    assert evaluation.group_gaps["challenger"].value >= 0


def test_only_products_tell_retrieval_speed_and_calibration(evaluation: Evaluation) -> None:
    challenger, popularity = evaluation.systems["challenger"], evaluation.systems["popularity"]
    assert challenger.retrieval.recall_at_200 == 1.0
    assert challenger.milliseconds["p95"] >= challenger.milliseconds["p50"] > 0
    [point] = challenger.calibration
    assert (point.stated, challenger.calibration_error) == (0.5, pytest.approx(abs(point.happened - 0.5)))
    assert challenger.calibration_error_above_chance < challenger.calibration_error
    assert (popularity.retrieval, popularity.calibration_error, dict(popularity.milliseconds)) == (None, None, {})
    rules = evaluation.systems["rules"]
    assert (rules.calibration_error, rules.calibration_error_above_chance) == (None, None)


def test_the_document_is_plain_json(evaluation: Evaluation) -> None:
    document = json.loads(json.dumps(evaluation.as_dict(), allow_nan=False))
    assert document["steps"] == evaluation.steps
    assert set(document["systems"]["challenger"]["metrics"]) == {
        "hr_at_5", "hr_at_10", "ndcg_at_5", "ndcg_at_10", "mrr",
    }  # fmt: skip


def test_a_learned_champion_takes_part_beside_the_rules() -> None:
    grounds, everyone = stage([f"ladder {at}" for at in range(LADDERS)]), climbers(30)
    contest = Contest(Learned(ByColumn("goal_match")), Learned(), None, take_up_counts(everyone, {}))
    contest = Contest(contest.challenger, contest.champion, None, np.zeros(len(grounds.catalogue.index.ids)))
    found = evaluate(grounds, choose_take_ups(everyone, TakeUpChoice(latest=1)), contest)
    assert {"challenger", "champion", "rules"} <= set(found.systems)
    assert found.differences["champion"] == found.differences["rules"]


def test_nothing_that_can_be_ranked_is_refused() -> None:
    grounds = stage()
    contest = Contest(Learned(), None, None, np.zeros(36))
    gone = choose_take_ups(gather_pasts([], [happened("l", "gone", "enrolled", 1)]), TakeUpChoice(earlier=0))
    with pytest.raises(InvalidInput, match="after the cut"):
        evaluate(grounds, gone, contest)


@pytest.mark.parametrize(
    ("code", "field"), [("2511", "professionals"), ("0110", "armed forces"), ("", "no occupation")]
)
def test_a_goal_belongs_to_the_major_group_of_its_occupation(code: str, field: str) -> None:
    assert goal_field(code) == field
