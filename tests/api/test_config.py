"""Settings, which live above the layers and are read by both edges."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from credpath.config import Settings, load_settings, unknown_variables
from credpath.domain.experiments import Arm, Experiment
from credpath.errors import InvalidInput
from credpath.recommender.exploration import Policy

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CREDPATH_{name.upper()}", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_every_default_is_valid_and_every_setting_says_what_it_is() -> None:
    settings = load_settings()
    assert settings.url == "sqlite:///.credpath/credpath.db"
    assert settings.models == Path("models")
    assert settings.tenant == "default"
    assert all(field.description for field in Settings.model_fields.values())


def test_the_environment_sets_each_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDPATH_PORT", "9000")
    monkeypatch.setenv("CREDPATH_DEFAULT_LANGUAGES", "de, en")
    monkeypatch.setenv("CREDPATH_EXCHANGE_RATES", '{"USD": 1, "EUR": 0.9}')
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@host/name")
    settings = load_settings()
    assert settings.port == 9000
    assert settings.default_languages == ("de", "en")
    assert settings.exchange_rates == {"USD": 1.0, "EUR": 0.9}
    assert settings.url == "postgresql://u:p@host/name"


def test_the_database_follows_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDPATH_HOME", "/srv/credpath")
    assert load_settings().url == "sqlite:////srv/credpath/credpath.db"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CREDPATH_PORT", "70000"),
        ("CREDPATH_WORKERS", "0"),
        ("CREDPATH_TENANT", "Not A Slug"),
        ("CREDPATH_RATE_LIMIT", "many"),
        ("CREDPATH_EXPLORATION", "0.9"),
        ("CREDPATH_EXPLORATION_BY_TENANT", '{"acme": 0.9}'),
        ("CREDPATH_EXPLORATION_POLICY", "thompson"),
        ("CREDPATH_EXPERIMENTS", "[half of them]"),
        ("CREDPATH_EXPERIMENTS", '[{"name": "t", "arms": {"a": {"share": 0.7}, "b": {"share": 0.7}}}]'),
        ("CREDPATH_EXPERIMENTS", '[{"name": "t", "arms": {"a": {"share": 0.7, "ranker": "best"}}}]'),
        ("CREDPATH_EXCHANGE_RATES", '{"USD": 0}'),
        ("CREDPATH_DEFAULT_LANGUAGES", "Klingon"),
        ("CREDPATH_LOG_LEVEL", "loud"),
        ("CREDPATH_BODY_LIMIT", "nan"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidInput) as refused:
        load_settings()
    assert refused.value.where == variable
    assert value not in str(refused.value)


def test_a_password_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@host/name")
    monkeypatch.setenv("CREDPATH_SECRET", "a-secret-" * 5)
    settings = load_settings()
    told = settings.shown()
    assert "hunter2" not in f"{settings!r} {told}"
    assert "a-secret-" not in f"{settings!r} {told}"
    assert (told["DATABASE_URL"], told["CREDPATH_SECRET"]) == ("postgresql+psycopg://u:***@host/name", "hidden")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@host/name?password=hunter2")
    assert "hunter2" not in str(load_settings().shown())


def test_a_language_by_name_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDPATH_DEFAULT_LANGUAGES", "English, Deutsch, pt-BR")
    assert load_settings().default_languages == ("en", "de", "pt")


def test_a_variable_that_nobody_reads_is_told_with_the_nearest_that_somebody_does() -> None:
    given = {"CREDPATH_" + "POTR": "9", "CREDPATH_" + "COLOUR": "x", "credpath_port": "9", "PATH": "x"}
    assert unknown_variables(given) == {"CREDPATH_" + "POTR": "CREDPATH_PORT", "CREDPATH_" + "COLOUR": ""}
    assert unknown_variables({"CREDPATH_DATABASE_URL": "x"}) == {"CREDPATH_DATABASE_URL": "DATABASE_URL"}


def test_every_variable_that_anything_here_reads_is_known() -> None:
    files = [*ROOT.glob("src/**/*.py"), *ROOT.glob("training/*.py"), *ROOT.glob("tests/**/*.py"), ROOT / "Makefile"]
    read = re.compile(r"""environ(?:\.get\(|\[)["'](CREDPATH_\w+)|\$[({](CREDPATH_\w+)""")
    found = {name for file in files for pair in read.findall(file.read_text("utf-8")) for name in pair if name}
    assert {"CREDPATH_REAL_DATA", "CREDPATH_TEST_POSTGRES"} <= found
    assert unknown_variables(dict.fromkeys(found, "")) == {}


def test_preferences_carry_what_use_cases_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDPATH_EXPLORATION", "0.05")
    monkeypatch.setenv("CREDPATH_DEFAULT_LANGUAGES", "fr")
    preferences = load_settings().preferences()
    assert preferences.default_languages == ("fr",)
    assert preferences.policy.epsilon == 0.05


def test_a_tenant_explores_as_its_own_setting_says_and_others_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDPATH_EXPLORATION_BY_TENANT", '{"acme": 0.1, "other": 0}')
    monkeypatch.setenv("CREDPATH_EXPLORATION_POLICY", "softmax")
    preferences = load_settings().preferences()
    assert preferences.policy_of("acme") == Policy("softmax", epsilon=0.1)
    assert preferences.policy_of("other") == preferences.policy_of("third") == Policy()


def test_experiments_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    arms = '{"b": {"share": 0.5, "ranker": "rules"}, "a": {"share": 0.25}}'
    monkeypatch.setenv("CREDPATH_EXPERIMENTS", f'[{{"name": "t1", "tenants": ["acme"], "arms": {arms}}}]')
    (experiment,) = load_settings().preferences().experiments
    assert experiment == Experiment("t1", (Arm("a", 0.25), Arm("b", 0.5, "rules")), frozenset({"acme"}))
