"""From a verified bundle folder to what serves: encoder, taxonomies, catalogues."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from credpath.recommender.bundle import verify
from credpath.recommender.encoding import Encoder, OnnxEncoder
from credpath.recommender.goal_index import GoalIndex
from credpath.recommender.skill_index import SkillIndex
from credpath.service.indexing import IndexedCatalogue, load_catalogue


@dataclass(frozen=True, slots=True)
class LoadedTaxonomy:
    """One owner's skills and occupations, ready to search. `version` is the digest of the imported release."""

    owner: str
    scheme: str
    release: str
    version: str
    attribution: str
    skills: SkillIndex
    goals: GoalIndex


@dataclass(frozen=True, slots=True)
class LoadedBundle:
    """Everything that one version serves with."""

    version: str
    encoder: Encoder
    taxonomies: Mapping[str, LoadedTaxonomy]
    catalogues: Mapping[str, IndexedCatalogue]


def load_bundle(folder: Path) -> LoadedBundle:
    """Verifies every file against the manifest, then parses. Raises BundleRefused, naming the file."""
    manifest = verify(folder)
    taxonomies = {path.name: _load_taxonomy(path) for path in _folders(folder / "taxonomies")}
    catalogues = {path.name: load_catalogue(path) for path in _folders(folder / "catalogues")}
    return LoadedBundle(manifest.version, OnnxEncoder(folder / "encoder"), taxonomies, catalogues)


def _folders(parent: Path) -> list[Path]:
    return sorted(p for p in parent.iterdir() if p.is_dir()) if parent.is_dir() else []


def _load_taxonomy(folder: Path) -> LoadedTaxonomy:
    header = json.loads((folder / "taxonomy.json").read_text(encoding="utf-8"))
    return LoadedTaxonomy(
        owner=folder.name,
        scheme=header["scheme"],
        release=header["release"],
        version=header["version"],
        attribution=header["attribution"],
        skills=SkillIndex.load(folder / "skills"),
        goals=GoalIndex.load(folder / "goals"),
    )
