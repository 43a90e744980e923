"""The catalogue as its owner should see it: its health, and every record to mend, searchable and by page."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from credpath.domain.catalogue import Credential, SkillLink, eu_missing
from credpath.domain.catalogue_health import CatalogueHealth, judge
from credpath.domain.catalogue_issues import ISSUE_KINDS, Issue, IssueKind, find_issues
from credpath.service.context import Context
from credpath.service.indexing import IndexedCatalogue
from credpath.service.remembered import Remembered
from credpath.store.credentials import catalogue_version
from credpath.store.taxonomies import count_required, resolve_owner

SECONDS = 3_600.0  # by version, so it is never stale; the day's end moves what has ended
UNTAUGHT = 200


@dataclass(frozen=True, slots=True)
class Untaught:
    """A skill that occupations ask for and no active credential teaches."""

    skill_uri: str
    label: str
    occupations: int


@dataclass(frozen=True, slots=True)
class Review:
    """All of a catalogue at one version. `counts`: issues by kind; `records`: how many have any."""

    version: str
    health: CatalogueHealth
    issues: tuple[Issue, ...]
    counts: Mapping[IssueKind, int]
    records: int
    untaught: tuple[Untaught, ...]


@dataclass(frozen=True, slots=True)
class IssuePage:
    """Some issues of those that were asked for; `total` of them there are. Pages count from 1."""

    issues: tuple[Issue, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class RecordReview:
    """One record with its issues, what it is taken to teach, and the EU elements that it lacks."""

    credential: Credential
    issues: tuple[Issue, ...]
    links: tuple[SkillLink, ...]
    labels: Mapping[str, str]
    missing: tuple[str, ...]


class Reviewer:
    """Reviews catalogues, each version once."""

    def __init__(self) -> None:
        self._kept: Remembered[Review] = Remembered(SECONDS, most=16)

    def review(self, context: Context, tenant: str) -> Review:
        """The present catalogue. Raises NotReady without a bundle: links are its."""
        catalogue, today = self.catalogue(context, tenant), context.clock().date()
        key = (tenant, catalogue.index.version, catalogue.taxonomy_version, today)
        return self._kept.get(key, lambda: review_catalogue(context, tenant, catalogue, today))

    def catalogue(self, context: Context, tenant: str) -> IndexedCatalogue:
        """What serves the tenant. Raises NotReady."""
        with context.database.read() as connection:
            version = catalogue_version(connection, tenant)
        return context.serving.catalogue(tenant, version)


def review_catalogue(context: Context, tenant: str, catalogue: IndexedCatalogue, today: date) -> Review:
    """Judges all records; reads of the database only what occupations ask for."""
    with context.database.read() as connection:
        needed = count_required(connection, resolve_owner(connection, tenant))
    credentials = catalogue.index.credentials
    links = {c.credential_id: catalogue.links.get(c.credential_id, ()) for c in credentials}
    health = judge(credentials, links, needed)
    issues = find_issues(credentials, links, needed, today)
    skills = context.serving.taxonomy(tenant).skills
    untaught = tuple(
        Untaught(uri, skills.labels[skills.position[uri]] if uri in skills.position else uri, count)
        for uri, count in health.untaught[:UNTAUGHT]
    )
    counts = Counter(issue.kind for issue in issues)
    return Review(
        version=catalogue.index.version,
        health=health,
        issues=issues,
        counts={kind: counts[kind] for kind in ISSUE_KINDS if counts[kind]},
        records=len({issue.credential_id for issue in issues}),
        untaught=untaught,
    )


def page_of(review: Review, kind: str = "", query: str = "", page: int = 1, size: int = 25) -> IssuePage:
    """The issues of a kind ("" for all) whose record holds every word of `query`; a page too far is the last one."""
    words = _folded(query).split()
    found = [i for i in review.issues if kind in ("", i.kind) and _holds(i, words)]
    pages = max(1, -(-len(found) // size))
    at = min(max(1, page), pages)
    return IssuePage(tuple(found[(at - 1) * size : at * size]), len(found), at, pages)


def record_review(context: Context, tenant: str, review: Review, credential: Credential) -> RecordReview:
    """One record beside what is wrong with it."""
    catalogue = context.serving.catalogue(tenant, review.version)
    links = catalogue.links.get(credential.credential_id, ())
    skills = context.serving.taxonomy(tenant).skills
    labels = {k.skill_uri: skills.labels[skills.position[k.skill_uri]] for k in links if k.skill_uri in skills.position}
    own = tuple(issue for issue in review.issues if issue.credential_id == credential.credential_id)
    strongest = sorted(links, key=lambda k: (-k.strength * k.confidence, k.skill_uri))
    return RecordReview(credential, own, tuple(strongest), labels, eu_missing(credential))


def _holds(issue: Issue, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = _folded(f"{issue.title} {issue.awarding_body} {issue.credential_id}")
    return all(word in text for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
