from __future__ import annotations

import json
from pathlib import Path

from credpath.service.model_report import read_report
from tests.training.challengers import SMALL
from training.challenger import Challenger
from training.figures import figures_document, write_figures
from training.learning_curve import learning_curve
from training.mastery_trial import MasteryTrial
from training.run_report import model_card, write_card
from training.tenant_log import TenantLog


def test_a_page_reads_back_what_a_retraining_measured(
    small_log: TenantLog, small_challenger: Challenger, tmp_path: Path
) -> None:
    card = model_card(small_log, small_challenger, SMALL, {}, "retrain")
    teaching, chosen = small_challenger.teaching, small_challenger.report.settings
    assert teaching is not None
    assert chosen is not None
    curve = learning_curve(teaching, chosen, SMALL)
    folder = tmp_path / "learned" / small_log.tenant
    folder.mkdir(parents=True)
    write_card(folder, card, small_log, {})
    write_figures(folder, figures_document(card, curve, MasteryTrial(None, why=("counted",))))
    found, evaluation = read_report(tmp_path, small_log.tenant), card.evaluation
    assert evaluation is not None
    assert {s.name for s in found.systems} == set(evaluation.systems)
    assert (found.steps, found.learners) == (evaluation.steps, evaluation.learners)
    assert found.differences == {o: by["ndcg_at_10"] for o, by in evaluation.differences.items()}
    assert len(found.learning_curve) == len(curve.places if curve else ())
    assert sum(found.importance.values()) > 0.99
    assert found.mastery_why == ("counted",)
    assert [c.sentence for c in found.criteria] == [c.sentence for c in card.verdict.criteria]


def test_a_hidden_part_is_counted_and_not_named(small_log: TenantLog, small_challenger: Challenger) -> None:
    card = model_card(small_log, small_challenger, SMALL, {}, "retrain")
    assert card.evaluation is not None
    document = figures_document(card)
    told = json.dumps(document["slices"])
    hidden = 0
    for systems in card.evaluation.slices.values():
        shown = {name for name, cell in systems["challenger"].items() if not cell.hidden}
        for name, cell in systems["challenger"].items():
            if cell.hidden:
                hidden += 1
                assert name in shown or f'"{name}"' not in told
    assert sum(group["hidden"] for group in document["slices"]) == hidden


def test_a_card_without_an_evaluation_has_empty_figures(small_log: TenantLog, small_challenger: Challenger) -> None:
    from dataclasses import replace

    card = replace(
        model_card(small_log, small_challenger, SMALL, {}, "retrain"), evaluation=None, values=None, completion=None
    )
    document = figures_document(card)
    assert (document["systems"], document["slices"], document["values"], document["test"]) == ([], [], [], None)
