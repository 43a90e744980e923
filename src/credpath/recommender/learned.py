"""Everything that was learned from one tenant's outcomes, as a bundle holds it: learned/<tenant>/.

card.json says how it was made; co_completion/, tables/, ranker/, completion/ and mastery/ are each optional. What
cannot be used here is left out with a reason, and the rules serve: a learned part never leaves a learner without an
answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from credpath.errors import BundleRefused
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.co_completion import CoCompletion
from credpath.recommender.completion import Completion
from credpath.recommender.csr import Floats
from credpath.recommender.learned_columns import LearnedIndex, LearnedView
from credpath.recommender.learned_ranking import load_ranker
from credpath.recommender.mastery_model import LearnedMastery
from credpath.recommender.outcome_tables import OutcomeTables
from credpath.recommender.ranking import Ranker

CARD, CO_COMPLETION, TABLES, RANKER, COMPLETION = "card.json", "co_completion", "tables", "ranker", "completion"
MASTERY = "mastery"
# The catalogue that serves, and the fresher one that is being made ready beside it.
BOUND_KEPT = 2
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Learned:
    """`ranker` None: the rules rank; `mastery` None: observations are counted.

    `reasons`: why parts of the bundle do not serve; `refused`: why the ranker.
    """

    ranker: Ranker | None = None
    co_completion: CoCompletion | None = None
    tables: OutcomeTables | None = None
    completion: Completion | None = None
    mastery: LearnedMastery | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    refused: str = ""
    _bound: list[tuple[CatalogueIndex, LearnedIndex]] = field(default_factory=list, compare=False, repr=False)

    def bind(self, index: CatalogueIndex) -> LearnedIndex:
        """The models in the order of the catalogue's rows; kept for the last BOUND_KEPT indexes asked for."""
        for known, bound in self._bound:
            if known is index:
                return bound
        fresh = LearnedIndex.bind(self.co_completion, self.tables, index.ids, index.vectors)
        # Set in one step: a request beside this one sees the pairs of before or those of after.
        self._bound[:] = [(index, fresh), *self._bound][:BOUND_KEPT]
        return fresh

    def view(self, index: CatalogueIndex, history: Sequence[str], occupation_uri: str, today: date) -> LearnedView:
        """What the models see of one learner with one goal. `history`: taken up, oldest first."""
        return self.bind(index).view(history, occupation_uri, today.month)

    def chances(self, features: Floats) -> Floats | None:
        """(n, 3) probability of finishing once enrolled, low and high; None without a model that passed its gate."""
        return None if self.completion is None else self.completion.predict(features)


def load_learned(folder: Path) -> Learned:
    """Reads one tenant's folder of a bundle; the caller has verified the files."""
    reasons: list[str] = []
    ranker = _part(folder / RANKER, load_ranker, reasons)
    refused = "; ".join(reasons)
    return Learned(
        ranker=ranker,
        co_completion=_part(folder / CO_COMPLETION, CoCompletion.load, reasons),
        tables=_part(folder / TABLES, OutcomeTables.load, reasons),
        completion=_part(folder / COMPLETION, Completion.load, reasons),
        mastery=_part(folder / MASTERY, LearnedMastery.load, reasons),
        card=json.loads((folder / CARD).read_text(encoding="utf-8")),
        reasons=tuple(reasons),
        refused=refused,
    )


def _part(folder: Path, load: Callable[[Path], T], reasons: list[str]) -> T | None:
    if not folder.is_dir():
        return None
    try:
        return load(folder)
    except BundleRefused as error:
        reasons.append(f"learned part {folder.name} does not serve: {error.what}")
        return None


def save_learned(
    folder: Path,
    card: Mapping[str, Any],
    co_completion: CoCompletion | None = None,
    tables: OutcomeTables | None = None,
) -> None:
    """Writes what needs no exporter; `training.forest_export` puts the ranker into `folder / RANKER`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(card, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")
    if co_completion is not None:
        co_completion.save(folder / CO_COMPLETION)
    if tables is not None:
        tables.save(folder / TABLES)
