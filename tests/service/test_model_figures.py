"""A card is read for lists only: whatever stands in it, a list is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from credpath.evaluation.intervals import Interval
from credpath.service.model_figures import MAX_CARD, ModelFigures, read_figures

GOOD = {"value": 0.2, "low": 0.1, "high": 0.3}
CARD: dict[str, Any] = {
    "tenant": "campus", "verdict": "promote",
    "gate": {"sentence": "promote: it gains"}, "metrics": {"ndcg_at_10": GOOD},
}  # fmt: skip


def write(bundle: Path, content: bytes, tenant: str = "campus") -> None:
    folder = bundle / "learned" / tenant
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.json").write_bytes(content)


def test_verdict_sentence_and_metrics_are_read(tmp_path: Path) -> None:
    write(tmp_path, json.dumps(CARD).encode())
    expected = ModelFigures("promote", "promote: it gains", {"ndcg_at_10": Interval(0.2, 0.1, 0.3)})
    assert read_figures(tmp_path, "campus") == expected


def test_another_tenant_reads_nothing_of_it(tmp_path: Path) -> None:
    write(tmp_path, json.dumps(CARD).encode())
    assert read_figures(tmp_path, "other") == ModelFigures()
    write(tmp_path, json.dumps(CARD).encode(), tenant="other")
    assert read_figures(tmp_path, "other") == ModelFigures(), "nor when it lies in the wrong folder"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"[" * 100_000, b"\xff", b" " * (MAX_CARD + 1), b'{"tenant": "campus"}', b'"campus"'],
)
def test_a_card_that_cannot_be_read_reads_as_none(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, content)
    assert read_figures(tmp_path, "campus") == ModelFigures()


@pytest.mark.parametrize(
    "metric",
    [None, 1, "x", [], {}, {"value": 1}, {**GOOD, "low": None}, {**GOOD, "high": "x"}, {**GOOD, "value": float("nan")},
     {**GOOD, "value": float("inf")}, {**GOOD, "value": [1]}, {**GOOD, "value": 10**400}],
)  # fmt: skip
def test_a_metric_that_is_none_is_left_out(tmp_path: Path, metric: object) -> None:
    write(tmp_path, json.dumps({**CARD, "metrics": {"bad": metric, "good": GOOD}}).encode())
    assert list(read_figures(tmp_path, "campus").metrics) == ["good"]


@pytest.mark.parametrize("gate", [None, 1, [], {"sentence": 3}, "promote"])
@pytest.mark.parametrize("verdict", [None, 1, {}, "maybe"])
def test_a_verdict_that_is_none_is_empty(tmp_path: Path, gate: object, verdict: object) -> None:
    write(tmp_path, json.dumps({**CARD, "gate": gate, "verdict": verdict, "metrics": 5}).encode())
    assert read_figures(tmp_path, "campus") == ModelFigures()
