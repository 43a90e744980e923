from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from credpath.recommender.feature_names import COLUMN, LEARNED_FEATURES, POSITION
from tests.training.simulated_settings import a_world
from training.decision_rows import decision_table, learned_columns
from training.item_models import ItemModelConfig
from training.past_models import PastModels
from training.simulated_log import simulated_tenant_log
from training.tenant_log import TenantLog


@pytest.fixture(scope="module")
def log() -> TenantLog:
    return simulated_tenant_log(a_world(), 60, 1)


@pytest.fixture(scope="module")
def models(log: TenantLog) -> PastModels:
    return PastModels(log, log.sequences(), ItemModelConfig(followers=32))


def test_a_row_reads_what_serving_would_have_read(log: TenantLog, models: PastModels) -> None:
    cut = float(np.median(log.decisions.shown_at))
    learned, later = models.before(cut), log.decisions.between(cut, np.inf)
    columns, index = learned_columns(log.stage, later, learned), log.stage.catalogue.index
    for at in range(len(later)):
        past = later.history[later.history_starts[at] : later.history_starts[at + 1]]
        month = datetime.fromtimestamp(float(later.shown_at[at]), UTC).month
        history = [later.ids[item] for item in past.tolist()]
        view = learned.bind(index).view(history, str(later.occupations[at]), month)
        span = slice(later.starts[at], later.starts[at + 1])
        rows = np.array([index.position[later.ids[c]] for c in later.credentials[span].tolist()])
        # Many histories at once are multiplied in another order than one: the last bit of a cosine may differ.
        assert np.allclose(columns[span], view.columns(rows), rtol=0, atol=1e-6)


def test_given_columns_stay_as_logged_and_the_first_place_is_0(log: TenantLog, models: PastModels) -> None:
    table = decision_table(log.stage, log.decisions, models.before(float(log.decisions.shown_at[0])))
    given = [COLUMN[name] for name in log.decisions.names]
    assert np.array_equal(table.features[:, given], log.decisions.features)
    assert np.array_equal(table.features[:, COLUMN[POSITION]], log.decisions.position - 1)
    assert np.isfinite(table.features).all()


def test_models_that_know_nothing_leave_their_columns_at_0(log: TenantLog) -> None:
    from credpath.recommender.learned import Learned

    columns = learned_columns(log.stage, log.decisions, Learned())
    assert columns.shape == (len(log.decisions.credentials), len(LEARNED_FEATURES))
    assert not columns.any()
