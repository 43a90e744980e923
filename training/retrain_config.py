"""How a retraining runs: one object, read from `retrain.toml`. Every default is valid."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from credpath.errors import InvalidInput
from training.distributed import DaskConfig
from training.ranker import LAMBDARANK, REWARD, RankerConfig

DEFAULTS = Path(__file__).with_name("retrain.toml")
MOST_BLOCKS = 12
MOST_TRIED = 20
MOST_COUNT = 1_000_000_000
MOST_SEED = 2_000_000_000  # LightGBM takes 31 bits, and some fits count on from it


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
        _whole("spans", "blocks", self.blocks, 3, MOST_BLOCKS)
        _whole("spans", "judged", self.judged, 1, self.blocks - 2)
        _share("spans", "tuning_share", self.tuning_share, 0.05, 0.5)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is used of a long log, drawn by the seed. What is left out is counted in the data card."""

    decisions: int = 60_000  # slates that teach the ranker, the latest first; its learning curve is flat long before
    steps: int = 1_500  # learners whose replayed steps teach it
    candidates: int = 100  # rows of a replayed step: what was taken up, and others drawn evenly
    moments: int = 1_000  # learners whose later steps judge, under full ranking
    valued: int = 15_000  # decisions of the blocks that judge whose candidates are read, and slates that are reranked

    def __post_init__(self) -> None:
        for part in fields(self):
            least = 2 if part.name == "candidates" else 1  # what was taken up, and something else
            _whole("bounds", part.name, getattr(self, part.name), least, MOST_COUNT)


@dataclass(frozen=True, slots=True)
class Tried:
    """What the tuning part chooses from: every combination is fitted once."""

    objectives: tuple[str, ...] = ("reward", "lambdarank")  # "reward" where there are slates
    leaves: tuple[int, ...] = (15,)  # of LambdaRank
    reward_leaves: tuple[int, ...] = (4,)
    step_shares: tuple[float, ...] = (0.2,)  # weight of replayed steps against slates, where there are slates

    def __post_init__(self) -> None:
        for name in ("objectives", "leaves", "reward_leaves", "step_shares"):
            listed = getattr(self, name)
            if not isinstance(listed, tuple) or not 0 < len(listed) <= MOST_TRIED:
                fix = f"a list of 1 to {MOST_TRIED} values"
                raise InvalidInput(f"{name} is {listed!r}", where=f"tried.{name}", fix=fix)
        for objective in self.objectives:
            if objective not in (LAMBDARANK, REWARD):
                fix = f"{REWARD} or {LAMBDARANK}"
                raise InvalidInput(f"objectives name {objective!r}", where="tried.objectives", fix=fix)
        for name in ("leaves", "reward_leaves"):
            for leaves in getattr(self, name):
                _whole("tried", name, leaves, 2, 64)
        for share in self.step_shares:
            _share("tried", "step_shares", share, 0.0, 0.99)


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

    def __post_init__(self) -> None:
        _whole("", "seed", self.seed, 0, MOST_SEED)
        _whole("", "threads", self.threads, 1, 256)


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
    changed: RetrainConfig = _changed(whole, values, path.name)
    return changed


def _part(part: Any, given: Any, where: str) -> Any:
    """`part` with what is given of it."""
    if not isinstance(given, dict):
        raise InvalidInput(f"{given!r} is no table of settings", where=where)
    known = {name: tuple(v) if isinstance(v, list) else v for name, v in _known(given, type(part), where).items()}
    for name, value in known.items():
        if not _alike(value, getattr(part, name)):
            raise InvalidInput(f"{name} is {value!r}", where=where, fix=f"the default is {getattr(part, name)!r}")
    return _changed(part, known, where)


def _changed(part: Any, values: Mapping[str, Any], where: str) -> Any:
    try:
        return replace(part, **values)
    except InvalidInput as error:
        raise InvalidInput(error.what, where=where, fix=error.fix) from error


def _alike(value: Any, default: Any) -> bool:
    """Whether a value is of the default's kind; a whole number may stand for one with a point."""
    if isinstance(default, tuple):
        return isinstance(value, tuple) and all(_alike(one, default[0]) for one in value)
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return type(value) is type(default)


def _whole(part: str, name: str, value: Any, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        where, fix = f"{part}.{name}".removeprefix("."), f"a whole number from {least} to {most}"
        raise InvalidInput(f"{name} is {value!r}", where=where, fix=fix)


def _share(part: str, name: str, value: Any, least: float, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InvalidInput(f"{name} is {value!r}", where=f"{part}.{name}", fix=f"a number from {least:g} to {most:g}")


def _known(given: Mapping[str, Any], of: type, where: str) -> Mapping[str, Any]:
    unknown = sorted(set(given) - {one.name for one in fields(of)})
    if unknown:
        raise InvalidInput(f"unknown setting {unknown[0]!r}", where=where, fix="compare training/retrain.toml")
    return given
