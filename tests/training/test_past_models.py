from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from tests.training.simulated_settings import a_world
from training.item_models import ItemModelConfig
from training.past_models import PastModels, cuts_of
from training.pasts import Past
from training.retrain_config import Spans
from training.simulated_log import simulated_tenant_log
from training.tenant_log import TenantLog


@pytest.fixture(scope="module")
def log() -> TenantLog:
    return simulated_tenant_log(a_world(), 60, 1)


def models_of(log: TenantLog) -> PastModels:
    return PastModels(log, log.sequences(), ItemModelConfig(followers=32))


def without_later(past: Past, cut: float) -> Past:
    kept = tuple(outcome for outcome in past.outcomes if outcome.occurred_at.timestamp() < cut)
    return replace(past, outcomes=kept)


def test_what_came_after_the_cut_changes_no_number(log: TenantLog) -> None:
    cut = float(np.median(log.decisions.shown_at))
    whole = models_of(log).before(cut)
    shorter = replace(log, pasts=tuple(without_later(past, cut) for past in log.pasts))
    before = models_of(shorter).before(cut)
    assert whole.tables is not None
    assert before.tables is not None
    for field in fields(whole.tables):
        ours, theirs = getattr(whole.tables, field.name), getattr(before.tables, field.name)
        assert np.array_equal(ours, theirs) if isinstance(ours, np.ndarray) else ours == theirs


def test_without_anybody_who_took_two_things_up_there_are_no_item_models(log: TenantLog) -> None:
    assert models_of(log).co_completion(float("-inf")) is None


def test_blocks_hold_about_as_many_decisions_each(log: TenantLog) -> None:
    cuts = cuts_of(log, log.sequences(), Spans(blocks=4, judged=1))
    sizes = [len(log.decisions.between(a, b)) for a, b in zip([-np.inf, *cuts], [*cuts, np.inf], strict=True)]
    assert len(cuts) == 3
    assert max(sizes) - min(sizes) <= 2


def test_what_the_champion_has_seen_never_judges(log: TenantLog) -> None:
    seen = float(np.quantile(log.decisions.shown_at, 0.7))
    cuts = cuts_of(log, log.sequences(), Spans(), seen)
    assert list(cuts) == sorted(cuts)
    judged = log.decisions.between(cuts[-Spans().judged], np.inf)
    assert judged.shown_at.min() > seen
    assert len(judged) == int((log.decisions.shown_at > seen).sum())


def test_nothing_of_one_moment_lies_in_two_blocks(log: TenantLog) -> None:
    terms = np.repeat([1_000.0, 2_000.0, 3_000.0, 4_000.0, 5_000.0, 6_000.0], 10)
    dated = replace(log, decisions=log.decisions.take(np.arange(0)))
    cuts = cuts_of(dated, replace(log.sequences(), times=terms), Spans(), seen_until=4_000.0)
    assert set(cuts) <= set(terms)
    assert cuts[-Spans().judged] == 5_000.0, "the term that was seen judges no more"


def test_a_champion_that_has_seen_everything_leaves_nothing_to_judge_by(log: TenantLog) -> None:
    cuts = cuts_of(log, log.sequences(), Spans(), float(log.decisions.shown_at[-1]))
    assert len(log.decisions.between(cuts[-Spans().judged], np.inf)) == 0
