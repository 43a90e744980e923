from __future__ import annotations

from dataclasses import replace

from credpath.domain.goals import CareerGoal
from credpath.recommender.catalogue_fit import LEAST_CLOSED, MOST_UNTAUGHT, WORDS, fit_of_path, fit_of_slate
from credpath.recommender.planning import plan_all
from credpath.recommender.recommend import recommend
from tests.recommender.worlds import SKILLS, ask, goal_of, index_of, offer, teaches

(ITEM,) = recommend(index_of({offer("a"): teaches("sql")}), ask(goal_of("sql", "excel"))).items


def sentence(*shares: float, gap: float = 0.7) -> str:
    items = [replace(ITEM, features={"gap_share": share, "goal_gap": gap}) for share in shares]
    return " ".join(fit_of_slate(items, goal_of("sql")))


def test_a_slate_of_which_the_best_closes_next_to_nothing_says_so() -> None:
    assert sentence(0.001, 0.012).endswith("even the best of these closes 1% of the gap.")
    assert sentence(0.0, 0.0).endswith("none of these closes anything of the gap.")
    assert sentence(0.0, LEAST_CLOSED) == ""


def test_nothing_is_said_of_an_empty_slate_or_where_nothing_is_missing() -> None:
    assert sentence() == ""
    assert sentence(0.0, gap=0.0) == ""
    assert fit_of_slate([replace(ITEM, features={})], goal_of("sql")) == ()


def test_a_goal_of_words_alone_is_told_from_one_that_closes_nothing() -> None:
    words = goal_of(text="bus driver")
    assert fit_of_slate([ITEM], words) == (WORDS,)
    assert fit_of_slate([], words) == fit_of_slate([ITEM], CareerGoal("")) == ()
    index = index_of({offer("a"): teaches("sql")}, vectors={"a": [1.0]})
    near, far = (plan_all(index, ask(words, vector=[x]))[0] for x in (1.0, -1.0))
    assert [note.template for note in near.notes] == [WORDS]
    assert (far.steps, far.notes) == ((), ())


def test_a_path_to_what_the_catalogue_mostly_does_not_teach_says_so() -> None:
    (note,) = plan_all(index_of({offer("a"): teaches("sql")}), ask(goal_of(*SKILLS)))[0].notes
    assert note.values["share"] == 1.0 - 1.0 / len(SKILLS)
    assert plan_all(index_of({offer("a"): teaches("sql")}), ask(goal_of("sql")))[0].notes == ()
    assert fit_of_path(MOST_UNTAUGHT - 0.01, goal_of("sql"), ()) == ()
