"""How many observations an award is worth for what its credential teaches, by what is known of the credential.

What was earned is read by it, and what holding a credential is expected to close: one is the promise of the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from credpath.domain.catalogue import Credential, SkillLink
from credpath.domain.evidence import RELIABILITY, award_share
from credpath.domain.mastery import PRIOR_HELD, PRIOR_MISSING
from credpath.recommender.columns import level_of, workload
from credpath.recommender.csr import Doubles, Floats
from credpath.recommender.postings import Postings, Taught, depth_of, strongest

# An award of an introductory credential is worth this share of an advanced one's: it shows the same skill, less far.
INTRODUCTORY, LEVEL_UNKNOWN = 0.8, 0.5
UNWATCHED = re.compile(r"\b(un-?supervised|not supervised|un-?proctored|not proctored|none|no supervision)\b", re.I)
WATCHED = re.compile(
    r"\b(supervised|proctored|proctoring|invigilated|identity check\w*|verified identity|onsite|on-site|in person)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class AwardWorth:
    """`whole`: (n,) observations that an award of each is worth for a skill that it teaches fully.

    `via`: parallel to the postings, how strongly the credential teaches the skill through which it comes near; 1
    where there is none.
    """

    whole: Doubles
    via: Doubles

    @staticmethod
    def of(credentials: Sequence[Credential], taught: Taught, postings: Postings) -> AwardWorth:
        """Derived, so never stored."""
        whole = np.array([RELIABILITY["award"] * award_reliability(c) for c in credentials], dtype=np.float64)
        via, near = np.ones(len(postings.rows)), (postings.via >= 0).nonzero()[0]
        width = int(taught.skills.max(initial=0)) + 1
        keys = np.repeat(np.arange(len(credentials)), np.diff(taught.starts)) * width + taught.skills
        at = np.searchsorted(keys, postings.rows[near].astype(np.int64) * width + postings.via[near])
        via[near] = taught.strengths[at]
        return AwardWorth(whole, via)


def worth_of(strength: Doubles | Floats | float, whole: Doubles | float) -> Doubles:
    """Observations that an award is worth for a skill that its credential teaches so strongly, 0..1.

    As many as show of somebody of whom nothing is known that share of what `whole` of them do: a short course that
    touches a skill shows little of it. 0 where that is no more than is believed of anybody.
    """
    level = strength * (PRIOR_HELD + whole) / (PRIOR_HELD + PRIOR_MISSING + whole)
    return np.asarray(np.maximum(0.0, (level - PRIOR_HELD) / (1.0 - level)))


def award_reliability(credential: Credential, checked: bool | None = None) -> float:
    """0..1 by level, kind of assessment, supervision, and whether the award or its awarding body was checked."""
    level = level_of(credential)
    far = INTRODUCTORY + (1.0 - INTRODUCTORY) * (LEVEL_UNKNOWN if math.isnan(level) else level)
    known = True if checked or credential.quality_assurance else None
    return far * award_share(1.0, credential.assessment_type, is_supervised(credential.supervision), known)


def is_supervised(words: str) -> bool | None:
    """Whether somebody watched the assessment, from the record's own words; None where they do not tell."""
    if UNWATCHED.search(words):
        return False
    return True if WATCHED.search(words) else None


def strengths_of(credential: Credential, links: Iterable[SkillLink]) -> dict[str, float]:
    """How strongly it teaches each skill, 0..1, as the postings have it."""
    best = strongest(links)
    depth = float(depth_of(workload(credential)[0], len(best)))
    return {uri: strength * depth for uri, (_, strength) in best.items()}


def award_shares(credential: Credential, strengths: Mapping[str, float], checked: bool | None) -> dict[str, float]:
    """Of each skill the share of an award's whole weight that one of this credential has."""
    whole = RELIABILITY["award"] * award_reliability(credential, checked)
    return {uri: float(worth_of(s, whole)) / RELIABILITY["award"] for uri, s in strengths.items()}
