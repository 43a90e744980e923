from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credpath.domain.skills import Occupation, Requirement, Skill, SkillGroup, SkillRelation, Taxonomy
from credpath.errors import Conflict
from credpath.interop.esco import read_esco
from credpath.store.session import Database
from credpath.store.taxonomies import (
    active_taxonomy,
    list_owners,
    list_taxonomies,
    load_taxonomy,
    resolve_owner,
    save_taxonomy,
)
from credpath.store.taxonomy_rows import rows_of, version_of
from tests.store.samples import LATER, NOW, TAXONOMY, a_taxonomy

uris = st.sampled_from([f"uri:{i}" for i in range(6)])
labels = st.sampled_from(["one", "two", "três"])
taxonomies = st.builds(
    lambda release, skills, jobs, groups, relations: Taxonomy(
        "esco",
        release,
        "attribution",
        tuple(Skill(uri, label, (label,)) for uri, label in skills.items()),
        tuple(Occupation(uri, "job", requirements=tuple(needs)) for uri, needs in jobs.items()),
        tuple(SkillGroup(uri, label) for uri, label in groups.items()),
        tuple(SkillRelation(*relation) for relation in relations),
    ),
    st.sampled_from(["1", "2"]),
    st.dictionaries(uris, labels),
    st.dictionaries(
        uris,
        st.lists(
            st.builds(Requirement, uris, st.booleans(), st.none() | st.floats(0, 1)),
            unique_by=lambda r: (r.skill_uri, r.essential),
        ),
    ),
    st.dictionaries(uris, labels),
    st.lists(st.tuples(uris, uris, st.booleans()), unique=True),
)

TWO_IMPORTANCES = (Requirement("skill:sql", True, 0.1), Requirement("skill:sql", True, 0.2))


def sorted_by_uri(taxonomy: Taxonomy) -> Taxonomy:
    jobs = (
        replace(o, requirements=tuple(sorted(o.requirements, key=lambda r: (r.skill_uri, r.essential))))
        for o in taxonomy.occupations
    )
    return replace(
        taxonomy,
        skills=tuple(sorted(taxonomy.skills, key=lambda s: s.uri)),
        occupations=tuple(sorted(jobs, key=lambda o: o.uri)),
        groups=tuple(sorted(taxonomy.groups, key=lambda g: g.uri)),
        relations=tuple(sorted(taxonomy.relations, key=lambda r: (r.from_uri, r.to_uri, r.essential))),
    )


def test_every_field_of_a_taxonomy_comes_back(database: Database) -> None:
    with database.write() as connection:
        saved = save_taxonomy(connection, "public", TAXONOMY, NOW)
    with database.read() as connection:
        assert load_taxonomy(connection, "public") == sorted_by_uri(TAXONOMY)
        header = active_taxonomy(connection, "public")
    assert header is not None
    assert (saved.inserted, saved.updated, saved.removed, saved.unchanged) == (13, 0, 0, False)
    assert (header.version, header.skills, header.occupations) == (saved.version, 3, 2)
    assert (header.release, header.languages, header.imported_at) == ("1.2.0", ("en", "fr"), NOW)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(taxonomies, min_size=1, max_size=4))
def test_whatever_was_there_before_the_last_import_is_what_loads(database: Database, imports: list[Taxonomy]) -> None:
    with database.write() as connection:
        for taxonomy in imports:
            saved = save_taxonomy(connection, "public", taxonomy, NOW)
        assert load_taxonomy(connection, "public") == sorted_by_uri(imports[-1])
        again = save_taxonomy(connection, "public", imports[-1], LATER)
    assert (again.version, again.unchanged) == (saved.version, True)
    assert (again.inserted, again.updated, again.removed) == (0, 0, 0)


@given(taxonomies, st.randoms())
def test_the_order_of_rows_has_no_effect_on_the_version(taxonomy: Taxonomy, dice: random.Random) -> None:
    def mixed(rows: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(dice.sample(rows, len(rows)))

    other = replace(
        taxonomy,
        skills=mixed(taxonomy.skills),
        occupations=mixed(tuple(replace(o, requirements=mixed(o.requirements)) for o in taxonomy.occupations)),  # type: ignore[type-var]
        groups=mixed(taxonomy.groups),
        relations=mixed(taxonomy.relations),
    )
    assert version_of(other, rows_of(other)) == version_of(taxonomy, rows_of(taxonomy))


def test_importing_the_same_again_writes_nothing(database: Database) -> None:
    with database.write() as connection:
        save_taxonomy(connection, "public", TAXONOMY, NOW)
        again = save_taxonomy(connection, "public", sorted_by_uri(TAXONOMY), LATER)
        header = active_taxonomy(connection, "public")
    assert again.unchanged
    assert header is not None
    assert header.imported_at == NOW


def test_a_newer_release_replaces_the_earlier_and_says_what_changed(database: Database) -> None:
    newer = a_taxonomy(
        release="1.2.1",
        skills=(replace(TAXONOMY.skills[0], label="Python programming"), TAXONOMY.skills[1], Skill("skill:new", "new")),
    )
    with database.write() as connection:
        save_taxonomy(connection, "public", TAXONOMY, NOW)
        saved = save_taxonomy(connection, "public", newer, LATER)
        assert (saved.inserted, saved.updated, saved.removed, saved.unchanged) == (1, 1, 1, False)
        assert load_taxonomy(connection, "public") == sorted_by_uri(newer)
        assert [header.release for header in list_taxonomies(connection, "public")] == ["1.2.1"]


def test_the_scheme_imported_last_is_active_and_coming_back_to_it_costs_no_rows(database: Database) -> None:
    onet = a_taxonomy(scheme="onet", release="29.2", skills=TAXONOMY.skills[:1])
    with database.write() as connection:
        esco_version = save_taxonomy(connection, "public", TAXONOMY, NOW).version
        save_taxonomy(connection, "public", onet, LATER)
        assert load_taxonomy(connection, "public") == sorted_by_uri(onet)
        back = save_taxonomy(connection, "public", TAXONOMY, LATER)
        assert (back.version, back.inserted, back.unchanged) == (esco_version, 0, False)
        assert load_taxonomy(connection, "public") == sorted_by_uri(TAXONOMY)
        assert [header.scheme for header in list_taxonomies(connection, "public")] == ["esco", "onet"]


def test_a_tenant_without_its_own_taxonomy_uses_the_public_one(database: Database) -> None:
    with database.write() as connection:
        assert resolve_owner(connection, "acme") == "public"
        save_taxonomy(connection, "public", TAXONOMY, NOW)
        assert resolve_owner(connection, "acme") == "public"
        save_taxonomy(connection, "acme", a_taxonomy(skills=()), NOW)
        assert resolve_owner(connection, "acme") == "acme"
        assert resolve_owner(connection, "globex") == "public"
        assert list_owners(connection) == ("acme", "public")


@pytest.mark.parametrize(
    "twice",
    [
        {"skills": (Skill("skill:sql", "SQL"), Skill("skill:sql", "NoSQL"))},
        {"occupations": (Occupation("job:a", "a"), Occupation("job:a", "b"))},
        {"occupations": (Occupation("job:a", "a", requirements=TWO_IMPORTANCES),)},
    ],
)  # fmt: skip
def test_an_id_with_two_contents_is_refused_by_name_and_a_repeat_is_not(
    database: Database, twice: dict[str, tuple[object, ...]]
) -> None:
    with database.write() as connection:
        with pytest.raises(Conflict, match=r"skill:sql|job:a"):
            save_taxonomy(connection, "public", a_taxonomy(**twice), NOW)
        repeated = a_taxonomy(skills=TAXONOMY.skills * 2)
        assert save_taxonomy(connection, "public", repeated, NOW).version == version_of(TAXONOMY, rows_of(TAXONOMY))


def test_without_any_import_there_is_no_taxonomy(database: Database) -> None:
    with database.read() as connection:
        assert load_taxonomy(connection, "public") is None
        assert active_taxonomy(connection, "public") is None


@pytest.fixture(scope="module")
def esco(real_data: Path) -> Taxonomy:
    return read_esco(real_data / "esco_1_2_0").items[0]


@pytest.mark.slow
@pytest.mark.real_data
def test_the_whole_of_esco_comes_back_as_it_was_stored(database: Database, esco: Taxonomy) -> None:
    with database.write() as connection:
        save_taxonomy(connection, "public", esco, NOW)
    with database.read() as connection:
        loaded = load_taxonomy(connection, "public")
    assert loaded == sorted_by_uri(esco)
