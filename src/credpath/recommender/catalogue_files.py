"""The catalogue index on disk: credentials.jsonl, index.json, arrays.npz, index.faiss. Nothing is unpickled."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import faiss
import numpy as np

from credpath.domain.records import credential_from_dict, credential_to_dict
from credpath.errors import BundleRefused
from credpath.recommender.award_worth import AwardWorth
from credpath.recommender.catalogue_index import CatalogueIndex, Membership, same_title, stored_vectors
from credpath.recommender.columns import Columns
from credpath.recommender.csr import Lists
from credpath.recommender.postings import Postings, Taught
from credpath.recommender.preparations import Preparations
from credpath.recommender.prerequisite_graph import PrerequisiteGraph
from credpath.recommender.skill_space import SkillSpace
from credpath.recommender.stacks import Stacks
from credpath.recommender.wishes import pack_wishes

CREDENTIALS, FACTS, ARRAYS, VECTORS = "credentials.jsonl", "index.json", "arrays.npz", "index.faiss"
# Raised whenever what is written changes its meaning; another one is refused rather than half understood.
FORMAT = 1
PARTS = ("taught", "postings", "columns", "graph", "preparations", "stacks", "space", "languages", "open_to")
T = TypeVar("T")


def save_index(index: CatalogueIndex, folder: Path) -> None:
    """Equal indexes give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(credential_to_dict(c), ensure_ascii=False, sort_keys=True) for c in index.credentials)
    (folder / CREDENTIALS).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    facts = {
        "format": FORMAT,
        "version": index.version,
        "currencies": index.currencies,
        "countries": index.countries,
        "languages": index.languages.words,
        "open_to": index.open_to.words,
        "skills": index.space.uris,
        "labels": index.space.labels,
        "outside": list(index.graph.outside),
    }
    (folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    arrays: dict[str, Any] = {}
    for part in PARTS:
        _collect(part, getattr(index, part), arrays)
    np.savez(folder / ARRAYS, **arrays)
    faiss.write_index(index.search, str(folder / VECTORS))


def _collect(prefix: str, value: object, arrays: dict[str, Any]) -> None:
    for field in fields(value):  # type: ignore[arg-type]
        member = getattr(value, field.name)
        if isinstance(member, np.ndarray):
            arrays[f"{prefix}.{field.name}"] = member
        elif isinstance(member, Lists):
            _collect(f"{prefix}.{field.name}", member, arrays)


def load_index(folder: Path) -> CatalogueIndex:
    """Reads a folder that `save_index` wrote and whose hashes the caller has checked.

    Raises BundleRefused for one that another release of the software wrote in another format.
    """
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    if facts.get("format") != FORMAT:
        what = f"catalogue index of format {facts.get('format')}, this release reads {FORMAT}"
        raise BundleRefused(what, where=str(folder / FACTS), fix="run `python -m training.bundle`")
    with (folder / CREDENTIALS).open(encoding="utf-8") as stream:
        credentials = tuple(credential_from_dict(json.loads(line)) for line in stream)
    with np.load(folder / ARRAYS, allow_pickle=False) as packed:
        arrays = {name: packed[name] for name in packed.files}
    search = faiss.read_index(str(folder / VECTORS))
    ids = tuple(c.credential_id for c in credentials)
    outside = {name: len(ids) + at for at, name in enumerate(facts["outside"])}

    def part(kind: Callable[..., T], name: str, **given: object) -> T:
        return _rebuild(kind, name, arrays, given)

    taught, postings = part(Taught, "taught"), part(Postings, "postings")
    return CatalogueIndex(
        version=facts["version"],
        credentials=credentials,
        ids=ids,
        position={credential_id: row for row, credential_id in enumerate(ids)},
        space=SkillSpace.of(
            tuple(facts["skills"]), tuple(facts["labels"]),
            arrays["space.starts"], arrays["space.near"], arrays["space.weights"],
        ),
        taught=taught,
        postings=postings,
        columns=part(Columns, "columns"),
        currencies=tuple(facts["currencies"]),
        countries=tuple(facts["countries"]),
        languages=part(Membership, "languages", words=tuple(facts["languages"])),
        open_to=part(Membership, "open_to", words=tuple(facts["open_to"])),
        graph=part(PrerequisiteGraph, "graph", size=len(ids), outside=outside),
        preparations=part(Preparations, "preparations"),
        stacks=part(Stacks, "stacks"),
        wishes=pack_wishes(credentials),
        awards=AwardWorth.of(credentials, taught, postings),
        titles=tuple(same_title(c.title) for c in credentials),
        vectors=stored_vectors(search),
        search=search,
    )  # fmt: skip


def _rebuild(kind: Callable[..., T], prefix: str, arrays: dict[str, Any], given: dict[str, object]) -> T:
    """A dataclass from its arrays and the fields that are no arrays."""
    values = dict(given)
    for field in fields(kind):  # type: ignore[arg-type]
        name = f"{prefix}.{field.name}"
        if name in arrays:
            values[field.name] = arrays[name]
        elif f"{name}.starts" in arrays:
            values[field.name] = Lists(arrays[f"{name}.starts"], arrays[f"{name}.values"])
    return kind(**values)
