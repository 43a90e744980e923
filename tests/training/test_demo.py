from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from credpath.config import Settings
from credpath.service.context import Context
from credpath.service.keys import authenticate, revoke_key
from credpath.service.opening import open_context
from credpath.store.learners import get_learner
from credpath.web.links import ENTRANCE, read_link
from credpath.web.site import open_site
from training.demo import LEARNER, demo_key, demo_page, prepare


@pytest.fixture
def sample(sample_home: Path, tmp_path: Path) -> Iterator[Context]:
    shutil.copy(sample_home / "credpath.db", tmp_path / "credpath.db")
    context = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", sample_home / "models")
    yield context
    context.close()


def test_preparing_a_second_time_does_nothing(sample: Context, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(sample, "default")
    assert capsys.readouterr().out == ""


def test_the_demo_key_is_kept_for_its_owner_only_and_used_again(sample: Context, tmp_path: Path) -> None:
    file = tmp_path / "home" / "demo_key"
    secret = demo_key(sample, "default", file)
    assert file.stat().st_mode & 0o077 == 0
    assert demo_key(sample, "default", file) == secret


def test_the_demo_opens_the_page_of_a_learner_of_the_sample(sample: Context, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    address, _, token = demo_page(sample, settings).partition(ENTRANCE)
    assert address == "http://127.0.0.1:8000"
    assert read_link(open_site(sample, settings.secret, settings.home), token) == (settings.tenant, LEARNER)
    with sample.database.read() as connection:
        assert get_learner(connection, settings.tenant, LEARNER) is not None


def test_a_revoked_demo_key_is_replaced(sample: Context, tmp_path: Path) -> None:
    file = tmp_path / "demo_key"
    first = demo_key(sample, "default", file)
    revoke_key(sample, "default", authenticate(sample, first).key_id)
    assert demo_key(sample, "default", file) != first
