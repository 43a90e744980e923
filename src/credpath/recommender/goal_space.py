"""Everything about the occupations of one taxonomy that a goal is compared with, as arrays."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from credpath.domain.skills import Occupation, Taxonomy
from credpath.recommender.csr import Floats, Offsets, Rows, offsets
from credpath.recommender.encoding import Encoder, FloatArray, normalise_text
from credpath.recommender.goal_arrays import Bytes, open_array, unit_rows
from credpath.recommender.goal_lexicon import Postings, WordLists, trigrams_of, words_of
from credpath.recommender.goal_view import GoalView

ARRAYS = ("starts", "sums", "view_sums", "lengths", "view_lengths", "about", "idf", "heads", "groups")
LISTS = ("label_words", "about_words", "need_words")
CODED = ("vectors", "views", "needs")
OPTIONAL_SHARE = 0.35  # an optional skill speaks for an occupation, but less than an essential one
ABOUT_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class GoalSpace:
    """N occupations sorted by URI with L labels, an occupation's preferred label first, the others sorted.

    starts (N + 1,) into the labels; vectors (L, d) and views (L, v) of the labels; sums (N, d) and view_sums
    (N, v) over an occupation's labels, with their lengths (N,); about and needs (N, d): its description and its
    required skills, the specific ones most; heads (L,): number of a label's last word; groups (N,): its group
    in the classification.
    """

    labels: tuple[str, ...]
    words: dict[str, int]
    letters: Postings
    label_words: WordLists
    about_words: WordLists
    need_words: WordLists
    starts: Offsets
    vectors: Bytes
    views: Bytes
    sums: Floats
    view_sums: Floats
    lengths: Floats
    view_lengths: Floats
    about: Floats
    needs: Bytes
    idf: Floats
    heads: Rows
    groups: Rows

    @property
    def size(self) -> int:
        """How many occupations there are."""
        return len(self.starts) - 1

    def save(self, folder: Path) -> None:
        """Writes arrays and labels into `folder`."""
        self.letters.save(folder / "letters")
        for name in LISTS:
            getattr(self, name).save(folder, name)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        for name in CODED:
            getattr(self, name).save(folder, name)
        texts = {"labels": self.labels, "words": list(self.words)}
        (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> GoalSpace:
        """Reads what `save` wrote. Vectors stay on disk until they are touched."""
        texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
        arrays: dict[str, Any] = {name: open_array(folder / f"{name}.npy") for name in ARRAYS}
        arrays |= {name: WordLists.load(folder, name) for name in LISTS}
        arrays |= {name: Bytes.load(folder, name) for name in CODED}
        words = {word: at for at, word in enumerate(texts["words"])}
        return GoalSpace(tuple(texts["labels"]), words, Postings.load(folder / "letters"), **arrays)


def labels_of(occupation: Occupation) -> list[str]:
    """The preferred label, then the others without those that differ from an earlier one in case or space only."""
    kept = {normalise_text(occupation.label): occupation.label}
    for label in sorted(occupation.alt_labels):
        kept.setdefault(normalise_text(label), label)
    first, *others = [key for key in kept if key]
    return [kept[first], *(kept[key] for key in sorted(others))]


def build_space(taxonomy: Taxonomy, encoder: Encoder, view: GoalView) -> GoalSpace:
    """Encodes every distinct label, description and required skill once."""
    occupations = sorted(taxonomy.occupations, key=lambda o: o.uri)
    per_occupation = [labels_of(o) for o in occupations]
    labels = [label for one in per_occupation for label in one]
    starts = offsets(np.array([len(one) for one in per_occupation], np.int64))
    worded = [words_of(label) for label in labels]
    words, idf = _word_table(worded)
    vectors = encode_distinct(encoder, labels)
    views = view.encode([normalise_text(label) for label in labels], vectors)
    names = {skill.uri: skill.label for skill in taxonomy.skills}
    needed = [[names[r.skill_uri] for r in o.requirements if r.skill_uri in names] for o in occupations]
    about = [f"{o.label}. {o.description}"[:ABOUT_CHARACTERS] for o in occupations]
    sums, view_sums = sum_by_occupation(vectors, starts), sum_by_occupation(views, starts)
    return GoalSpace(
        labels=tuple(labels),
        words=words,
        letters=Postings.build([list(trigrams_of(one)) for one in worded]),
        label_words=WordLists.build(worded, words),
        about_words=WordLists.build([words_of(o.description) for o in occupations], words),
        need_words=WordLists.build([words_of(" ".join(one)) for one in needed], words),
        starts=starts,
        vectors=Bytes.of(vectors),
        views=Bytes.of(views),
        sums=sums,
        view_sums=view_sums,
        lengths=lengths_of(sums),
        view_lengths=lengths_of(view_sums),
        about=encoder.encode(about),
        needs=Bytes.of(_needs(occupations, names, encoder)),
        idf=idf,
        heads=np.array([words[one[-1]] if one else -1 for one in worded], np.int32),
        groups=_groups(occupations),
    )


def encode_distinct(encoder: Encoder, texts: Sequence[str]) -> FloatArray:
    """(n, d) rows in the order of `texts`; each distinct text is encoded once."""
    folded = [normalise_text(text) for text in texts]
    distinct = sorted(set(folded))
    at = {text: row for row, text in enumerate(distinct)}
    return encoder.encode(distinct)[[at[text] for text in folded]]


def sum_by_occupation(rows: FloatArray, starts: Offsets) -> Floats:
    """(N, d) sums over each occupation's labels."""
    if len(starts) < 2:
        return np.zeros((0, rows.shape[1]), np.float32)
    summed: Floats = np.add.reduceat(rows.astype(np.float32), starts[:-1], axis=0)
    return summed


def lengths_of(rows: FloatArray) -> Floats:
    """(n,) Euclidean lengths, never 0."""
    lengths: Floats = np.maximum(np.linalg.norm(rows, axis=1), 1e-6).astype(np.float32)
    return lengths


def _word_table(worded: Sequence[Sequence[str]]) -> tuple[dict[str, int], Floats]:
    counts = Counter(word for words in worded for word in set(words))
    words = {word: at for at, word in enumerate(sorted(counts))}
    df = np.array([counts[word] for word in words], np.float32)
    return words, (np.log((1 + len(worded)) / (1 + df)) + 1).astype(np.float32)


def _needs(occupations: Sequence[Occupation], names: dict[str, str], encoder: Encoder) -> FloatArray:
    """(N, d) mean of the required skills' labels, weighted by how few occupations need them."""
    uris = sorted({r.skill_uri for o in occupations for r in o.requirements if r.skill_uri in names})
    at = {uri: row for row, uri in enumerate(uris)}
    vectors = encode_distinct(encoder, [names[uri] for uri in uris])
    rarity = skill_rarity(occupations)
    summed = np.zeros((len(occupations), encoder.dimensions), np.float32)
    for row, occupation in enumerate(occupations):
        found = [r for r in occupation.requirements if r.skill_uri in at]
        shares = [rarity[r.skill_uri] * (1.0 if r.essential else OPTIONAL_SHARE) for r in found]
        if found:
            summed[row] = np.array(shares, np.float32) @ vectors[[at[r.skill_uri] for r in found]]
    return unit_rows(summed)


def skill_rarity(occupations: Sequence[Occupation]) -> dict[str, float]:
    """{skill: 0..1}: 1 for a skill of a single occupation, 0 for one that every occupation needs."""
    counts = Counter(uri for o in occupations for uri in {r.skill_uri for r in o.requirements})
    whole = np.log1p(len(occupations))
    return {uri: float(1 - np.log1p(count - 1) / whole) if whole else 1.0 for uri, count in counts.items()}


def _groups(occupations: Sequence[Occupation]) -> Rows:
    """The four-digit ISCO group, or the six-digit SOC group, as a number; alone where there is neither."""
    codes = [o.isco_code[:4] or o.soc_code[:7] or o.uri for o in occupations]
    at = {code: number for number, code in enumerate(sorted(set(codes)))}
    return np.array([at[code] for code in codes], np.int32)
