from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from credpath.recommender.learned import Learned
from tests.training.ladders import stage
from tests.training.logged_world import GIVEN, ByColumn, logged_world
from training.reranking import AS_SHOWN, rerank


def test_who_knows_what_came_of_a_slate_orders_it_best() -> None:
    decisions = logged_world(400).decisions
    features = decisions.features.copy()
    features[:, GIVEN.index("quality")] = decisions.label
    knowing = replace(decisions, features=features)
    contenders = {
        "challenger": Learned(ByColumn("quality")),
        "champion": Learned(ByColumn("goal_match")),
        "rules": None,
    }
    found = rerank(stage(), knowing, contenders)
    assert found.ndcg_at_5["challenger"].value == 1.0
    assert found.ndcg_at_5["champion"].value < 1.0
    assert found.slates == int((np.add.reduceat(decisions.label, decisions.starts[:-1]) > 0).sum())
    assert set(found.differences) == {"champion", "rules", AS_SHOWN}
    gap = found.differences["champion"]
    assert gap.value == pytest.approx(1.0 - found.ndcg_at_5["champion"].value)
    assert found.as_dict()["slates"] == found.slates


def test_slates_of_which_nothing_came_tell_nothing() -> None:
    decisions = logged_world(30).decisions
    silent = replace(decisions, label=np.zeros_like(decisions.label))
    assert rerank(stage(), silent, {"challenger": Learned(), "rules": None}) is None
