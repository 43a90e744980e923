"""One small challenger for every test that looks at one: making it takes seconds."""

from __future__ import annotations

import pytest

from tests.training.challengers import SMALL, lenient
from tests.training.simulated_settings import a_world
from training.challenger import Challenger, Retraining, make_challenger
from training.simulate import EXPLORING
from training.simulated_log import simulated_tenant_log
from training.tenant_log import TenantLog


@pytest.fixture(scope="session")
def small_log() -> TenantLog:
    """Three hundred decisions of simulated learners."""
    return simulated_tenant_log(a_world(), 300, 1)


@pytest.fixture(scope="session")
def small_challenger(small_log: TenantLog, tmp_path_factory: pytest.TempPathFactory) -> Challenger:
    """What a lenient gate made of them; its files are not to be changed."""
    folder = tmp_path_factory.mktemp("challenger")
    return make_challenger(Retraining(small_log, None, SMALL, lenient(), folder, EXPLORING))
