"""Learns mastery from responses: items and skills, gains, related skills, the forest, and how sure it may be."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from credpath.domain.mastery_parameters import Gains, MasteryParameters, Tracing
from credpath.errors import InvalidInput
from credpath.recommender.csr import Mask, Offsets
from credpath.recommender.mastery_features import ASKED, STANDING, Near, neutral
from credpath.recommender.mastery_model import FOREST, LearnedFacts, LearnedMastery
from training.mastery_forest import FittedForest, ForestSettings, fit_forest
from training.mastery_gains import tune_gains
from training.mastery_items import FittedItems, fit_items
from training.mastery_near import choose_near, near_skills
from training.mastery_stream import Walked, walk
from training.mastery_width import fit_width
from training.responses import Responses

PARTS = 5
HELD_SHARE = 0.1
ALONE_BELOW = 100_000  # answers, below which a second process takes longer to start than it saves
_RIGHTS, _WRONGS = STANDING.index("rights_1"), STANDING.index("wrongs_1")


@dataclass(frozen=True, slots=True)
class MasterySettings:
    """`dimensions`: of the space of items. `near`: tables of related skills by other means than answers, to try too."""

    dimensions: int = 16
    near: Mapping[str, Near] = field(default_factory=dict)
    forest: ForestSettings = field(default_factory=ForestSettings)
    tune: bool = True
    processes: int = 2

    @staticmethod
    def on(threads: int) -> MasterySettings:
        """As shipped, on so many threads, or processes where those do more."""
        return MasterySettings(forest=ForestSettings(threads=threads), processes=threads)


@dataclass(frozen=True, slots=True)
class FittedMastery:
    """`model` as it serves."""

    model: LearnedMastery
    forest: FittedForest
    items: FittedItems

    def save(self, folder: Path) -> None:
        """Writes what `LearnedMastery.load` reads."""
        self.model.save(folder)
        (folder / FOREST).mkdir(exist_ok=True)
        for file in Path(self.forest.folder.name).iterdir():  # the folder itself may be read by nobody else
            shutil.copyfile(file, folder / FOREST / file.name)


def fit_mastery(train: Responses, seed: int, settings: MasterySettings | None = None) -> FittedMastery:
    """Learns from all of `train`; whatever is tuned is tuned on a part of its learners.

    Raises InvalidInput below two learners: what tells of items is learned from others than those who are walked.
    """
    if len(train.bounds()) < 3:
        raise InvalidInput("mastery is learned from two learners or more", where="responses", fix="a longer log")
    settings = settings or MasterySettings()
    gains = tune_gains(train, settings.dimensions, seed) if settings.tune else Gains()
    near = choose_near(train, {"answers": near_skills(train), **settings.near}, gains, seed)
    walked = _walk_parts(train, _parts(train, seed), gains, near, settings, seed)
    held = _held(train, seed)
    forest = fit_forest(walked, train.correct, held, settings.forest, seed)
    items = fit_items(train, settings.dimensions, seed)
    facts = _facts(train, items, gains, near, forest, walked, held)
    return FittedMastery(LearnedMastery(facts, items.table, forest.forest), forest, items)


def parameters_of(train: Responses, items: FittedItems, gains: Gains) -> MasteryParameters:
    """What the transition reads."""
    return MasteryParameters(items.middle, _skills(train, items), items.table, gains, Tracing())


def _skills(train: Responses, items: FittedItems) -> dict[str, float]:
    met = np.unique(train.skills).tolist()
    return {train.skill_names[skill]: float(items.skills[skill]) for skill in met}


def deal(train: Responses, parts: int, seed: int) -> Offsets:
    """(n,) the part of each answer's learner: whole learners, dealt round."""
    present, which = np.unique(train.learner, return_inverse=True)
    part = np.empty(len(present), dtype=np.int64)
    part[np.random.default_rng(seed).permutation(len(present))] = np.arange(len(present)) % parts
    return part[which]


def _parts(train: Responses, seed: int) -> Offsets:
    return deal(train, min(PARTS, len(train.bounds()) - 1), seed)


def _held(train: Responses, seed: int) -> Mask:
    held: Mask = deal(train, round(1.0 / HELD_SHARE), seed + 1) == 0
    return held


def _walk_parts(
    train: Responses, parts: Offsets, gains: Gains, near: Near, settings: MasterySettings, seed: int
) -> Walked:
    """Each learner walked by what the other parts' learners tell of items: an item's facts never hold own answers."""
    walked = Walked(np.empty((len(train), len(STANDING))), np.empty((len(train), len(ASKED))))
    jobs = [_Part(train.rows(parts != part), train.rows(parts == part), gains, near, settings, seed)
            for part in range(int(parts.max()) + 1)]  # fmt: skip
    for part, found in enumerate(_each(jobs, settings.processes if len(train) >= ALONE_BELOW else 1)):
        inside = parts == part
        walked.stood[inside], walked.asked[inside] = found.stood, found.asked
    return walked


@dataclass(frozen=True, slots=True)
class _Part:
    """`rows` are walked by what `others` tell."""

    others: Responses
    rows: Responses
    gains: Gains
    near: Near
    settings: MasterySettings
    seed: int


def _walk_part(part: _Part) -> Walked:
    items = fit_items(part.others, part.settings.dimensions, part.seed)
    return walk(part.rows, items, parameters_of(part.others, items, part.gains), part.near)


def _each(jobs: Sequence[_Part], processes: int) -> Iterator[Walked]:
    if processes < 2:
        yield from map(_walk_part, jobs)
        return
    # spawn: a fork after OpenMP was used hangs
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_walk_part, jobs)


def _facts(
    train: Responses, items: FittedItems, gains: Gains, near: Near, forest: FittedForest, walked: Walked, held: Mask
) -> LearnedFacts:
    stood = walked.stood[held]
    chance = forest.chance(*neutral(stood, walked.asked[held, 1]))
    width = fit_width(train.rows(held), chance, stood[:, _RIGHTS] + stood[:, _WRONGS])
    facts = LearnedFacts(
        "", items.middle, _skills(train, items), near, gains, Tracing(), forest.slope, forest.intercept, width
    )
    digest = hashlib.sha256(repr(facts).encode())
    for file in sorted(Path(forest.folder.name).iterdir()):
        digest.update(file.read_bytes())
    for values in (items.table.easiness, items.table.vectors, items.table.pair_effects):
        digest.update(np.ascontiguousarray(values).tobytes())
    return replace(facts, version="learned-" + digest.hexdigest()[:16])
