from __future__ import annotations

import numpy as np
import pytest

from credpath.domain.catalogue import Preparation
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.preparations import PREPARED, UNKNOWN_MET
from credpath.recommender.standing import stand
from tests.recommender.worlds import after_skill, index_of, learner, offer, teaches


def readiness(index: CatalogueIndex, credential_id: str, **who: object) -> tuple[float, float]:
    """(readiness, unmet)."""
    standing = stand(index, learner(**who))  # type: ignore[arg-type]
    rows = np.array([index.position[credential_id]])
    ready, unmet = index.preparations.readiness(rows, standing.held, standing.support, index.taught)
    return float(ready[0]), float(unmet[0])


def one(*preparation: Preparation, **more: object) -> CatalogueIndex:
    others = {offer("intro"): teaches("excel")}
    return index_of({offer("a", preparation=preparation): teaches("sql"), **others})


def test_without_preparation_everybody_is_ready() -> None:
    assert readiness(one(), "a") == (1.0, 0.0)


def test_a_prepared_skill_counts_by_its_mastery_up_to_enough() -> None:
    index = one(*after_skill("excel"))
    assert readiness(index, "a") == (0.0, 1.0)
    assert readiness(index, "a", excel=PREPARED / 2)[0] == pytest.approx(0.5)
    assert readiness(index, "a", excel=0.9) == (1.0, 0.0)


def test_a_prepared_credential_counts_when_held_or_when_its_skills_are_mastered() -> None:
    index = one(Preparation("Intro", credential_id="intro"))
    assert readiness(index, "a")[0] == 0.0
    assert readiness(index, "a", held=["intro"])[0] == 1.0
    assert readiness(index, "a", excel=PREPARED)[0] == pytest.approx(1.0)


def test_a_credential_outside_the_catalogue_counts_only_when_held() -> None:
    index = one(Preparation("Elsewhere", credential_id="elsewhere"))
    assert readiness(index, "a")[0] == 0.0
    assert readiness(index, "a", held=["elsewhere"])[0] == 1.0


def test_words_that_name_a_skill_are_taken_for_it_and_others_can_not_be_judged() -> None:
    assert readiness(one(Preparation("excel")), "a", excel=0.9)[0] == 1.0
    assert readiness(one(Preparation("an open mind")), "a")[0] == UNKNOWN_MET


def test_several_pieces_count_by_their_confidence() -> None:
    pieces = (Preparation("excel", skill_uri="urn:excel"), Preparation("sql", skill_uri="urn:sql", confidence=0.5))
    assert readiness(one(*pieces), "a", excel=0.9) == pytest.approx((2 / 3, 0.5))


def test_what_prepares_for_something_worth_while_gets_the_best_of_it() -> None:
    soft = (Preparation("Intro", credential_id="intro", confidence=0.5),)
    index = index_of({offer("a", preparation=soft): (), offer("b", preparation=soft): (), offer("intro"): ()})
    assert behind(index, a=0.4, b=0.8) == {"intro": 0.4}
    assert behind(index, a=0.4) == {"intro": 0.2}
    assert behind(index, "intro", a=0.4, b=0.8) == {}


def test_what_teaches_an_assumed_skill_prepares_as_far_as_the_skill_is_missing() -> None:
    index = one(*after_skill("excel"))
    assert behind(index, a=0.4) == {"intro": 0.4}
    assert behind(index, a=0.4, excel=PREPARED / 2) == {"intro": 0.2}
    assert behind(index, a=0.4, excel=PREPARED) == {}


def test_who_brings_one_piece_of_many_gets_that_part_of_the_worth() -> None:
    pieces = (*after_skill("excel"), *after_skill("statistics"), *after_skill("writing"), *after_skill("python"))
    assert behind(one(*pieces), a=0.4) == {"intro": 0.1}


def behind(index: CatalogueIndex, *held: str, excel: float = 0.0, **worth: float) -> dict[str, float]:
    """What each credential prepares for; `worth`: of the credentials that may come later."""
    standing = stand(index, learner(held=held, **({"excel": excel} if excel else {})))
    values = np.array([worth.get(i, 0.0) for i in index.ids])
    best = index.preparations.leads_to(values, standing.held, standing.support, index.taught, index.postings)
    return {i: round(float(b), 6) for i, b in zip(index.ids, best, strict=True) if b > 0}
