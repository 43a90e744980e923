"""Settings: one documented object, read from the environment. Every default is valid.

Each name is an environment variable with the prefix `CREDPATH_` (`CREDPATH_PORT`), except `DATABASE_URL`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

import limits
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from credpath.domain.experiments import Arm, Experiment
from credpath.domain.money import REFERENCE_RATES
from credpath.errors import InvalidInput
from credpath.interop.languages import language_codes

if TYPE_CHECKING:
    from credpath.service.context import Preferences

MEBIBYTE = 1024 * 1024
# More than this is never spent on exploration: the learners who get less than the best pay for it.
MOST_EXPLORATION = 0.2
PREFIX = "CREDPATH_"
# Named like settings and read by the demonstration with real data and by the tests.
ELSEWHERE = ("CREDPATH_REAL_DATA", "CREDPATH_TEST_POSTGRES", "CREDPATH_CHROMIUM")


class ArmSetting(BaseModel):
    """A share of the learners and the ranker that serves them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float
    ranker: Literal["champion", "rules"] = "champion"


class ExperimentSetting(BaseModel):
    """One A/B test; without `tenants` it runs for all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    arms: Mapping[str, ArmSetting]
    tenants: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        try:
            self.experiment()
        except InvalidInput as error:
            raise ValueError(error.what) from None
        return self

    def experiment(self) -> Experiment:
        """The domain's value. Raises InvalidInput."""
        arms = (Arm(name, arm.share, arm.ranker) for name, arm in sorted(self.arms.items()))
        return Experiment(self.name, tuple(arms), frozenset(self.tenants))


class Settings(BaseSettings):
    """What an operator may set. `credpath doctor` prints it without secrets."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    home: Path = Field(default=Path(".credpath"), description="Folder of the database and of MLflow's runs.")
    models: Path = Field(default=Path("models"), description="Folder of the bundles, with the file CURRENT.")
    # Not printed: it may hold a password.
    database_url: str = Field(
        default="",
        repr=False,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="SQLAlchemy URL of the tables; empty means the SQLite file `credpath.db` in `home`.",
    )
    # Not printed: who knows it can sign in as anybody.
    secret: str = Field(
        default="",
        repr=False,
        description="What signs the links and visits of the pages, 32 characters or more; empty means one that is made "
        "once and kept in `home`. Servers on several machines need the same one.",
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#]+)?$",
        description="Address that people use, without a path, for example `https://learn.example.org`; empty: the one "
        "that was called. With https, cookies insist on it.",
    )
    tenant: str = Field(
        default="default",
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="Tenant of the commands and of the keys that they make.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port to listen on; 0 lets the system choose.")
    workers: int = Field(
        default=1, ge=1, le=64, description="Server processes. Limits and metrics are kept by each alone."
    )
    threads: int = Field(
        default=8, ge=1, le=256, description="Requests computed at once in a process; the rest wait their turn."
    )
    paths_at_once: int = Field(
        default=1, ge=1, le=256, description="Paths planned at once in a process, beside `threads`; the rest wait."
    )
    shutdown_seconds: int = Field(default=20, ge=1, le=600, description="How long running requests may take to finish.")
    body_limit: int = Field(default=5 * MEBIBYTE, ge=1_024, description="Largest request body in bytes.")
    import_limit: int = Field(
        default=50 * MEBIBYTE, ge=1_024, description="Largest body of a catalogue import in bytes."
    )
    batch_limit: int = Field(
        default=1_000, ge=1, le=1_000, description="Most outcomes or assessment results in a call."
    )
    page_limit: int = Field(default=100, ge=1, le=100, description="Most items on a page of a list.")
    rate_limit: str = Field(
        default="60000/minute",
        description="Calls of one API key in one process, for example `100/second`; empty: no limit.",
    )
    default_languages: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("en",), description="Languages assumed when neither profile nor call names one; separated by commas."
    )
    exploration: float = Field(
        default=0.0,
        ge=0.0,
        le=MOST_EXPLORATION,
        description="Chance that the first slot is drawn among the eligible; logged as propensity.",
    )
    exploration_by_tenant: Mapping[str, float] = Field(
        default_factory=dict, description='The same for single tenants, as JSON: `{"acme": 0.05}`; 0 turns it off.'
    )
    exploration_policy: Literal["epsilon-greedy", "softmax"] = Field(
        default="epsilon-greedy",
        description="How it is drawn: evenly among the good ones, or the better ones more often.",
    )
    experiments: tuple[ExperimentSetting, ...] = Field(
        default=(),
        description='A/B tests as JSON: `[{"name": "t1", "tenants": ["acme"], "arms": '
        '{"a": {"share": 0.5, "ranker": "champion"}, "b": {"share": 0.5, "ranker": "rules"}}}]`.',
    )
    exchange_rates: Mapping[str, float] = Field(
        default_factory=lambda: dict(REFERENCE_RATES),
        description="Units of each currency for one US dollar, as JSON; replaces the built-in reference rates.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe level logged."
    )

    @field_validator("default_languages", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("default_languages")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return language_codes(value)
        except InvalidInput as error:
            raise ValueError(f"one is no language code; give {error.fix}") from None

    @field_validator("rate_limit")
    @classmethod
    def _rate(cls, value: str) -> str:
        try:
            return value if not value or limits.parse(value) else ""
        except ValueError:
            raise ValueError("is not a rate, for example 100/second") from None

    @field_validator("exploration_by_tenant")
    @classmethod
    def _shares(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        if not all(0 <= share <= MOST_EXPLORATION for share in value.values()):
            raise ValueError(f"every share must be within 0 to {MOST_EXPLORATION:g}")
        return value

    @field_validator("exchange_rates")
    @classmethod
    def _rates(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        if not all(0 < rate < float("inf") for rate in value.values()):
            raise ValueError("every exchange rate must be a finite number above 0")
        return value

    @property
    def url(self) -> str:
        """The database that is meant: `database_url`, or the file under `home`."""
        return self.database_url or f"sqlite:///{self.home / 'credpath.db'}"

    def shown(self) -> dict[str, object]:
        """Every setting by its variable, for an operator: neither the secret nor a password. Raises InvalidInput."""
        from credpath.store.session import database_url  # brings SQLAlchemy

        url = self.database_url and database_url(self.database_url).set(query={}).render_as_string(hide_password=True)
        told = self.model_dump(mode="json") | {"secret": "hidden" if self.secret else "", "database_url": url}
        return {variable_of(name): value for name, value in told.items()}

    def preferences(self) -> Preferences:
        """The part of the settings that use cases read."""
        from credpath.recommender.exploration import Policy  # brings numpy; a command that only prints needs none
        from credpath.service.context import Preferences

        def policy(share: float) -> Policy:
            return Policy(self.exploration_policy if share else "greedy", epsilon=share)

        return Preferences(
            default_languages=self.default_languages,
            policy=policy(self.exploration),
            exchange_rates=dict(self.exchange_rates),
            policies={tenant: policy(share) for tenant, share in sorted(self.exploration_by_tenant.items())},
            experiments=tuple(setting.experiment() for setting in self.experiments),
        )


def load_settings() -> Settings:
    """Reads the environment. Raises InvalidInput that names the variable."""
    try:
        return Settings()
    except SettingsError as error:  # raised before any field is checked, and names the field in words alone
        named = re.search(r'"(\w+)"', str(error))
        variable = f"CREDPATH_{named[1].upper()}" if named else "CREDPATH_..."
        raise InvalidInput("is not JSON", where=variable, fix=f"unset {variable} for the default") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        variable = variable_of(str(first["loc"][0]))
        fix = f"unset {variable} for the default"
        raise InvalidInput(str(first["msg"]), where=variable, fix=fix) from error


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return "DATABASE_URL" if name.upper() == "DATABASE_URL" else f"{PREFIX}{name.upper()}"


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables that are named like settings and that nobody reads, each with the nearest that is one, or ""."""
    known = {name.removeprefix(PREFIX): name for name in (*map(variable_of, Settings.model_fields), *ELSEWHERE)}
    found = {}
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known.values():
            near = get_close_matches(name.upper().removeprefix(PREFIX), known, n=1)
            found[name] = known[near[0]] if near else ""
    return found
