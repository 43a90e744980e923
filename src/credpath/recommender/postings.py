"""Who teaches what: per skill the credentials that teach it or a neighbour, per credential its skills."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from credpath.domain.catalogue import SkillLink
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets, Rows, gather, offsets
from credpath.recommender.skill_space import MIN_RELATED, SkillSpace

NOT_RELATED = -1
# An inferred link counts a little less than the source's own word of the same strength and confidence.
INFERRED = 0.85
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
    """Per skill the credentials that bring a learner toward it, rows ascending, one entry each.

    `strengths`: how strongly the credential teaches the skill itself, 0 where it does not. `related`: how close it
    comes by teaching a neighbour of it, the skill at `via`; of several neighbours the strongest, never their sum.
    Where no neighbour brings more than the credential's own teaching, `related` is 0 and `via` NOT_RELATED.
    """

    starts: Offsets
    rows: Rows
    strengths: Floats
    related: Floats
    via: Rows


def pack_taught(links: Sequence[Sequence[SkillLink]], space: SkillSpace, hours: Doubles) -> Taught:
    """Links of each credential in row order -> arrays. `hours`: (n,) workload, stated or estimated."""
    at = space.position
    best = [{at[uri]: value for uri, value in strongest(one).items() if uri in at} for one in links]
    counts = np.fromiter((len(one) for one in best), dtype=np.int64, count=len(best))
    flat = [(skill, *value) for one in best for skill, value in sorted(one.items())]
    skills, declared, strengths = zip(*flat, strict=True) if flat else ((), (), ())
    depth = depth_of(hours, counts)
    return Taught(
        offsets(counts),
        np.array(skills, dtype=np.int32),
        (np.array(strengths) * np.repeat(depth, counts)).astype(np.float32),
        np.array(declared, dtype=bool),
    )


def depth_of(hours: Doubles | float, skills: Offsets | int) -> Doubles:
    """How deep so many hours go into each of so many skills, MIN_DEPTH..1."""
    return np.clip(np.sqrt(hours / (HOURS_PER_SKILL * np.maximum(skills, 1))), MIN_DEPTH, 1.0)


def strongest(links: Iterable[SkillLink]) -> dict[str, tuple[bool, float]]:
    """Skill URI -> (declared, strength); what the source declared goes before what was inferred."""
    best: dict[str, tuple[bool, float]] = {}
    for link in links:
        strength = link.strength * link.confidence * (1.0 if link.declared else INFERRED)
        if strength > 0:
            best[link.skill_uri] = max(best.get(link.skill_uri, (False, 0.0)), (link.declared, min(1.0, strength)))
    return best


def pack_postings(taught: Taught, space: SkillSpace) -> Postings:
    """Turns `taught` round and adds the credentials that teach a neighbour of each skill."""
    size = max(1, len(taught.starts) - 1)
    rows = np.repeat(np.arange(len(taught.starts) - 1, dtype=np.int64), np.diff(taught.starts))
    direct = taught.skills.astype(np.int64) * size + rows
    near, closeness, via = _nearest(taught, rows, space, size)
    keys = np.union1d(direct, near)
    strengths = np.zeros(len(keys), dtype=np.float32)
    strengths[np.searchsorted(keys, direct)] = taught.strengths
    related = np.zeros(len(keys), dtype=np.float32)
    through = np.full(len(keys), NOT_RELATED, dtype=np.int32)
    at = np.searchsorted(keys, near)
    more = closeness > strengths[at]
    related[at[more]], through[at[more]] = closeness[more], via[more]
    starts = offsets(np.bincount(keys // size, minlength=len(space.uris)))
    return Postings(starts, (keys % size).astype(np.int32), strengths, related, through)


def _nearest(taught: Taught, rows: Offsets, space: SkillSpace, size: int) -> tuple[Offsets, Floats, Rows]:
    """(key, closeness, taught skill) of each (needed skill, credential) that a neighbour connects, keys ascending."""
    starts, needed_by, weights = space.reversed()
    flat, entry = gather(starts, taught.skills)
    closeness = taught.strengths[entry] * weights[flat]
    strong = closeness >= MIN_RELATED
    flat, entry, closeness = flat[strong], entry[strong], closeness[strong]
    key, via = needed_by[flat].astype(np.int64) * size + rows[entry], taught.skills[entry]
    order = np.lexsort((via, -closeness, key))
    first = np.ones(len(order), dtype=bool)
    first[1:] = key[order][1:] != key[order][:-1]
    kept = order[first]
    return key[kept], closeness[kept], via[kept]
