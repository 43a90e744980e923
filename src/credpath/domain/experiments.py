"""A/B assignment: which arm of an experiment a learner is in, by a hash alone, so that nothing needs to be stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from credpath.domain.rules import check_id, check_number
from credpath.errors import InvalidInput

ArmRanker = Literal["champion", "rules"]
MAX_ARMS = 10
WHOLE = 1.0 + 1e-9  # shares come as decimals: ten times 0.1 is a little more than 1


@dataclass(frozen=True, slots=True)
class Arm:
    """A share of the learners (0..1) and the ranker that serves them."""

    name: str
    share: float
    ranker: ArmRanker = "champion"

    def __post_init__(self) -> None:
        check_id(self.name, "arm")
        check_number(self.share, f"share of arm {self.name}", high=1.0)
        if self.ranker not in get_args(ArmRanker):
            fix = " or ".join(get_args(ArmRanker))
            raise InvalidInput(f"unknown ranker {self.ranker!r} in arm {self.name}", where="experiments", fix=fix)


@dataclass(frozen=True, slots=True)
class Experiment:
    """Arms whose shares sum to at most 1; who falls past the last is in none. No `tenants`: all of them."""

    name: str
    arms: tuple[Arm, ...]
    tenants: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        check_id(self.name, "experiment")
        names = [arm.name for arm in self.arms]
        if not 1 <= len(names) <= MAX_ARMS or len(set(names)) != len(names):
            what = f"experiment {self.name} needs 1 to {MAX_ARMS} different arms"
            raise InvalidInput(what, where="experiments", fix="give each arm a name of its own")
        total = sum(arm.share for arm in self.arms)
        if total > WHOLE:
            what = f"the shares of experiment {self.name} sum to {total:g}, over 1"
            raise InvalidInput(what, where="experiments", fix="lower them")


@dataclass(frozen=True, slots=True)
class Assignment:
    """The arm that a learner is in. `label` goes into the log and into the answer."""

    experiment: str
    arm: str
    ranker: ArmRanker

    @property
    def label(self) -> str:
        """ "name/arm"; "" outside of every experiment."""
        return f"{self.experiment}/{self.arm}" if self.experiment else ""


UNASSIGNED = Assignment("", "", "champion")


def assign(experiments: Iterable[Experiment], tenant: str, learner_id: str) -> Assignment:
    """The arm in the first experiment that covers the tenant. Same names: same arm, on every machine, for ever.

    Somebody without an id is in none, since a second call could not be given the same arm.
    """
    running = next((e for e in experiments if not e.tenants or tenant in e.tenants), None)
    if running is None or not learner_id:
        return UNASSIGNED
    place = position(running.name, tenant, learner_id)
    for arm in running.arms:
        if place < arm.share:
            return Assignment(running.name, arm.name, arm.ranker)
        place -= arm.share
    return UNASSIGNED


def position(experiment: str, tenant: str, learner_id: str) -> float:
    """Where in [0, 1) a learner stands in an experiment: SHA-256 of the three names, evenly spread."""
    named = "\x1f".join((experiment, tenant, learner_id))  # a separator that no id holds
    digest = hashlib.sha256(f"credpath-experiment:{named}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2.0**53
