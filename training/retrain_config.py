"""How a retraining runs: one object, read from `retrain.toml`. Every default is valid."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from credpath.errors import InvalidInput
from training.distributed import DaskConfig
from training.ranker import RankerConfig

DEFAULTS = Path(__file__).with_name("retrain.toml")


@dataclass(frozen=True, slots=True)
class Spans:
    """The log is cut by time into `blocks` of equal count. The last `judged` judge, each by a model of all before it.

    The columns of a row are made by models that were fitted before its block began, so the first block, before which
    there is nothing, only feeds those.
    """

    blocks: int = 5
    judged: int = 3
    tuning_share: float = 0.25  # of what teaches: its latest part chooses the settings and stops the fit

    def __post_init__(self) -> None:
        if not 3 <= self.blocks <= 12 or not 1 <= self.judged <= self.blocks - 2:
            raise InvalidInput("blocks must be 3 to 12, judged 1 to blocks - 2", where="spans")
        if not 0.05 <= self.tuning_share <= 0.5:
            raise InvalidInput("tuning_share must be .05 to .5", where="spans")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is used of a long log, drawn by the seed. What is left out is counted in the data card."""

    decisions: int = 60_000  # slates that teach the ranker, the latest first; its learning curve is flat long before
    steps: int = 1_500  # learners whose replayed steps teach it
    candidates: int = 100  # rows of a replayed step: what was taken up, and others drawn evenly
    moments: int = 1_000  # learners whose later steps judge, under full ranking
    valued: int = 15_000  # decisions of the blocks that judge whose candidates are read, and slates that are reranked


@dataclass(frozen=True, slots=True)
class Tried:
    """What the tuning part chooses from: every combination is fitted once."""

    objectives: tuple[str, ...] = ("reward", "lambdarank")  # "reward" where there are slates
    leaves: tuple[int, ...] = (15,)  # of LambdaRank
    reward_leaves: tuple[int, ...] = (4,)
    step_shares: tuple[float, ...] = (0.2,)  # weight of replayed steps against slates, where there are slates


# What rewards follow is nearly a product: each chance of the way from a look to a completion has its own causes. Small
# trees, each over some of the columns, add logarithms and little else; larger ones learn the noise of few rewards.
REWARD_FOREST = RankerConfig(
    objective="reward", trees=600, leaves=4, learning_rate=0.05, row_share=0.7, column_share=0.4, l2=5.0
)


@dataclass(frozen=True, slots=True)
class RetrainConfig:
    """`threads`: of every fit. `ranker`, `reward`: how either is grown. `distributed`: where LambdaRank is fitted."""

    seed: int = 0
    threads: int = 2
    spans: Spans = field(default_factory=Spans)
    bounds: Bounds = field(default_factory=Bounds)
    tried: Tried = field(default_factory=Tried)
    ranker: RankerConfig = field(default_factory=RankerConfig)
    reward: RankerConfig = REWARD_FOREST
    distributed: DaskConfig = field(default_factory=DaskConfig)


PARTS = ("spans", "bounds", "tried", "ranker", "reward", "distributed")


def read_config(path: Path = DEFAULTS) -> RetrainConfig:
    """Raises InvalidInput that names the file and the key; a key that is missing keeps its default."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"cannot be read: {error}", where=str(path), fix="compare training/retrain.toml") from error
    whole, values = RetrainConfig(), {}
    for name, value in _known(given, RetrainConfig, path.name).items():
        values[name] = _part(getattr(whole, name), value, f"{path.name} [{name}]") if name in PARTS else value
    return replace(whole, **values)


def _part(part: Any, given: Any, where: str) -> Any:
    """`part` with what is given of it."""
    if not isinstance(given, dict):
        raise InvalidInput(f"{given!r} is no table of settings", where=where)
    known = _known(given, type(part), where)
    try:
        return replace(part, **{name: tuple(v) if isinstance(v, list) else v for name, v in known.items()})
    except TypeError as error:
        raise InvalidInput(f"a value of the wrong kind: {error}", where=where) from error


def _known(given: Mapping[str, Any], of: type, where: str) -> Mapping[str, Any]:
    unknown = sorted(set(given) - {one.name for one in fields(of)})
    if unknown:
        raise InvalidInput(f"unknown setting {unknown[0]!r}", where=where, fix="compare training/retrain.toml")
    return given
