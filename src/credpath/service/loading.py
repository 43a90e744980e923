"""From a verified bundle folder to what serves: encoder, taxonomies, catalogues, what was learned for each tenant."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from credpath.domain.goals import CareerGoal, GoalAnswer
from credpath.errors import BundleRefused, CredpathError
from credpath.recommender.bundle import check_golden, verify
from credpath.recommender.encoding import Encoder, OnnxEncoder
from credpath.recommender.goal_index import GoalIndex
from credpath.recommender.learned import Learned, load_learned
from credpath.recommender.linking import text_digest
from credpath.recommender.manifest import BundleManifest
from credpath.recommender.skill_index import SkillIndex, SkillMatch
from credpath.service.golden import golden_answer
from credpath.service.indexing import IndexedCatalogue, load_catalogue

# A learner's goal and declared skills are read on every call and hardly ever change.
REMEMBERED = 8_192
LEARNED = "learned"  # folder of a bundle with one folder a tenant


@dataclass(frozen=True)
class LoadedTaxonomy:
    """One owner's skills and occupations, ready to search. `version` is the digest of the imported release.

    `match`, `required`, `resolve` and `spelt_like` are remembered for words and URIs that were asked before.
    """

    owner: str
    scheme: str
    release: str
    version: str
    attribution: str
    builder: str
    skills: SkillIndex
    goals: GoalIndex
    match: Callable[[str, int], GoalAnswer]
    required: Callable[[str], CareerGoal]
    resolve: Callable[[str], SkillMatch | None]
    spelt_like: Callable[[str], str]

    @property
    def identity(self) -> str:
        """Changes when a link made with this taxonomy could: with the release, or with the code that reads it."""
        return f"{self.version}/{self.builder}"

    def career_goal(self, occupation_uri: str, text: str, confidence: float) -> CareerGoal:
        """The occupation as a goal that `text` asked for. Raises NotFound."""
        return replace(self.required(occupation_uri), text=text, confidence=confidence)


@dataclass(frozen=True, slots=True)
class LoadedBundle:
    """Everything that one version serves with. `learned`: by tenant, for those of whom something was learned.

    `encoder_digest`: changes when a vector could.
    """

    version: str
    encoder: Encoder
    taxonomies: Mapping[str, LoadedTaxonomy]
    catalogues: Mapping[str, IndexedCatalogue]
    learned: Mapping[str, Learned] = field(default_factory=dict)
    encoder_digest: str = ""


def load_bundle(folder: Path) -> LoadedBundle:
    """Verifies every file against the manifest, parses, asks the golden queries. Raises BundleRefused."""
    manifest = verify(folder)
    try:
        loaded = _parse(folder, manifest)
        check_golden(manifest, golden_answer(loaded))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OSError, CredpathError) as error:
        if isinstance(error, BundleRefused):
            raise
        # Whole by its hashes, so not damaged: another version of credpath wrote it.
        reason = f"{folder.name} was built by another version of credpath ({error!r})"
        raise BundleRefused(reason, where=str(folder), fix="run `python -m training.bundle`") from error
    return loaded


def _parse(folder: Path, manifest: BundleManifest) -> LoadedBundle:
    encoder = OnnxEncoder(folder / "encoder")
    taxonomies = {path.name: load_taxonomy(path, encoder) for path in _folders(folder / "taxonomies")}
    catalogues = {path.name: load_catalogue(path) for path in _folders(folder / "catalogues")}
    learned = {path.name: load_learned(path) for path in _folders(folder / LEARNED)}
    for tenant in sorted(learned.keys() & catalogues.keys()):
        learned[tenant].bind(catalogues[tenant].index)
    files = [f"{file.path} {file.sha256}" for file in manifest.files if file.path.startswith("encoder/")]
    digest = text_digest("\n".join(sorted(files)))
    return LoadedBundle(manifest.version, encoder, taxonomies, catalogues, learned, digest)


def _folders(parent: Path) -> list[Path]:
    return sorted(p for p in parent.iterdir() if p.is_dir()) if parent.is_dir() else []


def load_taxonomy(folder: Path, encoder: Encoder) -> LoadedTaxonomy:
    """Reads one owner's folder of a bundle; the caller has verified the files."""
    header = json.loads((folder / "taxonomy.json").read_text(encoding="utf-8"))
    skills, goals = SkillIndex.load(folder / "skills"), GoalIndex.load(folder / "goals")
    return LoadedTaxonomy(
        owner=folder.name,
        scheme=header["scheme"],
        release=header["release"],
        version=header["version"],
        attribution=header["attribution"],
        builder=header["builder"],
        skills=skills,
        goals=goals,
        match=lru_cache(REMEMBERED)(lambda text, limit: goals.match(text, encoder, limit)),
        required=lru_cache(REMEMBERED)(goals.career_goal),
        resolve=lru_cache(REMEMBERED)(lambda words: skills.resolve(words, encoder)),
        spelt_like=lru_cache(REMEMBERED)(skills.spelt_like),
    )
