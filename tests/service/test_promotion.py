"""The registry: figures of one's own model, who switched when and why, and what another tenant may know of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from credpath.errors import BundleRefused, Conflict, InvalidInput
from credpath.recommender.bundle import current_version
from credpath.service import promotion
from credpath.service.context import Context
from credpath.service.opening import open_context
from tests.behaviour.switching import START, first_bundle
from training.publishing import Decision, publish_beside


@pytest.fixture
def context(migrated_file: Path, tmp_path: Path) -> Iterator[Context]:
    """Three bundles: none learned, one promoted for campus, one held for other. Serving itself loads none of them."""
    models = tmp_path / "models"
    first_bundle(models)
    for number, (tenant, promote) in enumerate([("campus", True), ("other", False)]):
        learned = tmp_path / "learned"
        learned.mkdir(exist_ok=True)
        metrics = {"ndcg_at_10": {"value": 0.2 + number, "low": 0.1 + number, "high": 0.3 + number}}
        verdict = "promote" if promote else "hold"
        card = {"tenant": tenant, "verdict": verdict, "metrics": metrics, "gate": {"sentence": f"{verdict}: because"}}
        (learned / "card.json").write_text(json.dumps(card))
        decision = Decision(promote, "training.retrain", f"{tenant} gains")
        at = START + timedelta(minutes=1 + number)
        publish_beside(models, tenant, learned, decision, at=at, golden=lambda _: ())
    database = tmp_path / "credpath.db"
    database.write_bytes(migrated_file.read_bytes())
    opened = open_context(f"sqlite:///{database}", models)
    yield opened
    opened.close()


def test_a_list_shows_the_figures_of_ones_own_models(context: Context) -> None:
    newest, second, first = promotion.list_models(context, "campus")
    assert [m.current for m in (newest, second, first)] == [False, True, False]
    assert (second.verdict, second.note, second.metrics["ndcg_at_10"].value) == ("promote", "promote: because", 0.2)
    assert (first.verdict, first.note, dict(first.metrics)) == ("", "", {})
    assert newest.metrics == second.metrics, "the held bundle of another tenant carries this one's model on"


def test_a_list_shows_nothing_of_another_tenants_models(context: Context) -> None:
    newest, second, _ = promotion.list_models(context, "other")
    assert (newest.verdict, newest.metrics["ndcg_at_10"].value) == ("hold", 1.2)
    assert (second.verdict, second.note, dict(second.metrics)) == ("", "", {})


def test_the_history_says_who_when_and_why_newest_first(context: Context) -> None:
    held = promotion.list_models(context, "campus")[0].version
    promotion.promote(context, held, "ada", tenant="campus", reason="  tried\nby hand ")
    promotion.rollback(context, "ada", tenant="campus", reason="slow")
    told = [(c.version, c.by, c.reason) for c in promotion.history(context, "campus")]
    serving = current_version(context.serving.models)
    assert told[:2] == [(serving, "ada", "roll back: slow"), (held, "ada", "promote: tried by hand")]
    assert told[2] == (serving, "training.retrain", "campus gains")
    assert told[3][1:] == ("test", "build")
    assert [c.at for c in promotion.history(context, "campus")][2] == START + timedelta(minutes=1)
    assert len(promotion.history(context, "campus", limit=2)) == 2


def test_another_tenant_learns_that_it_happened_and_not_who_or_why(context: Context) -> None:
    promotion.rollback(context, "ada of campus", tenant="campus", reason="a scandal")
    told = [(c.by, c.reason) for c in promotion.history(context, "other")]
    assert told == [("another tenant", "roll back"), ("another tenant", "promote"), ("test", "build")]
    assert not [c for c in promotion.history(context, "other") if c.verdict == "promote"]


def test_what_the_gate_held_of_a_bundle_is_told_by_tenant(context: Context) -> None:
    held, second, first = (m.version for m in promotion.list_models(context, "campus"))
    assert promotion.held_by_gate(context, held) == {"other": "hold: because"}
    assert promotion.held_by_gate(context, second) == promotion.held_by_gate(context, first) == {}


def test_an_operator_sees_all(context: Context) -> None:
    found = promotion.history(context, "other", operator=True)
    assert [c.by for c in found] == ["training.retrain", "test"]


def test_a_reason_does_not_turn_a_promotion_into_a_rollback(context: Context) -> None:
    held, second, first = (m.version for m in promotion.list_models(context, "campus"))
    promotion.promote(context, held, "ada")
    promotion.promote(context, second, "ada", reason="roll back to what worked")
    assert promotion.rollback(context, "ada") == held
    assert first != held


def test_a_reason_that_no_log_could_hold_is_refused(context: Context) -> None:
    for reason in ("x" * 501, "\ud800", "a\x00b"):
        with pytest.raises(InvalidInput):
            promotion.rollback(context, "ada", reason=reason)


def test_promoting_what_serves_already_changes_nothing_and_says_so(context: Context) -> None:
    held, second, _ = (m.version for m in promotion.list_models(context, "campus"))
    before = promotion.history(context, "campus")
    assert promotion.promote(context, second, "ada") is False
    assert promotion.history(context, "campus") == before
    assert promotion.promote(context, held, "ada") is True
    assert len(promotion.history(context, "campus")) == len(before) + 1


def test_promoting_mends_a_damaged_current(context: Context) -> None:
    (_, second, _), current = promotion.list_models(context, "campus"), context.serving.models / "CURRENT"
    current.write_text("cut sho")
    assert promotion.promote(context, second.version, "ada") is True
    assert current_version(context.serving.models) == second.version


def test_where_bundles_lie_and_none_serves_a_rollback_says_so(context: Context) -> None:
    (context.serving.models / "CURRENT").unlink()
    (context.serving.models / "HISTORY.jsonl").unlink()
    with pytest.raises(Conflict, match="nothing serves yet"):
        promotion.rollback(context, "ada")


def test_a_damaged_bundle_cannot_be_rolled_back_to(context: Context) -> None:
    first = promotion.list_models(context, "campus")[-1].version
    path = context.serving.models / first / "encoder" / "model.onnx"
    path.write_bytes(b"x" + path.read_bytes()[1:])
    before = current_version(context.serving.models)
    with pytest.raises(BundleRefused, match=r"model\.onnx"):
        promotion.rollback(context, "ada")
    assert current_version(context.serving.models) == before


def test_without_any_bundle_there_is_no_history_and_nothing_to_go_back_to(tmp_path: Path) -> None:
    context = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", tmp_path / "models")
    assert promotion.history(context, "campus") == ()
    assert promotion.list_models(context, "campus") == ()
    with pytest.raises(Conflict):
        promotion.rollback(context, "ada")
    context.close()
