"""The skills of one taxonomy, ready to be found: by URI, by label in any usual spelling, by meaning.

A wrong link costs more than a missing one, since it moves a learner's mastery and every reason given from it.
So `resolve` goes from the surest evidence down and answers None below what it can stand for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from credpath.domain.skills import Taxonomy
from credpath.recommender.encoding import Encoder, FloatArray
from credpath.recommender.skill_guard import is_another_act, is_generic, may_mean
from credpath.recommender.skill_lookup import TIERS, LabelLookup, Tier
from credpath.recommender.skill_neighbours import Neighbours
from credpath.recommender.skill_words import name_before_kind, spellings

Method = Literal["uri", "label", "embedding"]

# How many of the nearest skills are looked at for one whose words allow the link.
LOOKED_AT = 5
SPELLED_OTHERWISE = 0.8  # confidence is at most this when a synonym or an acronym led to the label
NAME_CONFIDENCE = 0.9


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

    def resolve_all(self, texts: Sequence[str], encoder: Encoder | None) -> tuple[SkillMatch | None, ...]:
        """`resolve` for many texts, encoded together."""
        vectors = encoder.encode(texts) if encoder and self.uris else [None] * len(texts)
        return tuple(self._resolve(text, vector) for text, vector in zip(texts, vectors, strict=True))

    def search(self, text: str, encoder: Encoder | None, limit: int) -> tuple[SkillMatch, ...]:
        """The skills nearest to the words, best first, with no promise that any is meant."""
        best = self.resolve(text, encoder)
        found = [best] if best else []
        if encoder and self.uris:
            near = self.vectors @ encoder.encode([text])[0]
            order = np.lexsort((np.arange(len(near)), -near))[: limit + 1]
            found += [self._match(int(row), max(0.0, float(near[row])) * 0.5, "embedding") for row in order]
        kept = {match.skill_uri: match for match in reversed(found)}
        return tuple(sorted(kept.values(), key=lambda m: (-m.confidence, m.skill_uri))[:limit])

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

    def _resolve(self, text: str, vector: FloatArray | None) -> SkillMatch | None:
        if text in self.position:
            return self._match(self.position[text], 1.0, "uri")
        return self._by_words(text, vector) or self._by_name(text) or self._by_meaning(text, vector)

    def _by_words(self, text: str, vector: FloatArray | None) -> SkillMatch | None:
        spelled = spellings(text)
        generic = [is_generic(one) for one in spelled]
        for tier in TIERS:
            for place, one in enumerate(spelled):
                if tier.generic or not generic[place]:
                    row = self._nearest_of(tier, one, vector)
                    if row is not None:
                        sure = 1.0 if place == 0 else SPELLED_OTHERWISE
                        return self._match(row, min(sure, tier.confidence), "label")
        return None

    def _nearest_of(self, tier: Tier, text: str, vector: FloatArray | None) -> int | None:
        rows = self.lookup.find(tier, text)
        if tier.alternative:
            rows = rows[[not is_another_act(text, self.labels[row]) for row in rows]]
        if not len(rows):
            return None
        if vector is None:  # several skills with these words, and nothing to tell them apart by
            return int(rows[0]) if len(rows) == 1 or not tier.alternative else None
        near = self.vectors[rows] @ vector
        best = int(near.argmax())
        return int(rows[best]) if near[best] >= tier.nearness else None

    def _by_name(self, text: str) -> SkillMatch | None:
        """ "R Programming" is R, where R is a name; "game programming" is no game."""
        name = name_before_kind(text)
        rows = self.lookup.has("wo", tuple(name.split())) if name else ()
        named = [int(row) for row in rows if self.labels[row][0].isupper()]
        return self._match(named[0], NAME_CONFIDENCE, "label") if len(named) == 1 else None

    def _by_meaning(self, text: str, vector: FloatArray | None) -> SkillMatch | None:
        if vector is None:
            return None
        near = self.vectors @ vector
        for row in np.lexsort((np.arange(len(near)), -near))[:LOOKED_AT]:
            confidence = may_mean(text, self.labels[row], float(near[row]))
            if confidence:
                return self._match(int(row), confidence, "embedding")
        return None

    def _match(self, row: int, confidence: float, method: Method) -> SkillMatch:
        return SkillMatch(self.uris[row], self.labels[row], confidence, method)
