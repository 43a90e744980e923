"""Golden queries: what a bundle was answering when it was built, asked again whenever it is loaded.

Hashes show that the files are the same; these show that the packages installed here read them the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from credpath.recommender.bundle import Answer
    from credpath.service.loading import LoadedBundle

TEXTS = ("data analyst", "health informatics nurse", "solar panel installer")
GOALS, SKILLS, CATALOGUE = "goals/", "skills/", "catalogue/"


def golden_questions(bundle: LoadedBundle) -> list[tuple[str, str]]:
    """(what is asked, text) over every taxonomy and catalogue of the bundle."""
    asked = [
        *(kind + owner for owner in sorted(bundle.taxonomies) for kind in (GOALS, SKILLS)),
        *(CATALOGUE + tenant for tenant in sorted(bundle.catalogues)),
    ]
    return [(name, text) for name in asked for text in TEXTS]


def golden_answer(bundle: LoadedBundle) -> Answer:
    """Answers golden queries from the loaded bundle."""

    def answer(asked: str, text: str, limit: int) -> Sequence[tuple[str, float]]:
        kind, _, name = asked.partition("/")
        return _ANSWERS[f"{kind}/"](bundle, name, text, max(1, limit))[:limit]

    return answer


def _goals(bundle: LoadedBundle, owner: str, text: str, limit: int) -> list[tuple[str, float]]:
    found = bundle.taxonomies[owner].goals.match(text, bundle.encoder, limit)
    return [(m.occupation_uri, m.confidence) for m in found.matches]


def _skills(bundle: LoadedBundle, owner: str, text: str, limit: int) -> list[tuple[str, float]]:
    found = bundle.taxonomies[owner].skills.search(text, bundle.encoder, limit)
    return [(m.skill_uri, m.confidence) for m in found]


def _catalogue(bundle: LoadedBundle, tenant: str, text: str, limit: int) -> list[tuple[str, float]]:
    index = bundle.catalogues[tenant].index
    scores = index.vectors @ bundle.encoder.encode([text])[0]
    order = np.lexsort((np.arange(len(scores)), -scores))[:limit]
    return [(index.ids[row], float(scores[row])) for row in order]


_ANSWERS: Mapping[str, Callable[[LoadedBundle, str, str, int], list[tuple[str, float]]]] = {
    GOALS: _goals,
    SKILLS: _skills,
    CATALOGUE: _catalogue,
}
