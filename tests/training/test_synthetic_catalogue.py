from __future__ import annotations

import numpy as np

from credpath.domain.prerequisites import find_cycle, hard_edges
from credpath.recommender.catalogue_index import CatalogueIndex
from training.synthetic_catalogue import make_catalogue, make_goal, make_skills, make_snapshot


def test_the_same_seed_makes_the_same_world() -> None:
    skills = make_skills(120, seed=4)
    one, other = make_catalogue(50, skills, seed=4, dimensions=8), make_catalogue(50, skills, seed=4, dimensions=8)
    assert (one.credentials, one.links) == (other.credentials, other.links)
    np.testing.assert_array_equal(one.vectors, other.vectors)
    assert make_goal(skills, 3, seed=1) == make_goal(skills, 3, seed=1)
    assert make_snapshot(one, seed=1) == make_snapshot(other, seed=1)


def test_it_has_the_shape_of_a_real_catalogue() -> None:
    skills = make_skills(500)
    made = make_catalogue(400, skills, dimensions=8)
    assert find_cycle(hard_edges(made.credentials)) == ()
    assert any(c.prerequisites for c in made.credentials)
    assert any(c.stack for c in made.credentials)
    assert any(c.supersedes for c in made.credentials)
    assert any(c.preparation for c in made.credentials)
    np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=1), 1.0, atol=1e-5)
    index = CatalogueIndex.build(made.credentials, made.links, made.vectors, skills, "v")
    assert len(index.postings.rows) > len(index.taught.skills)


def test_a_goals_weights_sum_to_one() -> None:
    goal = make_goal(make_skills(500), 5, count=40)
    assert abs(sum(skill.weight for skill in goal.skills) - 1.0) < 1e-9
