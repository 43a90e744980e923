"""Find skills by the beginning of their name or by their meaning, as somebody types."""

from __future__ import annotations

from credpath.domain.rules import MAX_LABEL, check_text
from credpath.recommender.encoding import normalise_text
from credpath.recommender.skill_index import SkillMatch
from credpath.service.context import Context
from credpath.service.loading import LoadedTaxonomy

MAX_FOUND = 25


def find_skills(context: Context, tenant: str, text: str, limit: int = 8) -> tuple[SkillMatch, ...]:
    """Skills of which a word begins so come first, then those that mean something alike; best first.

    Raises InvalidInput for words that are too long, NotReady without a taxonomy.
    """
    words = normalise_text(check_text(text, "q", limit=MAX_LABEL))
    if not words:
        return ()
    taxonomy = context.serving.taxonomy(tenant)
    begun = _begun(taxonomy, words, limit)
    near = taxonomy.skills.search(text, context.serving.bundle.encoder, limit)
    kept = {match.skill_uri: match for match in reversed((*begun, *near))}
    order = {uri: place for place, uri in enumerate(dict.fromkeys(m.skill_uri for m in (*begun, *near)))}
    return tuple(kept[uri] for uri in sorted(kept, key=order.__getitem__)[: min(limit, MAX_FOUND)])


def _begun(taxonomy: LoadedTaxonomy, words: str, limit: int) -> list[SkillMatch]:
    """The shortest labels first: "SQL" before "PL/SQL programming"."""
    found = [
        (len(label), uri)
        for uri, label in zip(taxonomy.skills.uris, taxonomy.skills.labels, strict=True)
        if f" {words}" in f" {label.casefold()}"
    ]
    matches = (taxonomy.skills.by_uri(uri) for _, uri in sorted(found)[:limit])
    return [match for match in matches if match is not None]
