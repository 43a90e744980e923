"""What a learner may wish of an offering: its form of participation, its accreditation, who awards it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from credpath.domain.catalogue import Credential
from credpath.domain.paths import Constraints
from credpath.recommender.columns import ON_SITE, vocabulary
from credpath.recommender.csr import Mask, Rows

ONLINE = re.compile(r"online|remote|distance|virtual|e-?learning", re.I)
BLENDED = re.compile(r"blended|hybrid|mixed", re.I)


@dataclass(frozen=True, slots=True)
class Wishes:
    """(n,) codes into the two lists of words, -1 where the record says nothing; `accredited`: it states its quality
    assurance."""

    participations: tuple[str, ...]
    bodies: tuple[str, ...]
    participation: Rows
    body: Rows
    accredited: Mask

    def unmet(self, limits: Constraints) -> Iterator[tuple[str, Mask]]:
        """(code, rows that go against it) of each wish. No stated participation suits every form."""
        if limits.participation:
            forms = {participation_form(text) for text in limits.participation}
            suits = _among(self.participations, self.participation, forms)
            yield "participation", ~suits & (self.participation >= 0)
        if limits.accredited:
            yield "accredited", ~self.accredited
        if limits.awarding_bodies:
            named = {body_name(text) for text in limits.awarding_bodies}
            yield "awarding_body", ~_among(self.bodies, self.body, named)


def _among(words: tuple[str, ...], codes: Rows, chosen: Iterable[str]) -> Mask:
    wanted = set(chosen)
    flags: Mask = np.array([*(word in wanted for word in words), False])  # the last: nothing stated
    return flags[codes]


def participation_form(text: str) -> str:
    """ "online", "on site" or "blended" for the usual ways to say so; other words as they are, without case."""
    here, there = bool(ON_SITE.search(text)), bool(ONLINE.search(text))
    if BLENDED.search(text) or (here and there):
        return "blended"
    if here or there:
        return "on site" if here else "online"
    return " ".join(text.casefold().split())


def body_name(text: str) -> str:
    """Equal for names that differ in case and spaces only."""
    return " ".join(text.casefold().split())


def pack_wishes(credentials: Sequence[Credential]) -> Wishes:
    """`credentials` in row order."""
    participations, participation = vocabulary([participation_form(c.participation) for c in credentials])
    bodies, body = vocabulary([body_name(c.awarding_body) for c in credentials])
    accredited = np.array([bool(c.quality_assurance.strip()) for c in credentials], dtype=bool)
    return Wishes(participations, bodies, participation, body, accredited)
