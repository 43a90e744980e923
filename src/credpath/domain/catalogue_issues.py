"""What is to be mended in a catalogue, record by record, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from credpath.domain.catalogue import Credential, SkillLink, eu_missing
from credpath.domain.prerequisites import dangling_edges, find_cycle, hard_edges

# In the order of how much they cost: never recommended at all, recommended wrongly, less well than could be.
IssueKind = Literal[
    "cycle", "unknown_edge", "unlinked", "ended", "replaced", "unneeded", "incomplete", "no_price", "no_language"
]
ISSUE_KINDS: tuple[IssueKind, ...] = get_args(IssueKind)
Severity = Literal["serious", "notable", "minor"]
SEVERITIES: Mapping[IssueKind, Severity] = {
    "cycle": "serious", "unknown_edge": "serious", "unlinked": "serious", "ended": "serious", "replaced": "notable",
    "unneeded": "notable", "incomplete": "minor", "no_price": "minor", "no_language": "minor",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to mend in one record. `subjects`: ids of other records, or names of elements, that it is about."""

    kind: IssueKind
    credential_id: str
    title: str
    awarding_body: str
    subjects: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How much it costs learners."""
        return SEVERITIES[self.kind]


def find_issues(
    credentials: Sequence[Credential], links: Mapping[str, Sequence[SkillLink]], needed: Mapping[str, int], today: date
) -> tuple[Issue, ...]:
    """Every issue of the catalogue, by kind and id. `needed`: skill -> how many occupations ask for it.

    Of a credential that is not active only its edges matter.
    """
    by_id = {c.credential_id: c for c in credentials}
    found = [*_graph_issues(credentials, by_id), *_replaced(credentials, by_id)]
    for credential in credentials:
        if credential.status == "active":
            found += _record_issues(credential, links.get(credential.credential_id, ()), needed, today)
    order = {kind: place for place, kind in enumerate(ISSUE_KINDS)}
    return tuple(sorted(found, key=lambda i: (order[i.kind], -len(i.subjects), i.credential_id)))


def _graph_issues(credentials: Sequence[Credential], by_id: Mapping[str, Credential]) -> Iterable[Issue]:
    cycle = find_cycle(hard_edges(credentials))
    for member in cycle[:-1]:
        if member in by_id:
            yield _issue("cycle", by_id[member], cycle)
    unknown: dict[str, list[str]] = {}
    for credential_id, edge in dangling_edges(credentials, by_id):
        unknown.setdefault(credential_id, []).append(edge)
    for credential_id, edges in sorted(unknown.items()):
        yield _issue("unknown_edge", by_id[credential_id], tuple(edges))


def _replaced(credentials: Sequence[Credential], by_id: Mapping[str, Credential]) -> Iterable[Issue]:
    """Still active, though another active record says that it takes its place."""
    for credential in credentials:
        for earlier in credential.supersedes if credential.status == "active" else ():
            if earlier in by_id and by_id[earlier].status == "active":
                yield _issue("replaced", by_id[earlier], (credential.credential_id,))


def _record_issues(
    credential: Credential, links: Sequence[SkillLink], needed: Mapping[str, int], today: date
) -> Iterable[Issue]:
    if not links:
        yield _issue("unlinked", credential)
    elif not any(link.skill_uri in needed for link in links):
        yield _issue("unneeded", credential)
    if credential.ends_on is not None and credential.ends_on < today:
        yield _issue("ended", credential)
    if missing := eu_missing(credential):
        yield _issue("incomplete", credential, missing)
    if credential.cost is None:
        yield _issue("no_price", credential)
    if not credential.languages:
        yield _issue("no_language", credential)


def _issue(kind: IssueKind, credential: Credential, subjects: tuple[str, ...] = ()) -> Issue:
    return Issue(kind, credential.credential_id, credential.title, credential.awarding_body, subjects)
