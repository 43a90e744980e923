"""What every use case is given: where the rows are, what serves, what time it is, where dice come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from credpath.domain.experiments import Experiment
from credpath.domain.money import REFERENCE_RATES
from credpath.recommender.exploration import Policy
from credpath.service.serving import Serving
from credpath.store.session import Database
from credpath.store.writer import GroupCommitWriter


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an operator may choose. Every default is valid, and by default nothing is explored.

    `policies`: by tenant, instead of `policy`. `experiments`: of those that cover a tenant the first one runs.
    """

    default_languages: tuple[str, ...] = ("en",)  # assumed when neither profile nor call names one
    policy: Policy = field(default_factory=Policy)
    exchange_rates: Mapping[str, float] = field(default_factory=lambda: dict(REFERENCE_RATES))
    policies: Mapping[str, Policy] = field(default_factory=dict)
    experiments: tuple[Experiment, ...] = ()

    def policy_of(self, tenant: str) -> Policy:
        """How the first place is given away for this tenant."""
        return self.policies.get(tenant, self.policy)


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every use case as its first argument; closed by whoever opened it."""

    database: Database
    serving: Serving
    writer: GroupCommitWriter
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]
    preferences: Preferences = field(default_factory=Preferences)

    def close(self) -> None:
        """Writes what is queued, stops watching for bundles, closes connections."""
        self.writer.close()
        self.serving.close()
        self.database.dispose()
