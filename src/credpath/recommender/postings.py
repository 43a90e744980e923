"""Who teaches what: per skill the credentials that teach it or a neighbour, per credential its skills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from credpath.domain.catalogue import SkillLink
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets, Rows, gather, offsets
from credpath.recommender.skill_space import SkillSpace

DIRECT = -1
# An inferred link counts a little less than the source's own word of the same strength and confidence.
INFERRED = 0.85
# Below this a related skill adds noise and memory, and no reader would accept the sentence made of it.
MIN_RELATED = 0.12
# Hours in which one skill can be taught to the level claimed. A short course that lists thirty skills teaches
# each a little: strengths shrink with the square root of the hours that each skill gets, at most to MIN_DEPTH.
HOURS_PER_SKILL = 1.5
MIN_DEPTH = 0.4


@dataclass(frozen=True, slots=True)
class Taught:
    """Per credential the skills it teaches itself, by position: `skills`, `strengths` 0..1, `declared`."""

    starts: Offsets
    skills: Rows
    strengths: Floats
    declared: Mask


@dataclass(frozen=True, slots=True)
class Postings:
    """Per skill the credentials that bring a learner toward it, rows ascending.

    `via` is DIRECT where the credential teaches the skill itself, else the position of the taught skill that
    lies near it; of several ways the strongest is kept, never their sum.
    """

    starts: Offsets
    rows: Rows
    strengths: Floats
    via: Rows


def pack_taught(links: Sequence[Sequence[SkillLink]], space: SkillSpace, hours: Doubles) -> Taught:
    """Links of each credential in row order -> arrays. `hours`: (n,) workload, stated or estimated."""
    best = [_strongest(one, space.position) for one in links]
    counts = np.fromiter((len(one) for one in best), dtype=np.int64, count=len(best))
    flat = [(skill, *value) for one in best for skill, value in sorted(one.items())]
    skills, declared, strengths = zip(*flat, strict=True) if flat else ((), (), ())
    depth = np.clip(np.sqrt(hours / (HOURS_PER_SKILL * np.maximum(counts, 1))), MIN_DEPTH, 1.0)
    return Taught(
        offsets(counts),
        np.array(skills, dtype=np.int32),
        (np.array(strengths) * np.repeat(depth, counts)).astype(np.float32),
        np.array(declared, dtype=bool),
    )


def _strongest(links: Sequence[SkillLink], position: Mapping[str, int]) -> dict[int, tuple[bool, float]]:
    """skill -> (declared, strength); what the source declared goes before what was inferred."""
    best: dict[int, tuple[bool, float]] = {}
    for link in links:
        skill = position.get(link.skill_uri)
        strength = link.strength * link.confidence * (1.0 if link.declared else INFERRED)
        if skill is not None and strength > 0:
            best[skill] = max(best.get(skill, (False, 0.0)), (link.declared, min(1.0, strength)))
    return best


def pack_postings(taught: Taught, space: SkillSpace) -> Postings:
    """Turns `taught` round and adds the credentials that teach a neighbour of each skill."""
    rows = np.repeat(np.arange(len(taught.starts) - 1, dtype=np.int64), np.diff(taught.starts))
    starts, needed_by, closeness = space.reversed()
    flat, entry = gather(starts, taught.skills)
    strength = taught.strengths[entry] * closeness[flat]
    strong = strength >= MIN_RELATED
    flat, entry = flat[strong], entry[strong]
    skills = np.concatenate([taught.skills, needed_by[flat]])
    everyone = np.concatenate([rows, rows[entry]])
    via = np.concatenate([np.full(len(rows), DIRECT, dtype=np.int32), taught.skills[entry]])
    return _strongest_way(skills, everyone, np.concatenate([taught.strengths, strength[strong]]), via, space)


def _strongest_way(skills: Rows, rows: Offsets, strengths: Floats, via: Rows, space: SkillSpace) -> Postings:
    """One entry a (skill, credential): the strongest, a direct one before a related one of equal strength."""
    size = int(rows.max()) + 1 if len(rows) else 1
    key = skills.astype(np.int64) * size + rows
    order = np.lexsort((via, -strengths, key))
    first = np.ones(len(order), dtype=bool)
    first[1:] = key[order][1:] != key[order][:-1]
    kept = order[first]
    starts = offsets(np.bincount(skills[kept], minlength=len(space.uris)))
    return Postings(starts, rows[kept].astype(np.int32), strengths[kept].astype(np.float32), via[kept])
