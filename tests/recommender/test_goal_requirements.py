from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from credpath.domain.goals import GoalSkill
from credpath.domain.skills import Occupation, Requirement, Skill, Taxonomy
from credpath.recommender.goal_requirements import MOST, GoalRequirements, build_requirements
from tests.recommender.goal_world import GENERIC, goal_taxonomy, skill_uri

TAXONOMY = goal_taxonomy()
URIS = sorted(o.uri for o in TAXONOMY.occupations)


def of(uri: str, taxonomy: Taxonomy = TAXONOMY) -> dict[str, GoalSkill]:
    built = build_requirements(taxonomy, {})
    return {s.skill_uri: s for s in built.of(sorted(o.uri for o in taxonomy.occupations).index(uri))}


@pytest.mark.parametrize("uri", URIS)
def test_the_weights_of_a_goal_sum_to_one(uri: str) -> None:
    assert sum(s.weight for s in of(uri).values()) == pytest.approx(1.0)


def test_an_essential_skill_weighs_more_than_an_optional_one_alike_in_rarity() -> None:
    nurse = of("o:nurse")
    assert nurse["s:patient-care"].weight > 2 * nurse["s:wound-care"].weight
    assert (nurse["s:patient-care"].required_level, nurse["s:wound-care"].required_level) == pytest.approx((0.75, 0.55))


def test_what_everybody_needs_hardly_counts() -> None:
    nurse = of("o:nurse")
    assert max(nurse[skill_uri(s)].weight for s in GENERIC) < 0.05 * nurse["s:patient-care"].weight


def test_graded_skills_that_all_occupations_share_still_tell_them_apart() -> None:
    shared = [Skill(f"s:{i}", f"shared {i}") for i in range(20)]
    occupations = tuple(
        Occupation(
            f"o:{n}", f"occupation {n}",
            requirements=tuple(
                Requirement(s.uri, True, importance=0.9 if i % 4 == n else 0.5) for i, s in enumerate(shared)
            ),
        )
        for n in range(4)
    )  # fmt: skip
    taxonomy = Taxonomy("test", "1", "", tuple(shared), occupations)
    first, second = of("o:0", taxonomy), of("o:1", taxonomy)
    assert sum(min(first[u].weight, second[u].weight) for u in first) < 0.5
    assert max(first.values(), key=lambda s: s.weight).skill_uri in {"s:0", "s:4", "s:8", "s:12", "s:16"}


def test_a_sought_after_technology_weighs_a_little_more() -> None:
    skills = (Skill("s:a", "a"), Skill("s:b", "b"))
    needs = (Requirement("s:a", True, hot=True), Requirement("s:b", True))
    taxonomy = Taxonomy("test", "1", "", skills, (Occupation("o:x", "x", requirements=needs), Occupation("o:y", "y")))
    found = of("o:x", taxonomy)
    assert 1.0 < found["s:a"].weight / found["s:b"].weight < 1.3


def test_a_stated_level_is_kept() -> None:
    needs = (Requirement("s:a", True, level=0.4),)
    taxonomy = Taxonomy("test", "1", "", (Skill("s:a", "a"),), (Occupation("o:x", "x", requirements=needs),))
    assert of("o:x", taxonomy)["s:a"].required_level == pytest.approx(0.4)


def test_an_occupation_without_requirements_takes_those_of_its_relatives() -> None:
    assert set(of("o:data-steward")) == set(of("o:data-analyst"))


def test_an_occupation_without_requirements_or_relatives_takes_its_neighbours_or_nothing() -> None:
    lonely = replace(TAXONOMY, occupations=(*TAXONOMY.occupations[:-1], Occupation("o:zz", "zz")))
    row = sorted(o.uri for o in lonely.occupations).index("o:zz")
    assert build_requirements(lonely, {}).of(row) == ()
    assert {s.skill_uri for s in build_requirements(lonely, {"o:zz": ["o:baker"]}).of(row)} == set(of("o:baker"))


def test_only_the_eighty_largest_are_kept() -> None:
    skills = tuple(Skill(f"s:{i:03}", f"skill {i}") for i in range(120))
    needs = tuple(Requirement(s.uri, essential=i >= 60) for i, s in enumerate(skills))
    taxonomy = Taxonomy("test", "1", "", skills, (Occupation("o:x", "x", requirements=needs),))
    kept = of("o:x", taxonomy)
    assert len(kept) == MOST
    assert {f"s:{i:03}" for i in range(60, 120)} <= set(kept)


def test_skills_that_the_taxonomy_does_not_have_are_passed_over() -> None:
    needs = (Requirement("s:a", True), Requirement("s:gone", True))
    taxonomy = Taxonomy("test", "1", "", (Skill("s:a", "a"),), (Occupation("o:x", "x", requirements=needs),))
    assert list(of("o:x", taxonomy)) == ["s:a"]


def test_saved_requirements_are_the_same(tmp_path: Path) -> None:
    built = build_requirements(TAXONOMY, {})
    built.save(tmp_path)
    loaded = GoalRequirements.load(tmp_path)
    assert [loaded.of(row) for row in range(len(URIS))] == [built.of(row) for row in range(len(URIS))]
