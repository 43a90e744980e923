from __future__ import annotations

from datetime import UTC, datetime

import pytest

from credpath.domain.evidence import Evidence
from credpath.domain.mastery import COUNTING, CountingModel, estimates, replay
from credpath.recommender.related_skills import RelatedSkills
from tests.recommender.worlds import SKILLS, FewSkills

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PAIRS = {("sql", "python"): 0.4, ("python", "sql"): 0.4, ("excel", "tableau"): 0.2}
NEAR = RelatedSkills(FewSkills(SKILLS, PAIRS))


def test_every_skill_lists_its_neighbours_with_their_weights() -> None:
    pairs = {(one, other): weight for one in NEAR for other, weight in NEAR[one]}
    expected = {(f"urn:{one}", f"urn:{other}"): weight for (one, other), weight in PAIRS.items()}
    assert pairs == pytest.approx(expected)
    assert len(NEAR) == len(SKILLS)
    assert NEAR.get("urn:nothing", ()) == ()


def test_what_is_known_of_a_skill_tells_less_of_its_neighbours_and_nothing_of_others() -> None:
    one, other = "sql", "python"
    state = replay([Evidence(f"e{n}", f"urn:{one}", "assessment", 1.0, NOW) for n in range(3)])
    uris = [f"urn:{label}" for label in SKILLS]
    found = estimates(state, NOW, CountingModel(related=NEAR), uris)
    alone = estimates(state, NOW, COUNTING, uris)
    assert found[f"urn:{one}"].probability > found[f"urn:{other}"].probability > alone[f"urn:{other}"].probability
    wide = [m.interval[1] - m.interval[0] for m in (found[f"urn:{one}"], found[f"urn:{other}"])]
    assert wide[0] < wide[1]
    assert found["urn:writing"] == alone["urn:writing"]
