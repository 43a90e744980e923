"""Soft edges: what helps before a credential, how much of it a learner has, and what a credential prepares for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.domain.catalogue import Credential
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets, Rows, gather, offsets, sums
from credpath.recommender.postings import Postings, Taught
from credpath.recommender.skill_space import Skills

# Mastery from which on a skill counts as prepared; helpful is less than required.
PREPARED = 0.6
# Words that name no known skill or credential can be neither met nor missed: half of each.
UNKNOWN_MET = 0.5
# Words are taken for a skill's name when they are this short and the match this sure.
LONGEST_NAME, SURE_ENOUGH = 80, 0.8


@dataclass(frozen=True, slots=True)
class Preparations:
    """Flat entries of each credential's preparation, in the order of its record.

    `rows`: whose entry it is. `nodes`, `skills`: what it names, a position or -1; mere words have neither.
    """

    starts: Offsets
    rows: Rows
    nodes: Rows
    skills: Rows
    confidence: Doubles

    def met(self, entries: Offsets, held: Mask, support: Doubles, taught: Taught) -> Doubles:
        """(entries,) 0..1 how far each piece of preparation is there: held, or its skills mastered."""
        node, skill = self.nodes[entries], self.skills[entries]
        met = np.full(len(entries), UNKNOWN_MET)
        of_skill = (skill >= 0).nonzero()[0]
        met[of_skill] = np.minimum(1.0, support[skill[of_skill]] / PREPARED)
        of_node = (node >= 0).nonzero()[0]
        if len(of_node):
            named = node[of_node]
            inside = named < len(taught.starts) - 1
            share = np.zeros(len(named))
            share[inside] = known_share(taught, named[inside], PREPARED, support)[0]
            met[of_node] = np.maximum(share, held[named])
        return met

    def readiness(self, rows: Offsets, held: Mask, support: Doubles, taught: Taught) -> tuple[Floats, Floats]:
        """Per row: the share of its preparation that is met (1 where none is named), and how much is unmet."""
        entries, owner = gather(self.starts, rows)
        if not len(entries):
            return np.ones(len(rows), dtype=np.float32), np.zeros(len(rows), dtype=np.float32)
        weight = self.confidence[entries]
        whole = sums(owner, weight, len(rows))
        met = weight * self.met(entries, held, support, taught)
        have = sums(owner, met, len(rows))
        unmet = whole - have
        whole[whole == 0] = 1.0
        return (1.0 - unmet / whole).astype(np.float32), unmet.astype(np.float32)

    def leads_to(self, worth: Doubles, held: Mask, support: Doubles, taught: Taught, postings: Postings) -> Doubles:
        """(n,) for each credential the best worth that it prepares for, as far as the learner lacks that piece.

        Who brings one piece of many brings that part of the worth: the others would still be missing.
        `worth` (n,): of what may come later. A credential prepares for another that names it, or that assumes a
        skill which it teaches.
        """
        best = np.zeros(len(worth))
        entries = (worth[self.rows] > 0).nonzero()[0] if len(self.rows) else self.starts[:0]
        if not len(entries):
            return best
        lacking = 1.0 - self.met(entries, held, support, taught)
        owner, weight = self.rows[entries], self.confidence[entries]
        part = weight / np.maximum(1e-9, sums(owner, weight, len(worth)))[owner]
        value = lacking * weight * part * worth[owner]
        node, skill = self.nodes[entries], self.skills[entries]
        inside = (node >= 0) & (node < len(worth))
        np.maximum.at(best, node[inside], value[inside])
        wanted = ((skill >= 0) & (value > 0)).nonzero()[0]
        flat, want = gather(postings.starts, skill[wanted])
        np.maximum.at(best, postings.rows[flat], postings.strengths[flat] * value[wanted][want])
        return best


def known_share(taught: Taught, rows: NDArray[np.integer], full: float, *levels: Doubles) -> tuple[Doubles, ...]:
    """For each (S,) of `levels`: (len(rows),) its mean over what each credential teaches, weighted by strength.

    A level of `full` or more counts as 1.
    """
    flat, owner = gather(taught.starts, rows)
    strength, skills = taught.strengths[flat], taught.skills[flat]
    whole = sums(owner, strength, len(rows))
    whole[whole == 0] = 1.0
    shares = (strength * np.minimum(1.0, level[skills] / full) for level in levels)
    return tuple(sums(owner, share, len(rows)) / whole for share in shares)


def prepared_skills(credentials: Sequence[Credential], skills: Skills) -> dict[str, str]:
    """Words of a preparation -> URI of the skill that they name. Words that name none are left out."""
    words = {p.label for c in credentials for p in c.preparation if not p.skill_uri and not p.credential_id}
    found = {label: skills.resolve(label, None) for label in sorted(words) if 0 < len(label) <= LONGEST_NAME}
    return {label: match.skill_uri for label, match in found.items() if match and match.confidence >= SURE_ENOUGH}


def pack_preparations(
    credentials: Sequence[Credential], node: Mapping[str, int], named: Mapping[str, str], skill: Mapping[str, int]
) -> Preparations:
    """`node`: id -> place among rows and outside ids; `named`: words -> URI; `skill`: URI -> place in the space."""
    each = [c.preparation for c in credentials]
    flat = [p for one in each for p in one]
    starts = offsets(np.array([len(one) for one in each], dtype=np.int64))
    nodes = np.array([node.get(p.credential_id, -1) for p in flat], dtype=np.int32)
    skills = [skill.get(p.skill_uri or ("" if p.credential_id else named.get(p.label, "")), -1) for p in flat]
    return Preparations(
        starts=starts,
        rows=np.repeat(np.arange(len(each), dtype=np.int32), np.diff(starts)),
        nodes=nodes,
        skills=np.array(skills, dtype=np.int32),
        confidence=np.array([p.confidence for p in flat], dtype=np.float64),
    )
