from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from credpath.domain.learner import Profile
from credpath.domain.money import Money
from credpath.recommender.features import FEATURES
from credpath.recommender.learned import Learned
from credpath.recommender.ranking import Policy, RulesRanker
from credpath.recommender.recommend import recommend
from tests.recommender.worlds import ask, goal_of, ids, index_of, learner, needs, offer, teaches

GOAL = goal_of("excel", "python", "sql", "statistics")


def test_somebody_new_starts_with_an_introduction_rather_than_the_advanced_course_that_closes_more() -> None:
    index = index_of(
        {
            offer("advanced", level="advanced", workload_hours=20.0): teaches("python", "sql", "statistics"),
            offer("intro"): teaches("excel"),
        }
    )
    assert ids(recommend(index, ask(GOAL)).items)[0] == "intro"


def test_somebody_who_holds_half_is_not_sent_back_to_basics() -> None:
    index = index_of(
        {
            offer("basics", rating=4.9, rating_count=9000): (
                *teaches("excel", "python"),
                *teaches("sql", strength=0.4),
            ),
            offer("onward", level="intermediate"): teaches("sql"),
        }
    )
    assert ids(recommend(index, ask(GOAL)).items)[0] == "basics"
    assert ids(recommend(index, ask(GOAL, learner(excel=0.8, python=0.8))).items)[0] == "onward"


def test_a_degree_does_not_come_first_unless_it_is_the_only_way() -> None:
    degree = offer("degree", kind="degree", workload_hours=1500.0)
    both = index_of({degree: teaches("excel", "python", "sql", "statistics"), offer("short"): teaches("sql")})
    assert ids(recommend(both, ask(GOAL)).items) == ["short", "degree"]
    assert ids(recommend(index_of({degree: teaches("sql")}), ask(GOAL)).items) == ["degree"]


def test_a_locked_credential_is_never_next_and_lends_its_worth_to_what_opens_it() -> None:
    index = index_of(
        {
            offer("key", title="Foundations"): (),
            offer("end", prerequisites=needs("key"), workload_hours=30.0): teaches("python", "sql", "statistics"),
            offer("side"): teaches("excel", strength=0.2),
        }
    )
    answer = recommend(index, ask(GOAL))
    assert ids(answer.items) == ["key", "side"]
    assert answer.filters == {"locked": 1}


def test_an_unmet_soft_preparation_lowers_but_does_not_forbid() -> None:
    from tests.recommender.worlds import after_skill

    index = index_of({offer("a", preparation=after_skill("python")): teaches("sql"), offer("b"): teaches("sql")})
    assert ids(recommend(index, ask(GOAL)).items) == ["b", "a"]


def test_quick_steps_go_before_long_ones_that_close_little_more() -> None:
    index = index_of(
        {
            offer("long", workload_hours=180.0): teaches("sql", "statistics"),
            offer("quick", workload_hours=16.0): teaches("sql"),
        }
    )
    assert ids(recommend(index, ask(GOAL)).items)[0] == "quick"


def test_the_profile_limits_what_the_call_does_not() -> None:
    index = index_of({offer("a", languages=("de",)): teaches("sql"), offer("b", languages=("en",)): teaches("sql")})
    germans = learner(profile=Profile(languages=("de",)))
    assert ids(recommend(index, ask(GOAL, germans)).items) == ["a"]
    assert ids(recommend(index, ask(GOAL, germans, languages=frozenset({"en"}))).items) == ["b"]


def test_nothing_eligible_is_an_empty_answer_that_says_why() -> None:
    answer = recommend(index_of({offer("a"): teaches("sql")}), ask(GOAL, learner(held=["a"])))
    assert (answer.items, answer.candidates, answer.scores) == ((), (), ())
    assert (answer.filters, answer.degraded, answer.propensity) == ({"held": 1}, True, 1.0)
    assert answer.features.shape == (0, len(FEATURES))


def test_an_empty_catalogue_is_answered() -> None:
    answer = recommend(index_of({}), ask(GOAL, vector=[1.0]))
    assert (answer.items, answer.degraded, answer.filters) == ((), True, {})


def test_without_any_goal_the_popular_ones_that_fit_are_offered_as_a_fallback() -> None:
    index = index_of({offer("a", learner_count=10): (), offer("b", learner_count=10_000): ()})
    answer = recommend(index, ask(goal_of(text="")))
    assert (ids(answer.items), answer.degraded) == (["b", "a"], True)


def test_an_answer_of_which_nothing_leads_to_the_goal_is_called_a_fallback() -> None:
    beside = index_of({offer("a"): teaches("cooking")}, vectors={"a": [1.0]})
    answer = recommend(beside, ask(GOAL, vector=[1.0]))
    assert (ids(answer.items), answer.degraded) == (["a"], True)
    leading = index_of({offer("key"): (), offer("end", prerequisites=needs("key")): teaches("sql")})
    assert not recommend(leading, ask(GOAL)).degraded


@pytest.mark.parametrize(("likeness", "is_fallback"), [(0.1, True), (0.9, False)])
def test_words_that_nothing_reads_like_are_answered_with_a_fallback(likeness: float, is_fallback: bool) -> None:
    near = [likeness, (1.0 - likeness**2) ** 0.5]
    answer = recommend(
        index_of({offer("a"): ()}, vectors={"a": near}), ask(goal_of(text="juggling"), vector=[1.0, 0.0])
    )
    assert (ids(answer.items), answer.degraded) == (["a"], is_fallback)


def test_a_goal_that_is_met_already_still_gets_an_answer() -> None:
    index = index_of({offer("a"): teaches("sql")}, vectors={"a": [1.0]})
    answer = recommend(index, ask(goal_of("sql"), learner(sql=0.9), vector=[1.0]))
    assert ids(answer.items) == ["a"]
    assert answer.items[0].reasons[0].kind == "goal_text"
    assert not answer.degraded


def test_the_answer_replays_from_what_it_returns() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("b"): teaches("excel")}, vectors={"a": [1.0]})
    answer = recommend(index, ask(GOAL, learner(sql=0.2), vector=[1.0]))
    assert answer.feature_names == FEATURES
    np.testing.assert_allclose(RulesRanker().score(answer.features), answer.scores)
    assert answer.candidates == ("a", "b")
    assert {item.credential_id: item.score for item in answer.items} == dict(
        zip(answer.candidates, answer.scores, strict=True)
    )


def test_exploration_touches_the_first_place_only_and_says_its_chance() -> None:
    index = index_of({offer(f"c{n}"): teaches("sql", strength=1 - n / 50) for n in range(5)})
    greedy = recommend(index, ask(GOAL))
    policy = Policy("epsilon-greedy", 0.5)
    answers = [recommend(index, ask(GOAL, policy=policy, seed=seed)) for seed in range(60)]
    assert {answer.items[0].credential_id for answer in answers} == {f"c{n}" for n in range(5)}
    for answer in answers:
        first = answer.items[0].credential_id
        assert answer.propensity == pytest.approx(0.6 if first == "c0" else 0.1)
        assert sorted(ids(answer.items)) == sorted(ids(greedy.items))
        assert (answer.candidates, answer.scores) == (greedy.candidates, greedy.scores)


def test_an_item_carries_what_a_page_shows() -> None:
    index = index_of({offer("a", cost=Money(49, "USD"), workload_hours=16.0, eqf_level=5): teaches("sql")})
    (item,) = recommend(index, ask(GOAL)).items
    assert (item.rank, item.workload_hours, item.cost) == (1, 16.0, Money(49, "USD"))
    assert item.gap_closed == pytest.approx(0.25 * 0.75)
    assert item.eu_complete == 5  # title, workload, level, assessment, quality assurance
    assert item.completion_probability is None


def test_what_the_logs_say_follows_breaks_a_tie() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("b"): teaches("sql")})
    request = ask(GOAL)
    logs = replace(request, co_completion=np.array([0.0, 0.9], dtype=np.float32))
    assert ids(recommend(index, request).items) == ["a", "b"]
    assert ids(recommend(index, logs).items) == ["b", "a"]


def test_another_ranker_decides_the_order() -> None:
    class Longest:
        name = "longest"

        def score(self, features: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
            return features[:, FEATURES.index("hours")].astype(np.float64)

        def contributions(self, features: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
            return features.astype(np.float64) * (np.array(FEATURES) == "hours")

    index = index_of({offer("a", workload_hours=5.0): teaches("sql"), offer("b", workload_hours=9.0): teaches("sql")})
    assert ids(recommend(index, ask(GOAL), Learned(Longest())).items) == ["b", "a"]


def test_the_next_step_of_a_path_comes_first_and_the_log_says_so() -> None:
    index = index_of({offer(name): teaches(skill) for name, skill in (("a", "excel"), ("b", "python"), ("c", "sql"))})
    alone = recommend(index, ask(GOAL))
    other = next(i for i in ids(alone.items) if i != alone.items[0].credential_id)
    planned = recommend(index, replace(ask(GOAL), planned=other))
    assert ids(planned.items)[0] == other
    assert (alone.policy, planned.policy, planned.propensity) == ("greedy", "path/greedy", 1.0)
    assert set(ids(planned.items)) == set(ids(alone.items))


def test_a_path_that_names_what_is_held_or_unknown_has_no_say() -> None:
    index = index_of({offer("a"): teaches("excel"), offer("b"): teaches("python")})
    asked = ask(GOAL, learner(held=["a"]))
    for planned in ("a", "gone"):
        found = recommend(index, replace(asked, planned=planned))
        assert (ids(found.items), found.policy) == (ids(recommend(index, asked).items), "greedy")
