"""The catalogue, prepared: everything that a request reads of it and never computes again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from credpath.domain.catalogue import Credential, SkillLink
from credpath.errors import InvalidInput
from credpath.recommender.award_worth import AwardWorth
from credpath.recommender.columns import Columns, pack_columns, vocabulary, workload
from credpath.recommender.csr import Floats, Mask
from credpath.recommender.postings import Postings, Taught, pack_postings, pack_taught
from credpath.recommender.preparations import Preparations, pack_preparations, prepared_skills
from credpath.recommender.prerequisite_graph import PrerequisiteGraph
from credpath.recommender.prerequisite_packing import pack_graph
from credpath.recommender.skill_space import Skills, SkillSpace
from credpath.recommender.stacks import Stacks, earned_by_members, pack_stacks
from credpath.recommender.supersession import replaced_by, superseded_rows
from credpath.recommender.wishes import Wishes, pack_wishes


@dataclass(frozen=True, slots=True)
class Membership:
    """Which of `words` apply to each row: `flags` (len(words), n); `unstated` (n,) where the record says nothing."""

    words: tuple[str, ...]
    flags: Mask
    unstated: Mask


@dataclass(frozen=True, slots=True)
class CatalogueIndex:
    """Row r of every array is `credentials[r]`; rows are sorted by id, so input order has no effect."""

    version: str
    credentials: tuple[Credential, ...]
    ids: tuple[str, ...]
    position: Mapping[str, int]
    space: SkillSpace
    taught: Taught
    postings: Postings
    columns: Columns
    currencies: tuple[str, ...]
    countries: tuple[str, ...]
    languages: Membership
    open_to: Membership
    graph: PrerequisiteGraph
    preparations: Preparations
    stacks: Stacks
    wishes: Wishes
    awards: AwardWorth
    titles: tuple[str, ...]
    vectors: Floats
    search: Any  # faiss.IndexFlatIP over `vectors`

    @staticmethod
    def build(
        credentials: Sequence[Credential],
        links: Mapping[str, Sequence[SkillLink]],
        vectors: Floats,
        skills: Skills,
        version: str,
        popularity: Mapping[str, float] | None = None,
    ) -> CatalogueIndex:
        """`vectors` (n, d): unit rows in the order of sorted ids, a zero row for a credential not encoded.

        `popularity`: credential_id -> how often this tenant's learners completed it. Raises InvalidInput when an
        id repeats or the shapes disagree.
        """
        ordered = tuple(sorted(credentials, key=lambda c: c.credential_id))
        ids = tuple(c.credential_id for c in ordered)
        position = {credential_id: row for row, credential_id in enumerate(ids)}
        if len(position) != len(ids) or len(vectors) != len(ids):
            shape = f"{len(position)} ids for {len(ids)} credentials and {len(vectors)} vectors"
            raise InvalidInput(shape, where="catalogue index", fix="one vector a credential, each id once")
        hours = np.array([workload(c)[0] for c in ordered], dtype=np.float64)
        named = prepared_skills(ordered, skills)
        space = SkillSpace.of_catalogue(skills, _touched(ordered, links) | set(named.values()))
        taught = pack_taught([links.get(i, ()) for i in ids], space, hours)
        postings = pack_postings(taught, space)
        replaced = replaced_by(ordered)
        stacks = pack_stacks(ordered)
        graph = pack_graph(ordered, earned_by_members(ordered, stacks), replaced)
        currencies, currency = vocabulary([c.cost.currency if c.cost else "" for c in ordered])
        countries, country = vocabulary([c.country.strip().upper() for c in ordered])
        columns = pack_columns(ordered, popularity or {}, currency, country, superseded_rows(ordered, replaced))
        search = flat_index(vectors)
        return CatalogueIndex(
            version=version,
            credentials=ordered,
            ids=ids,
            position=position,
            space=space,
            taught=taught,
            postings=postings,
            columns=columns,
            currencies=currencies,
            countries=countries,
            languages=membership([[language_code(tag) for tag in c.languages] for c in ordered]),
            open_to=membership([[code.strip().upper() for code in c.countries_open_to] for c in ordered]),
            graph=graph,
            preparations=pack_preparations(ordered, position | dict(graph.outside), named, space.position),
            stacks=stacks,
            wishes=pack_wishes(ordered),
            awards=AwardWorth.of(ordered, taught, postings),
            titles=tuple(same_title(c.title) for c in ordered),
            vectors=stored_vectors(search),
            search=search,
        )

    def save(self, folder: Path) -> None:
        """Writes JSON, npy and faiss files into `folder`, which need not exist."""
        from credpath.recommender.catalogue_files import save_index

        save_index(self, folder)

    @staticmethod
    def load(folder: Path) -> CatalogueIndex:
        """Reads what `save` wrote; the caller has verified the files."""
        from credpath.recommender.catalogue_files import load_index

        return load_index(folder)


def _touched(credentials: Sequence[Credential], links: Mapping[str, Sequence[SkillLink]]) -> set[str]:
    taught = {link.skill_uri for c in credentials for link in links.get(c.credential_id, ())}
    return taught | {p.skill_uri for c in credentials for p in c.preparation if p.skill_uri}


def language_code(tag: str) -> str:
    """The ISO 639 part of a tag: "en" of "en-US"."""
    return tag.strip().casefold().replace("_", "-").split("-")[0]


def same_title(title: str) -> str:
    """Equal for titles that a reader takes for the same: letters and digits only, case folded."""
    return "".join(c for c in title.casefold() if c.isalnum()) or title


def membership(words_of_rows: Sequence[Sequence[str]]) -> Membership:
    """Packs each row's words into one mask a distinct word."""
    words = tuple(sorted({word for row in words_of_rows for word in row if word}))
    place = {word: at for at, word in enumerate(words)}
    flags = np.zeros((len(words), len(words_of_rows)), dtype=bool)
    for row, mine in enumerate(words_of_rows):
        for word in mine:
            if word:
                flags[place[word], row] = True
    stated: Mask = np.asarray(flags.any(axis=0))
    return Membership(words, flags, ~stated)


def flat_index(vectors: Floats) -> Any:
    """Exact inner product; below 50,000 credentials it beats every approximation."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return index


def stored_vectors(search: Any) -> Floats:
    """(n, d) view of what faiss holds; a second copy would double the memory of a large catalogue.

    The view does not own the memory: it lives as long as the index, which is kept beside it.
    """
    if not search.ntotal:
        return np.zeros((0, search.d), dtype=np.float32)
    flat: Floats = faiss.rev_swig_ptr(search.get_xb(), search.ntotal * search.d)
    return flat.reshape(search.ntotal, search.d)
