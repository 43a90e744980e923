"""What ails a catalogue: incomplete records, dangling edges, skills nobody teaches, credentials no goal needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from credpath.domain.catalogue import EU_ELEMENTS, Credential, SkillLink, eu_missing
from credpath.domain.prerequisites import dangling_edges, find_cycle, hard_edges
from credpath.domain.skills import Occupation


@dataclass(frozen=True, slots=True)
class CatalogueHealth:
    """`complete[n]`: records with n of the nine EU elements. `untaught`: (skill_uri, occupations that need it)."""

    credentials: int
    active: int
    complete: tuple[int, ...]
    missing_elements: Mapping[str, int]
    dangling: tuple[tuple[str, str], ...]
    cycle: tuple[str, ...]
    unlinked: tuple[str, ...]
    untaught: tuple[tuple[str, int], ...]
    unneeded: tuple[str, ...]
    required_skills: int

    @property
    def mean_complete(self) -> float:
        """Mean EU elements a record, 0..9."""
        return sum(n * count for n, count in enumerate(self.complete)) / max(1, self.credentials)


def examine(
    credentials: Sequence[Credential], links: Mapping[str, Sequence[SkillLink]], occupations: Iterable[Occupation]
) -> CatalogueHealth:
    """Looks at a whole catalogue against the goals that its taxonomy offers."""
    return judge(credentials, links, Counter(r.skill_uri for o in occupations for r in o.requirements))


def judge(
    credentials: Sequence[Credential], links: Mapping[str, Sequence[SkillLink]], needed: Mapping[str, int]
) -> CatalogueHealth:
    """The same, where it is known how many requirements name each skill."""
    active = [c for c in credentials if c.status == "active"]
    taught = {link.skill_uri for c in active for link in links.get(c.credential_id, ())}
    missing = {c.credential_id: eu_missing(c) for c in credentials}
    complete = Counter(len(EU_ELEMENTS) - len(names) for names in missing.values())
    return CatalogueHealth(
        credentials=len(credentials),
        active=len(active),
        complete=tuple(complete[n] for n in range(len(EU_ELEMENTS) + 1)),
        missing_elements=dict(Counter(name for names in missing.values() for name in names)),
        dangling=dangling_edges(credentials, {c.credential_id for c in credentials}),
        cycle=find_cycle(hard_edges(credentials)),
        unlinked=tuple(sorted(c.credential_id for c in active if not links.get(c.credential_id))),
        untaught=tuple(sorted(((s, n) for s, n in needed.items() if s not in taught), key=lambda p: (-p[1], p[0]))),
        unneeded=tuple(sorted(c.credential_id for c in active if _unneeded(links.get(c.credential_id, ()), needed))),
        required_skills=len(needed),
    )


def _unneeded(links: Sequence[SkillLink], needed: Mapping[str, int]) -> bool:
    return bool(links) and not any(link.skill_uri in needed for link in links)
