"""Candidates for a goal and what is known of each: the one definition that serving and training share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Floats, gather
from credpath.recommender.encoding import FloatArray
from credpath.recommender.goal_lexicon import trigrams_of, words_of
from credpath.recommender.goal_space import GoalSpace
from credpath.recommender.goal_word_matches import WordMatches

CANDIDATES = 64
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GoalQuery:
    """A goal's words with its two unit vectors: (d,) by the encoder and (v,) by the learned view."""

    text: str
    vector: FloatArray
    view: FloatArray
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", words_of(self.text))


@dataclass(frozen=True, slots=True)
class Candidates:
    """K occupations by row, their features (K, len(names)), and of each the label (row) nearest to the goal."""

    rows: Ints
    features: FloatArray
    nearest: Ints
    closeness: float  # 0..1: how near the nearest label of any occupation is


@dataclass(frozen=True, slots=True)
class Seen:
    """What one goal has with the whole space: letter scores of labels, cosines of occupations."""

    letters: Floats  # (L,)
    best_letters: Floats  # (N,)
    centroid: Floats
    view_centroid: Floats
    about: Floats


def candidates(space: GoalSpace, query: GoalQuery, count: int = CANDIDATES) -> Candidates:
    """The `count` most promising occupations, by all signals together; ties by row, so by URI."""
    if not space.size:
        return Candidates(np.zeros(0, np.int64), np.zeros((0, len(FEATURES)), np.float32), np.zeros(0, np.int64), 0.0)
    seen = look(space, query)
    pool = 0.6 * seen.best_letters + seen.centroid + 1.2 * seen.view_centroid + 0.4 * seen.about
    keep = min(count, space.size)
    rows = np.argpartition(-pool, keep - 1)[:keep]
    rows = rows[np.lexsort((rows, -pool[rows]))].astype(np.int64)
    features, nearest = describe(space, query, seen, rows)
    return Candidates(rows, features, nearest, _closeness(features))


def look(space: GoalSpace, query: GoalQuery) -> Seen:
    """Compares the goal with every label's letters and with every occupation's mean vectors."""
    letters = space.letters.scores(list(trigrams_of(query.words)), len(space.labels))
    return Seen(
        letters,
        np.maximum.reduceat(letters, space.starts[:-1]),
        space.sums @ query.vector / space.lengths,
        space.view_sums @ query.view / space.view_lengths,
        space.about @ query.vector,
    )


def describe(space: GoalSpace, query: GoalQuery, seen: Seen, rows: Ints) -> tuple[FloatArray, Ints]:
    """(K, len(FEATURES)) and the label of each occupation that lies nearest."""
    flat, owner = gather(space.starts, rows)
    firsts = np.searchsorted(owner, np.arange(len(rows)))
    letters = seen.letters[flat]
    cosines = space.vectors.dot(flat, query.vector)
    views = space.views.dot(flat, query.view)
    shared = WordMatches.of(space, query.words, flat)
    found: dict[str, Floats] = {
        "centroid": seen.centroid[rows], "view_centroid": seen.view_centroid[rows], "about": seen.about[rows],
        "needs": space.needs.dot(rows, query.vector),
        "letters_mean": np.asarray(np.add.reduceat(letters, firsts) / np.bincount(owner), np.float32),
        "letters_preferred": letters[firsts], "cosine_preferred": cosines[firsts], "view_preferred": views[firsts],
    }  # fmt: skip
    for name, values in (("letters", letters), ("cosine", cosines), ("view", views), ("words", shared.cosines)):
        found |= {f"{name}_{place}": best for place, best in enumerate(_best(values, owner, firsts), 1)}
    near = _nearest(letters + views, owner, firsts)
    found |= shared.features(rows, firsts, near)
    found |= _last_word(space, query, flat, owner)
    found["lengths"] = shared.lengths[near] - len(query.words)
    found["labels"] = np.log1p(np.bincount(owner)).astype(np.float32)
    found |= _company(found, space.groups[rows])
    for name in COMPARED:
        found[f"{name}_behind"] = found[name] - found[name].max()
    asked = {"words_asked": len(query.words), "letters_asked": len(query.text), "unknown": shared.unknown}
    found |= {name: np.full(len(rows), value, np.float32) for name, value in asked.items()}
    return np.stack([found[name] for name in FEATURES], axis=1).astype(np.float32), flat[near]


COMPARED = (
    "letters_1", "words_1", "cosine_1", "view_1", "centroid", "view_centroid", "about", "needs", "cosine_preferred",
    "letters_mean",
)  # fmt: skip
FEATURES = (
    "letters_1", "letters_2", "letters_3", "letters_mean", "letters_preferred",
    "words_1", "words_2", "words_3", "cosine_1", "cosine_2", "cosine_3", "cosine_preferred", "centroid",
    "view_1", "view_2", "view_3", "view_preferred", "view_centroid", "about", "needs",
    "covered", "covered_nearest", "covers_nearest", "same_words", "about_covered", "needs_covered",
    "last_word", "last_word_share", "last_word_spread", "lengths", "labels", "company", "standing",
    *(f"{name}_behind" for name in COMPARED), "words_asked", "letters_asked", "unknown",
)  # fmt: skip


def _best(values: Floats, owner: Ints, firsts: Ints, places: int = 3) -> list[Floats]:
    """The best, second and third value of each occupation; 0 where it has fewer labels."""
    order = np.lexsort((-values, owner))
    ranked = values[order]
    counts = np.diff(np.append(firsts, len(values)))
    at = [np.minimum(firsts + place, len(values) - 1) for place in range(places)]
    return [np.where(counts > place, ranked[at[place]], 0.0) for place in range(places)]


def _nearest(values: Floats, owner: Ints, firsts: Ints) -> Ints:
    """For each occupation the position of its label with the highest value; ties by label order."""
    order: Ints = np.lexsort((np.arange(len(values)), -values, owner))
    return order[firsts]


def _last_word(space: GoalSpace, query: GoalQuery, flat: Ints, owner: Ints) -> dict[str, Floats]:
    """Whether labels end with the goal's last word: "engineer" of "cloud engineer" names the kind of work."""
    word = space.words.get(query.words[-1], -2) if query.words else -2
    ends = np.bincount(owner, space.heads[flat] == word).astype(np.float32)
    spread = np.full(len(ends), np.log1p(float((ends > 0).sum())), np.float32)
    return {
        "last_word": np.minimum(ends, 3),
        "last_word_share": ends / np.bincount(owner),
        "last_word_spread": spread,
    }


def _company(found: dict[str, Floats], groups: NDArray[np.int32]) -> dict[str, Floats]:
    """How much of the candidates' standing lies in an occupation's group beside itself."""
    raw = 8 * (found["view_1"] + found["view_centroid"] + found["letters_1"])
    standing = np.exp(raw - raw.max())
    standing /= standing.sum()
    same = groups[:, None] == groups[None, :]
    return {"company": same @ standing - standing, "standing": standing}


def _closeness(features: FloatArray) -> float:
    """Mean of the nearest label's cosine and the best agreement in letters or words, over all candidates."""
    spelled = max(float(features[:, FEATURES.index(name)].max()) for name in ("letters_1", "words_1"))
    meant = float(features[:, FEATURES.index("cosine_1")].max())
    return min(1.0, max(0.0, 0.5 * spelled + 0.5 * meant))
