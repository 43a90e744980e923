from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.errors import InvalidInput, Unauthorized
from credpath.web.signing import Signing, secret_of

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SIGNING = Signing("a" * 32)


@given(st.recursive(st.text() | st.integers() | st.booleans(), st.lists, max_leaves=5))
def test_what_was_signed_is_read_back(payload: object) -> None:
    assert SIGNING.read("link", SIGNING.sign("link", payload, NOW + timedelta(seconds=2)), NOW) == payload


def test_a_token_holds_until_its_moment_and_not_at_it() -> None:
    token = SIGNING.sign("link", ["campus", "x"], NOW)
    assert SIGNING.read("link", token, NOW - timedelta(seconds=1)) == ["campus", "x"]
    with pytest.raises(Unauthorized):
        SIGNING.read("link", token, NOW)


@pytest.mark.parametrize("purpose", ["learner", "operator", ""])
def test_a_token_for_one_purpose_is_none_for_another(purpose: str) -> None:
    token = SIGNING.sign("link", "x", NOW + timedelta(hours=1))
    with pytest.raises(Unauthorized):
        SIGNING.read(purpose, token, NOW)


def test_a_token_of_another_secret_is_refused() -> None:
    token = Signing("b" * 32).sign("link", "x", NOW + timedelta(hours=1))
    with pytest.raises(Unauthorized):
        SIGNING.read("link", token, NOW)


@given(st.text())
def test_words_that_are_no_token_are_refused(words: str) -> None:
    with pytest.raises(Unauthorized):
        SIGNING.read("link", words, NOW)


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_token_with_one_character_changed_is_refused(place: int, other: str) -> None:
    token = SIGNING.sign("link", ["campus", "learner-1"], NOW + timedelta(hours=1))
    at = place % len(token)
    changed = token[:at] + other + token[at + 1 :]
    # The last character of base64 carries bits that nothing reads.
    if changed != token and at != len(token) - 1:
        with pytest.raises(Unauthorized):
            SIGNING.read("link", changed, NOW)


def test_a_mark_is_known_again_only_for_its_value_and_purpose() -> None:
    mark = SIGNING.mark("csrf", "nonce")
    assert SIGNING.is_mark("csrf", "nonce", mark)
    assert not SIGNING.is_mark("csrf", "other", mark)
    assert not SIGNING.is_mark("link", "nonce", mark)
    assert not SIGNING.is_mark("csrf", "nonce", "")
    assert not SIGNING.is_mark("csrf", "nonce", "é")


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(InvalidInput, match="32"):
        Signing("short")


def test_a_secret_is_made_once_for_its_owner_only_and_read_again(tmp_path: Path) -> None:
    made = secret_of("", tmp_path / "home")
    file = tmp_path / "home" / "secret"
    assert len(made) == 64
    assert file.stat().st_mode & 0o077 == 0
    assert secret_of("", tmp_path / "home") == made
    assert [p.name for p in file.parent.iterdir()] == ["secret"]


def test_workers_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: secret_of("", tmp_path), range(16)))
    assert len(made) == 1


def test_a_configured_secret_is_taken_and_nothing_is_written(tmp_path: Path) -> None:
    assert secret_of("s" * 40, tmp_path) == "s" * 40
    assert list(tmp_path.iterdir()) == []
