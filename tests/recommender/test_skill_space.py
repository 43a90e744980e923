from __future__ import annotations

import numpy as np
import pytest

from credpath.recommender.skill_space import SkillSpace
from tests.recommender.worlds import SKILLS, FewSkills, knows

NEAR = FewSkills(SKILLS, {("sql", "excel"): 0.5, ("python", "sql"): 0.4, ("excel", "writing"): 0.3})


def test_the_space_holds_what_is_touched_and_what_has_it_for_a_neighbour() -> None:
    space = SkillSpace.of_catalogue(NEAR, ["urn:excel", "urn:unheard-of"])
    assert space.uris == ("urn:excel", "urn:sql")
    assert space.labels == ("excel", "sql")


def test_neighbours_keep_their_weights_in_both_directions() -> None:
    space = SkillSpace.of_catalogue(NEAR, ["urn:excel", "urn:sql"])
    assert space.uris == ("urn:excel", "urn:python", "urn:sql")
    assert (space.starts.tolist(), space.near.tolist()) == ([0, 0, 1, 2], [2, 0])
    assert space.weights.tolist() == pytest.approx([0.4, 0.5])
    starts, needed_by, weights = space.reversed()
    assert (starts.tolist(), needed_by.tolist()) == ([0, 1, 1, 2], [2, 1])
    assert weights.tolist() == pytest.approx([0.5, 0.4])


def test_mastery_supports_what_lies_near_the_mastered_skill_and_never_lowers_it() -> None:
    space = SkillSpace.of_catalogue(NEAR, ["urn:excel", "urn:sql"])
    mastery = space.mastery(knows(python=0.5, sql=0.8, tableau=0.9))
    assert mastery.tolist() == pytest.approx([0.0, 0.5, 0.8])
    assert space.support(mastery).tolist() == pytest.approx([0.5 * 0.8, 0.5, 0.8])
    assert mastery.tolist() == pytest.approx([0.0, 0.5, 0.8])


def test_nobody_who_shows_nothing_is_supported() -> None:
    space = SkillSpace.of_catalogue(NEAR, ["urn:excel"])
    assert not space.support(np.zeros(2)).any()
