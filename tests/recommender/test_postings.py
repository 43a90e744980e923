from __future__ import annotations

import numpy as np
import pytest

from credpath.domain.catalogue import SkillLink
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.postings import INFERRED, MIN_DEPTH, NOT_RELATED
from tests.recommender.worlds import SKILLS, FewSkills, index_of, offer, teaches

NEAR = FewSkills(SKILLS, {("sql", "excel"): 0.5, ("statistics", "excel"): 0.6, ("tableau", "sql"): 0.1})


def posted(index: CatalogueIndex, label: str) -> dict[str, tuple[float, float, str]]:
    """credential -> (own strength, related strength, taught skill that leads there)."""
    skill, p = index.space.position[f"urn:{label}"], index.postings
    found = {}
    for at in range(p.starts[skill], p.starts[skill + 1]):
        via = "" if p.via[at] == NOT_RELATED else index.space.labels[p.via[at]]
        found[index.ids[p.rows[at]]] = (round(float(p.strengths[at]), 3), round(float(p.related[at]), 3), via)
    return found


def test_a_posting_is_strength_times_confidence() -> None:
    link = SkillLink("urn:sql", "SQL", 0.8, 0.5, True, "label")
    assert posted(index_of({offer("a"): (link,)}), "sql") == {"a": (0.4, 0.0, "")}


def test_a_declared_link_goes_before_an_inferred_one_and_an_inferred_one_counts_less() -> None:
    declared, inferred = teaches("sql", strength=0.5)[0], teaches("sql", strength=0.9, declared=False)[0]
    both = index_of({offer("a"): (inferred, declared), offer("b"): (inferred,)})
    assert posted(both, "sql") == {"a": (0.5, 0.0, ""), "b": (round(0.9 * INFERRED, 3), 0.0, "")}
    assert both.taught.declared.tolist() == [True, False]


def test_a_neighbour_of_the_needed_skill_contributes_damped_and_is_remembered() -> None:
    assert posted(index_of({offer("a"): teaches("excel")}, skills=NEAR), "sql") == {"a": (0.0, 0.5, "excel")}


def test_teaching_the_skill_itself_and_a_neighbour_takes_the_stronger_never_the_sum() -> None:
    strong = index_of({offer("a"): teaches("excel", "sql")}, skills=NEAR)
    weak = index_of({offer("a"): (*teaches("excel"), *teaches("sql", strength=0.3))}, skills=NEAR)
    assert posted(strong, "sql") == {"a": (1.0, 0.0, "")}
    assert posted(weak, "sql") == {"a": (0.3, 0.5, "excel")}


def test_a_neighbour_too_far_away_leads_nowhere() -> None:
    assert posted(index_of({offer("a"): teaches("sql", "tableau")}, skills=NEAR), "tableau") == {"a": (1.0, 0.0, "")}
    assert "urn:tableau" not in index_of({offer("a"): teaches("excel")}, skills=NEAR).space.position


@pytest.mark.parametrize(("hours", "depth"), [(9.0, 1.0), (4.5, np.sqrt(0.5)), (0.5, MIN_DEPTH)])
def test_a_short_course_that_lists_many_skills_teaches_each_a_little(hours: float, depth: float) -> None:
    index = index_of({offer("a", workload_hours=hours): teaches(*SKILLS)})
    assert index.taught.strengths.tolist() == pytest.approx([depth] * 6)


def test_links_to_skills_that_the_taxonomy_does_not_know_are_left_out() -> None:
    index = index_of({offer("a"): teaches("sql", "cooking")})
    assert index.space.uris == ("urn:sql",)
    assert len(index.taught.skills) == 1
