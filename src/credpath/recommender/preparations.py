"""Soft edges: what helps before a credential, how much of it a learner has, and what a credential prepares for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from credpath.domain.catalogue import Credential
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets, Rows, gather, group_by, offsets
from credpath.recommender.postings import Taught

# Mastery from which on a skill counts as prepared; helpful is less than required.
PREPARED = 0.6
# Words that name no known skill or credential can be neither met nor missed: half of each.
UNKNOWN_MET = 0.5


@dataclass(frozen=True, slots=True)
class Preparations:
    """Flat entries of each credential's preparation. `nodes`, `skills`: position or -1; words have neither.

    `after_starts`, `after_rows`, `after_confidence`: per node the credentials that recommend it beforehand.
    """

    starts: Offsets
    nodes: Rows
    skills: Rows
    confidence: Doubles
    after_starts: Offsets
    after_rows: Rows
    after_confidence: Doubles

    def met(self, entries: Offsets, held: Mask, support: Doubles, taught: Taught) -> Doubles:
        """(entries,) 0..1 how far each piece of preparation is there: held, or its skills mastered."""
        node, skill = self.nodes[entries], self.skills[entries]
        met = np.full(len(entries), UNKNOWN_MET)
        of_skill = np.flatnonzero(skill >= 0)
        met[of_skill] = np.minimum(1.0, support[skill[of_skill]] / PREPARED)
        size = len(taught.starts) - 1
        inside = np.flatnonzero((node >= 0) & (node < size))
        met[inside] = np.minimum(1.0, known_share(taught, node[inside], support) / PREPARED)
        named = np.flatnonzero(node >= 0)
        met[named[held[node[named]]]] = 1.0
        met[named[(node[named] >= size) & ~held[node[named]]]] = 0.0
        return met

    def readiness(self, rows: Rows, held: Mask, support: Doubles, taught: Taught) -> tuple[Floats, Floats]:
        """Per row: the share of its preparation that is met (1 where none is named), and how much is unmet."""
        entries, owner = gather(self.starts, rows)
        weight = self.confidence[entries]
        whole = np.bincount(owner, weights=weight, minlength=len(rows))
        met = weight * self.met(entries, held, support, taught)
        have = np.bincount(owner, weights=met, minlength=len(rows))
        share = np.divide(have, whole, out=np.ones(len(rows)), where=whole > 0)
        return share.astype(np.float32), (whole - have).astype(np.float32)

    def leads_to(self, rows: Rows, worth: Doubles) -> Doubles:
        """(len(rows),) the best worth of a credential that recommends each row beforehand, times confidence."""
        entries, owner = gather(self.after_starts, rows)
        best = np.zeros(len(rows))
        np.maximum.at(best, owner, self.after_confidence[entries] * worth[self.after_rows[entries]])
        return best


def known_share(taught: Taught, rows: Rows, mastery: Doubles) -> Doubles:
    """(len(rows),) mean mastery of what each credential teaches, weighted by strength; 0 where nothing is known."""
    flat, owner = gather(taught.starts, rows)
    strength = taught.strengths[flat].astype(np.float64)
    whole = np.bincount(owner, weights=strength, minlength=len(rows))
    known = np.bincount(owner, weights=strength * mastery[taught.skills[flat]], minlength=len(rows))
    return np.divide(known, whole, out=np.zeros(len(rows)), where=whole > 0)


def pack_preparations(
    credentials: Sequence[Credential], node: Mapping[str, int], skill: Mapping[str, int]
) -> Preparations:
    """`node`: id -> place among rows and outside ids; `skill`: URI -> place in the skill space."""
    each = [c.preparation for c in credentials]
    flat = [p for one in each for p in one]
    starts = offsets(np.array([len(one) for one in each], dtype=np.int64))
    nodes = np.array([node.get(p.credential_id, -1) for p in flat], dtype=np.int32)
    confidence = np.array([p.confidence for p in flat], dtype=np.float64)
    rows = np.repeat(np.arange(len(each), dtype=np.int32), np.diff(starts))
    named = np.flatnonzero(nodes >= 0)
    order, after_starts = group_by(nodes[named], len(node))
    return Preparations(
        starts=starts,
        nodes=nodes,
        skills=np.array([skill.get(p.skill_uri, -1) for p in flat], dtype=np.int32),
        confidence=confidence,
        after_starts=after_starts,
        after_rows=rows[named][order],
        after_confidence=confidence[named][order],
    )
