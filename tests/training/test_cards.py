"""The cards as they are written, compared with golden files; and what must stand on them whatever the figures are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from credpath.service.model_figures import read_figures
from tests.training.card_samples import CARD, DATA, EVALUATION, VERDICT, around
from training.data_card import count_simulated, render_data_card
from training.markdown import figure, table
from training.model_card import card_document, metrics_of, render_model_card

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize(
    ("name", "text"), [("model_card.md", render_model_card(CARD)), ("data_card.md", render_data_card(DATA))]
)
def test_a_card_reads_as_its_golden_file(name: str, text: str) -> None:
    assert text == (GOLDEN / name).read_text(encoding="utf-8"), f"read the difference, then rewrite tests/golden/{name}"


def test_figures_from_made_up_learners_say_so_first() -> None:
    assert count_simulated(["simulated-1", "simulated-1", "ada"]) == 1
    for text in (render_model_card(CARD), render_data_card(replace(DATA, simulated=7))):
        assert text.splitlines()[2].startswith("> **Simulated data.**")
    assert "7 of 2,400" in render_data_card(replace(DATA, simulated=7))
    assert "imulat" not in render_model_card(replace(CARD, data=replace(DATA, simulated=0)))


def test_what_was_not_fitted_is_said_and_nothing_is_invented() -> None:
    bare = replace(CARD, evaluation=None, values=None, completion=None, importance={}, plots={}, negative_results=())
    text = render_model_card(bare)
    assert "Nothing was fitted" in text
    for section in ("## Off-policy", "## By slice", "## Plots", "## Probability"):
        assert section not in text
    assert metrics_of(bare) == {}


def test_a_card_says_by_what_its_trees_were_fitted() -> None:
    assert "gradient-boosted trees (LambdaRank) over" in render_model_card(CARD)
    reward = render_model_card(replace(CARD, settings={"objective": "reward"}))
    assert "LambdaRank" not in reward
    assert "gradient-boosted trees (fitted to the graded reward of each credential shown) over" in reward
    assert "gradient-boosted trees over" in render_model_card(replace(CARD, settings={}))


def test_a_card_says_once_what_all_its_figures_come_from() -> None:
    text = render_model_card(CARD)
    assert text.count("python -m training.retrain") == 1
    assert "Every figure" not in render_model_card(replace(CARD, command=""))


def test_a_data_card_says_of_what_its_digest_is() -> None:
    assert "Digest of the training matrix: `3f1c0a77`" in render_data_card(DATA)
    assert "Digest of the outcomes: `3f1c0a77`" in render_data_card(replace(DATA, counts={"outcomes": 9}))


def test_negative_results_come_from_the_figures_themselves() -> None:
    text = render_model_card(CARD)
    assert "It does not beat ease beyond doubt" in text
    assert "No ips estimate of challenger: the effective sample size is 12" in text
    assert "did not pass its own gate" in text
    won = replace(
        CARD,
        verdict=replace(VERDICT, promote=True, criteria=VERDICT.criteria[:1]),
        evaluation=replace(EVALUATION, differences={"ease": {"ndcg_at_10": around(0.1)}}),
        values=None, completion=None, negative_results=(),
    )  # fmt: skip
    assert "Nothing that was tried is known to have failed" in render_model_card(won)


def test_a_small_cell_is_counted_as_hidden_and_its_number_told_nowhere() -> None:
    assert "| group | not said | too few to show |  |" in render_model_card(CARD)


def test_the_document_of_a_bundle_is_what_the_server_reads(tmp_path: Path) -> None:
    folder = tmp_path / "learned" / "campus"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps(card_document(CARD), allow_nan=False))
    found = read_figures(tmp_path, "campus")
    assert found.verdict == "hold"
    assert found.metrics == metrics_of(CARD)
    assert {"ndcg_at_10", "ndcg_at_10_over_ease", "lift_doubly_robust_over_rules", "completion_auc"} <= set(
        found.metrics
    )


def test_a_figure_that_is_not_finite_stands_in_no_document() -> None:
    broken = replace(CARD, completion=replace(CARD.completion, metrics={"auc": around(float("nan"))}))  # type: ignore[type-var]
    assert "completion_auc" not in card_document(broken)["metrics"]


def test_a_label_from_outside_breaks_no_table_and_becomes_no_tag() -> None:
    written = table(("a", "b"), [("one | two\nthree", "<script>")])
    assert written.splitlines()[2] == "| one \\| two three | &lt;script> |"


def test_a_figure_shows_its_interval() -> None:
    assert figure(around(0.2)) == "0.200 (0.190 to 0.210)"
    assert figure(around(0.2), signed=True) == "+0.200 (+0.190 to +0.210)"
    assert figure(None) == ""
