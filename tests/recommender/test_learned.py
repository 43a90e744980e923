from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.features import COLUMN, FEATURES, LEARNED_FEATURES, POSITION
from credpath.recommender.learned import CARD, RANKER, Learned, load_learned, save_learned
from credpath.recommender.planning import plan
from credpath.recommender.ranking import RulesRanker
from credpath.recommender.recommend import policy_label, recommend
from credpath.recommender.retrieval import MAX_CANDIDATES, MAX_WITHOUT_LEARNED
from tests.recommender.learned_worlds import follows, ranker_that_likes
from tests.recommender.worlds import ask, goal_of, ids, index_of, learner, offer, teaches
from tests.training.test_outcome_tabulation import ANALYST, tables

GOAL = goal_of("sql", "statistics")
NO_GOAL = goal_of(text="")


def small_world() -> CatalogueIndex:
    return index_of(
        {
            offer("a", title="Spreadsheets"): teaches("excel"),
            offer("b", title="Queries"): teaches("sql"),
            offer("c", title="Numbers"): teaches("statistics"),
            offer("d", title="Poems", learner_count=9_000): teaches("writing"),
        }
    )


def after(*history: str):  # type: ignore[no-untyped-def]
    return replace(learner(held=history), history=history)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("learned")
    save_learned(made, {"tenant": "acme", "verdict": "promote"}, follows({"a": {"c": 0.9, "d": 0.2}}), tables())
    ranker_that_likes(made / RANKER, follow_slist=1.0, next_share=1.0, gap_share=0.5)
    return made


@pytest.fixture(scope="module")
def learned(folder: Path) -> Learned:
    return load_learned(folder)


def test_what_was_saved_is_loaded_whole(learned: Learned) -> None:
    assert learned.card == {"tenant": "acme", "verdict": "promote"}
    assert learned.ranker is not None
    assert learned.co_completion is not None
    assert learned.tables is not None
    assert (learned.completion, learned.reasons, learned.refused) == (None, (), "")


def test_what_follows_the_history_comes_first_and_the_policy_says_who_chose(learned: Learned) -> None:
    request = ask(NO_GOAL, after("a"))
    answer = recommend(small_world(), request, learned)
    assert ids(answer.items)[0] == "c"
    assert (answer.policy, answer.ranker) == ("greedy/lambdarank", "lambdarank")
    assert (answer.degraded, answer.fallback) == (False, "")
    assert recommend(small_world(), request).policy == "greedy"


def test_without_a_learned_part_learned_columns_are_zero_and_with_one_position_still_is(learned: Learned) -> None:
    columns = [COLUMN[name] for name in LEARNED_FEATURES]
    plain = recommend(small_world(), ask(GOAL, after("a")))
    assert not plain.features[:, columns].any()
    with_learned = recommend(small_world(), ask(GOAL, after("a")), learned)
    assert with_learned.features[:, columns].any()
    assert not with_learned.features[:, COLUMN[POSITION]].any()
    assert np.isfinite(with_learned.features).all()
    shared = [plain.candidates.index(c) for c in with_learned.candidates if c in plain.candidates]
    given = [at for at in range(len(FEATURES)) if at not in columns]
    rows = [at for at, c in enumerate(with_learned.candidates) if c in plain.candidates]
    np.testing.assert_array_equal(with_learned.features[rows][:, given], plain.features[shared][:, given])


def test_with_a_goal_what_follows_most_does_not_pass_what_closes_the_gap(learned: Learned) -> None:
    only_poems = replace(learned, co_completion=follows({"a": {"d": 1.0}}))
    items = ids(recommend(small_world(), ask(GOAL, after("a")), only_poems).items)
    assert items.index("d") > max(items.index("b"), items.index("c"))


def test_a_learned_retriever_finds_what_no_other_does(learned: Learned) -> None:
    goal = goal_of("sql")
    assert "c" not in recommend(small_world(), ask(goal, after("a"))).candidates
    assert "c" in recommend(small_world(), ask(goal, after("a")), learned).candidates


def test_the_answer_replays_byte_for_byte(learned: Learned, folder: Path) -> None:
    request = ask(GOAL, after("a"), vector=[1.0])
    first = recommend(small_world(), request, learned)
    again = recommend(small_world(), request, load_learned(folder))
    assert again.features.tobytes() == first.features.tobytes()
    assert again.scores == first.scores
    assert again.items == first.items
    assert learned.ranker is not None
    np.testing.assert_array_equal(learned.ranker.score(first.features), first.scores)


def test_the_models_are_bound_once_a_catalogue(learned: Learned) -> None:
    one, other, third = small_world(), small_world(), small_world()
    assert learned.bind(one) is learned.bind(one)
    bound = learned.bind(one)
    learned.bind(other)
    assert learned.bind(one) is bound
    learned.bind(third)
    learned.bind(other)
    assert learned.bind(one) is not bound


def test_a_path_begins_with_what_is_recommended_next_and_goes_on_from_there(learned: Learned) -> None:
    request = ask(GOAL, after("a"))
    path = plan(small_world(), request, learned)
    assert path.steps[0].credential_id == recommend(small_world(), request, learned).items[0].credential_id
    assert {step.credential_id for step in path.steps} == {"b", "c"}


def test_a_ranker_that_reads_features_of_another_release_leaves_the_rules_with_a_reason(
    folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "learned"
    for part in folder.rglob("*"):
        if part.is_file():
            (copy / part.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (copy / part.relative_to(folder)).write_bytes(part.read_bytes())
    facts = json.loads((copy / RANKER / "forest.json").read_text())
    facts["names"][0] = "of_the_future"
    (copy / RANKER / "forest.json").write_text(json.dumps(facts))
    old = load_learned(copy)
    assert old.ranker is None
    assert "of_the_future" in old.refused
    answer = recommend(small_world(), ask(GOAL, after("a")), old)
    assert (answer.ranker, answer.policy, answer.degraded) == ("rules", "greedy", True)
    assert "of_the_future" in answer.fallback
    assert answer.scores == tuple(RulesRanker().score(answer.features).tolist())
    assert answer.items


class Broken:
    """A ranker whose arithmetic went wrong."""

    name = "broken"

    def score(self, features: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.full(len(features), np.nan)

    def contributions(self, features: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.zeros_like(features)


def test_scores_that_are_no_numbers_leave_the_rules_with_a_reason() -> None:
    answer = recommend(small_world(), ask(GOAL), Learned(Broken()))
    assert (answer.ranker, answer.degraded) == ("rules", True)
    assert "broken" in answer.fallback
    assert ids(answer.items) == ids(recommend(small_world(), ask(GOAL)).items)


def test_learned_parts_without_a_ranker_serve_the_rules_without_being_a_fallback(learned: Learned) -> None:
    answer = recommend(small_world(), ask(GOAL, after("a")), replace(learned, ranker=None))
    assert (answer.ranker, answer.degraded) == ("rules", False)


def test_only_a_card_is_enough(tmp_path: Path) -> None:
    save_learned(tmp_path, {"verdict": "hold"})
    assert [p.name for p in tmp_path.iterdir()] == [CARD]
    empty = load_learned(tmp_path)
    assert (empty.ranker, empty.reasons) == (None, ())
    assert recommend(small_world(), ask(GOAL), empty).items == recommend(small_world(), ask(GOAL)).items


def test_reasons_tell_what_others_did_next_and_finished() -> None:
    counted = Learned(tables=tables())
    goal = replace(goal_of("sql"), occupation_uri=ANALYST)
    (item,) = recommend(small_world(), ask(goal, after("a"), excluded=frozenset({"c", "d"})), counted).items
    said = {reason.kind: reason for reason in item.reasons}
    assert said["follows"].sentence == "20 of 30 learners with this goal who finished Spreadsheets took this next."
    assert said["follows"].amount == item.features["next_share"] == pytest.approx(20 / 30)
    assert said["goal_popular"].sentence == "20 of 30 learners with this goal finished it."
    assert said["goal_popular"].amount == item.features["goal_popularity"]
    assert item.reasons[0].kind == "closes_gap"


def test_few_learners_are_never_spoken_of(learned: Learned) -> None:
    request = ask(NO_GOAL, after("a"))
    few = replace(learned, tables=None, co_completion=follows({"a": {"c": 0.3, "d": 0.01}}))
    said = {item.credential_id: item.reasons[0].sentence for item in recommend(small_world(), request, few).items}
    assert said["c"] == "Learners of Spreadsheets often take this next."
    assert "Spreadsheets" not in said["d"]
    assert not any(letter.isdigit() for letter in said["c"])


def test_more_candidates_are_considered_only_with_learned_retrievers(learned: Learned) -> None:
    offers = {offer(f"x{n:04d}", rating=4.0, rating_count=n): teaches("sql", strength=0.5) for n in range(600)}
    vectors = {f"x{n:04d}": [1.0, n / 600] for n in range(600)}
    index = index_of({offer("a"): teaches("excel"), **offers}, vectors=vectors)
    taken = follows({"a": {f"x{n:04d}": 1 - n / 600 for n in range(0, 600, 2)}})
    request = ask(GOAL, after("a"), vector=[0.0, 1.0])
    assert len(recommend(index, request).candidates) <= MAX_WITHOUT_LEARNED
    many = recommend(index, request, replace(learned, co_completion=taken)).candidates
    assert MAX_WITHOUT_LEARNED < len(many) <= MAX_CANDIDATES


def test_without_goal_and_history_what_learners_with_the_goal_finish_leads_the_fallback() -> None:
    index = small_world()
    goal = replace(goal_of(text="analyst"), occupation_uri=ANALYST)
    assert ids(recommend(index, ask(goal)).items)[0] == "d"
    with_tables = recommend(index, ask(goal), Learned(tables=tables()))
    assert with_tables.degraded
    assert set(with_tables.candidates) == {"a", "b", "c", "d"}


def test_a_label_names_the_ranker_unless_it_is_the_rules() -> None:
    assert policy_label(ask(GOAL).policy, "rules") == "greedy"
    assert policy_label(ask(GOAL).policy, "lambdarank") == "greedy/lambdarank"
