"""Build a bundle from the database: encoder, taxonomies, catalogues; hashed, verified, then made current.

What the bundle that serves has for unchanged words is taken over, and what it has learned: a second run after a
small import takes seconds. `python -m training.bundle` builds for every tenant.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from argparse import ArgumentParser
from collections.abc import Callable
from functools import cache
from pathlib import Path

import structlog

from credpath import recommender
from credpath.cli.printing import print_error, print_json, progress, say
from credpath.cli.running import opened
from credpath.errors import CredpathError, NotReady
from credpath.recommender.bundle import flip, prune, publish, publishing, record_golden, staging, write_manifest
from credpath.recommender.encoding import Encoder, OnnxEncoder
from credpath.recommender.goal_index import GoalIndex
from credpath.recommender.skill_index import SkillIndex
from credpath.service.context import Context
from credpath.service.golden import golden_answer, golden_questions
from credpath.service.indexing import IndexedCatalogue, index_catalogue, save_catalogue
from credpath.service.loading import LoadedBundle, LoadedTaxonomy, load_taxonomy
from credpath.service.serving import read_catalogue
from credpath.service.tasks import followed
from credpath.service.tenants import PUBLIC
from credpath.store import taxonomies as rows
from credpath.store.tenants import list_tenants
from training.encoder_export import export_encoder, is_exported
from training.publishing import carry_learned

log = structlog.get_logger(__name__)

Progress = Callable[[str, int], None]
OF_TENANT = "catalogue of"
# What turns a taxonomy into files: its code, word lists and weights. Another builder's files are not taken over.
BUILDER_FILES = ("skill*.py", "goal*", "linking.py", "mentions.py", "encoding.py")


def build_bundle(context: Context, tick: Progress = lambda _stage, _done: None, note: str = "") -> str:
    """Builds, verifies and promotes a bundle for every tenant; returns its version. Raises CredpathError."""
    with followed(context, PUBLIC, "bundle", "bundle") as task:

        def told(stage: str, done: int) -> None:
            tick(stage, done)
            # Every tenant sees this task, and none the names of the others.
            task.tell("catalogues" if stage.startswith(OF_TENANT) else stage, done)

        version = _build(context, told, note)
        task.came_to(version)
    return version


def _build(context: Context, tick: Progress, note: str) -> str:
    models, now = context.serving.models, context.clock()
    with staging(models) as folder:
        tick("encoder", 0)
        encoder = _encoder(context, folder / "encoder")
        taxonomies = _taxonomies(context, folder / "taxonomies", encoder, tick)
        catalogues = _catalogues(context, folder / "catalogues", encoder, taxonomies, tick)
        built = LoadedBundle("", encoder, taxonomies, catalogues)
        golden = record_golden(golden_questions(built), golden_answer(built))
        with publishing(models):  # from here on nobody else switches, so what was learned meanwhile is not undone
            for tenant in carry_learned(models, folder, catalogues):
                log.warning("learned model left behind", tenant=tenant, fix="python -m training.retrain")
            write_manifest(
                folder,
                created_at=now,
                encoder=json.loads((folder / "encoder" / "encoder.json").read_text(encoding="utf-8")),
                taxonomies={owner: taxonomy.version for owner, taxonomy in taxonomies.items()},
                catalogues={tenant: catalogue.index.version for tenant, catalogue in catalogues.items()},
                golden=golden,
                note=note,
            )
            tick("verify", 0)
            version = publish(folder, models)
            flip(models, version, at=now, by="training.bundle", reason="build")
            prune(models, now=now)
    return version


def _encoder(context: Context, folder: Path) -> OnnxEncoder:
    """The serving bundle's encoder where it is the one that would be exported, else a fresh export."""
    serving = context.serving
    earlier = serving.models / serving.bundle.version / "encoder" if serving.ready else None
    if earlier is not None and is_exported(earlier):
        shutil.copytree(earlier, folder)
    else:
        export_encoder(folder)
    return OnnxEncoder(folder, threads=2)


def _taxonomies(context: Context, folder: Path, encoder: Encoder, tick: Progress) -> dict[str, LoadedTaxonomy]:
    with context.database.read() as connection:
        owners = rows.list_owners(connection)
    if not owners:
        raise NotReady("there is no taxonomy to build from", fix="run `credpath import taxonomy DIR` first")
    return {owner: _taxonomy(context, owner, folder / owner, encoder, tick) for owner in owners}


def _taxonomy(context: Context, owner: str, folder: Path, encoder: Encoder, tick: Progress) -> LoadedTaxonomy:
    with context.database.read() as connection:
        header, taxonomy = rows.active_taxonomy(connection, owner), rows.load_taxonomy(connection, owner)
    if header is None or taxonomy is None:
        raise NotReady(f"the taxonomy of {owner!r} went away while it was read", fix="run this again")
    serving = context.serving
    earlier = serving.bundle.taxonomies.get(owner) if serving.ready else None
    if earlier is not None and (earlier.version, earlier.builder) == (header.version, builder()):
        shutil.copytree(serving.models / serving.bundle.version / "taxonomies" / owner, folder)
        return load_taxonomy(folder, encoder)
    tick(f"{taxonomy.scheme} skills", len(taxonomy.skills))
    SkillIndex.build(taxonomy, encoder).save(folder / "skills")
    tick(f"{taxonomy.scheme} goals", len(taxonomy.occupations))
    GoalIndex.build(taxonomy, encoder).save(folder / "goals")
    described = {
        "scheme": header.scheme, "release": header.release, "version": header.version,
        "attribution": header.attribution, "builder": builder(),
    }  # fmt: skip
    (folder / "taxonomy.json").write_text(json.dumps(described, indent=1), encoding="utf-8")
    return load_taxonomy(folder, encoder)


def _catalogues(
    context: Context, folder: Path, encoder: Encoder, taxonomies: dict[str, LoadedTaxonomy], tick: Progress
) -> dict[str, IndexedCatalogue]:
    with context.database.read() as connection:
        tenants = list_tenants(connection)
    built = {}
    for tenant in tenants:
        taxonomy = taxonomies.get(tenant) or taxonomies.get(PUBLIC)
        credentials, version, popular = read_catalogue(context.database, tenant)
        if taxonomy is None or not credentials:
            continue
        tick(f"{OF_TENANT} {tenant}", len(credentials))
        earlier = context.serving.bundle.catalogues.get(tenant) if context.serving.ready else None
        built[tenant] = index_catalogue(
            credentials,
            taxonomy.skills,
            encoder,
            version=version,
            taxonomy_version=taxonomy.identity,
            popularity=popular,
            earlier=[earlier] if earlier else [],
        )
        save_catalogue(built[tenant], folder / tenant)
    return built


@cache
def builder() -> str:
    """A digest of `BUILDER_FILES`: files made by the same builder from the same release are the same."""
    package = Path(recommender.__file__).parent
    files = {
        f for pattern in BUILDER_FILES for p in package.glob(pattern) for f in (p.rglob("*") if p.is_dir() else [p])
    }
    digest = hashlib.sha256()
    for file in sorted(f for f in files if f.suffix != ".pyc" and f.is_file()):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def main() -> None:
    """Entry point of `python -m training.bundle`."""
    parser = ArgumentParser(prog="python -m training.bundle", description=__doc__)
    parser.add_argument("--note", default="", help="a sentence for `credpath models list`")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    chosen = parser.parse_args()
    try:
        with opened() as context, progress("bundle", chosen.json) as tick:
            version = build_bundle(context, tick, chosen.note)
    except CredpathError as error:
        print_error(error, chosen.json)
        raise SystemExit(1) from error
    print_json({"version": version}) if chosen.json else say(f"{version} serves")


if __name__ == "__main__":
    main()
