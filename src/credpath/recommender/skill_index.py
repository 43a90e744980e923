"""The skills of one taxonomy, ready to be found: by URI, by label in any usual spelling, by meaning.

A wrong link costs more than a missing one, since it moves a learner's mastery and every reason given from it.
So `resolve` goes from the surest evidence down and answers None below what it can stand for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import numpy as np

from credpath.domain.skills import Taxonomy
from credpath.recommender.encoding import Encoder, FloatArray
from credpath.recommender.skill_guard import is_another_act, is_generic, may_mean
from credpath.recommender.skill_lookup import TIERS, LabelLookup, Tier
from credpath.recommender.skill_neighbours import Neighbours
from credpath.recommender.skill_words import SYNONYM, name_before_kind, spellings, without_parentheses

Method = Literal["uri", "label", "embedding"]

# How many of the nearest skills are looked at for one whose words allow the link.
LOOKED_AT = 5
NAME_CONFIDENCE = 0.9
UNVOUCHED = 0.5  # confidence of a search result is this times its cosine
BLOCK = 256
CLOSE, NO_DOUBT = 0.6, 1.0  # cosines: of an alternative label that is surely no other thing; where none is known
LOOSE = 0.8  # highest confidence below CLOSE
GENERIC_NEARNESS = 0.7  # "security" has the stem of "securities"
SPELT_ALIKE = 0.8  # ratio of difflib


@dataclass(frozen=True, slots=True)
class SkillMatch:
    """A skill that words may mean, with the chance, 0..1, that they do."""

    skill_uri: str
    label: str
    confidence: float
    method: Method


@dataclass(frozen=True, slots=True)
class SkillIndex:
    """`uris` ascending; `labels`, `reuse` and the (S, d) unit rows of `vectors` in the same order."""

    uris: tuple[str, ...]
    labels: tuple[str, ...]
    reuse: tuple[str, ...]
    vectors: FloatArray
    neighbours: Neighbours
    lookup: LabelLookup
    position: Mapping[str, int] = field(repr=False)

    @staticmethod
    def build(taxonomy: Taxonomy, encoder: Encoder) -> SkillIndex:
        """Encodes every preferred label, hashes all labels, and joins related skills."""
        skills = sorted(taxonomy.skills, key=lambda s: s.uri)
        labels = tuple(s.label for s in skills)
        vectors = encoder.encode(labels)
        uris = tuple(s.uri for s in skills)
        return SkillIndex(
            uris=uris,
            labels=labels,
            reuse=tuple(s.reuse for s in skills),
            vectors=vectors,
            neighbours=Neighbours.build(skills, taxonomy.relations, vectors),
            lookup=LabelLookup.build(labels, [s.alt_labels for s in skills]),
            position={uri: row for row, uri in enumerate(uris)},
        )

    def resolve(self, text: str, encoder: Encoder | None) -> SkillMatch | None:
        """The one skill that a URI or a declared label names, or None. Without an encoder, by words alone."""
        return self.resolve_all([text], encoder)[0]

    def resolve_all(
        self, texts: Sequence[str], encoder: Encoder | None, *, by_meaning: bool = True
    ) -> tuple[SkillMatch | None, ...]:
        """`resolve` for many texts, encoded together. Without `by_meaning` only words that a label has count."""
        if encoder is None or not self.uris:
            return tuple(self.by_uri(text) or self._by_words(text, None) or self._by_name(text) for text in texts)
        vectors = encoder.encode(texts)
        found = [
            self.by_uri(text) or self._by_words(text, vector) or self._by_name(text)
            for text, vector in zip(texts, vectors, strict=True)
        ]
        open_rows = [row for row, match in enumerate(found) if match is None and by_meaning]
        for row, near in zip(open_rows, self._nearest(vectors[open_rows], LOOKED_AT), strict=True):
            found[row] = self._by_meaning(texts[row], near)
        return tuple(found)

    def by_uri(self, uri: str) -> SkillMatch | None:
        """The skill of exactly this URI."""
        row = self.position.get(uri)
        return None if row is None else self._match(row, 1.0, "uri")

    def search(self, text: str, encoder: Encoder | None, limit: int) -> tuple[SkillMatch, ...]:
        """The skills nearest to the words, best first, with no promise that any is meant."""
        best = self.resolve(text, encoder)
        found = [best] if best else []
        if encoder and self.uris:
            (near,) = self._nearest(encoder.encode([text]), limit + 1)
            found += [self._match(row, max(0.0, cosine) * UNVOUCHED, "embedding") for row, cosine in near]
        kept = {match.skill_uri: match for match in reversed(found)}
        return tuple(sorted(kept.values(), key=lambda m: (-m.confidence, m.skill_uri))[:limit])

    def spelt_like(self, text: str) -> str:
        """The label that a misspelling may have meant, "" where none is spelt much like it. Some 50 ms on ESCO."""
        labels = {without_parentheses(label).casefold(): label for label in reversed(self.labels)}
        near = get_close_matches(text.strip().casefold(), labels, n=1, cutoff=SPELT_ALIKE)
        return labels[near[0]] if near else ""

    def save(self, folder: Path) -> None:
        """Writes skills.json, vectors.npy (float16) and the arrays of lookup and neighbours."""
        folder.mkdir(parents=True, exist_ok=True)
        document = {"uris": self.uris, "labels": self.labels, "reuse": self.reuse}
        (folder / "skills.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        np.save(folder / "vectors.npy", self.vectors.astype(np.float16))
        self.lookup.save(folder)
        self.neighbours.save(folder)

    @staticmethod
    def load(folder: Path) -> SkillIndex:
        """Reads what `save` wrote; the caller has verified the files."""
        document = json.loads((folder / "skills.json").read_text(encoding="utf-8"))
        uris = tuple(document["uris"])
        return SkillIndex(
            uris=uris,
            labels=tuple(document["labels"]),
            reuse=tuple(document["reuse"]),
            vectors=np.load(folder / "vectors.npy").astype(np.float32),
            neighbours=Neighbours.load(folder),
            lookup=LabelLookup.load(folder),
            position={uri: row for row, uri in enumerate(uris)},
        )

    def _by_words(self, text: str, vector: FloatArray | None) -> SkillMatch | None:
        spelled = spellings(text)
        generic = {one for one in spelled if is_generic(one)}
        for tier in TIERS:
            for one, sure in spelled.items():
                if tier.generic or one not in generic:
                    best = self._nearest_of(tier, one, vector)
                    if best and best[1] >= _least_nearness(tier, sure, one in generic):
                        return self._match(best[0], min(sure, _confidence(tier, best[1])), "label")
        return None

    def _nearest_of(self, tier: Tier, text: str, vector: FloatArray | None) -> tuple[int, float] | None:
        """(row, cosine) of the skill with these words that lies nearest; without a vector the cosine is NO_DOUBT."""
        rows = self.lookup.find(tier, text)
        if tier.alternative:
            rows = rows[[not is_another_act(text, self.labels[row]) for row in rows]]
        if not len(rows):
            return None
        if vector is None:  # several skills with these words, and nothing to tell them apart by
            return (int(rows[0]), NO_DOUBT) if len(rows) == 1 or not tier.alternative else None
        near = self.vectors[rows] @ vector
        best = int(near.argmax())
        return int(rows[best]), float(near[best])

    def _by_name(self, text: str) -> SkillMatch | None:
        """ "R Programming" is R, where R is a name; "game programming" is no game."""
        name = name_before_kind(text)
        rows = self.lookup.has("wo", tuple(name.split())) if name else ()
        named = [int(row) for row in rows if self.labels[row][0].isupper()]
        return self._match(named[0], NAME_CONFIDENCE, "label") if len(named) == 1 else None

    def _by_meaning(self, text: str, near: Sequence[tuple[int, float]]) -> SkillMatch | None:
        for row, cosine in near:
            confidence = may_mean(text, self.labels[row], cosine)
            if confidence:
                return self._match(row, confidence, "embedding")
        return None

    def _nearest(self, vectors: FloatArray, count: int) -> Iterator[list[tuple[int, float]]]:
        """(row, cosine) of the nearest skills to each vector, nearest first; ties by row."""
        count = min(count, len(self.uris))
        for start in range(0, len(vectors), BLOCK):
            for cosines in vectors[start : start + BLOCK] @ self.vectors.T:
                bar = np.partition(cosines, -count)[-count]
                rows = sorted(np.flatnonzero(cosines >= bar).tolist(), key=lambda row: (-cosines[row], row))
                yield [(row, float(cosines[row])) for row in rows[:count]]

    def _match(self, row: int, confidence: float, method: Method) -> SkillMatch:
        return SkillMatch(self.uris[row], self.labels[row], confidence, method)


def _least_nearness(tier: Tier, sure: float, generic: bool) -> float:
    """Least cosine at which words that a label has are taken to mean it. Our own synonyms need none."""
    if sure <= SYNONYM and not tier.alternative:
        return -1.0
    return max(tier.nearness, GENERIC_NEARNESS if generic and tier.confidence < 1.0 else -1.0)


def _confidence(tier: Tier, cosine: float) -> float:
    """An alternative label that lies far from its skill may well be another thing of the same name."""
    return min(tier.confidence, LOOSE) if tier.alternative and cosine < CLOSE else tier.confidence
