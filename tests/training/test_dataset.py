from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.learner import Award
from credpath.domain.outcomes import OUTCOME_KINDS, Impression, Outcome
from credpath.domain.rewards import LABEL, MATURITY, REWARD, WINDOW
from credpath.errors import Conflict
from credpath.store.awards import add_award
from credpath.store.impressions import save_impression
from credpath.store.learners import ensure_learners
from credpath.store.outcomes import save_outcomes
from credpath.store.session import Database
from training.dataset import Decisions, Selection, load_candidates, load_decisions, read_decisions

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OLD = NOW - MATURITY - timedelta(days=10)
DAY = timedelta(days=1)
NAMES = ("gap", "hours")


def shown(
    impression_id: str = "i1",
    at: datetime = OLD,
    slate: Sequence[str] = ("c2", "c1"),
    learner_id: str = "ada",
    **changes: Any,
) -> Impression:
    """Candidates c1 to c4 in order of id; the features of row r are (r, r + 0.5)."""
    candidates = ("c1", "c2", "c3", "c4")
    features = np.array([[row, row + 0.5] for row in range(4)], "<f4").tobytes()
    impression = Impression(
        impression_id, at, learner_id, "", "job", candidates, (0.4, 0.3, 0.2, 0.1), NAMES, features, tuple(slate),
        "greedy", 1.0, 7, "b1", "v1",
    )  # fmt: skip
    return replace(impression, **changes)


def happened(kind: Any, credential_id: str = "c1", at: datetime = OLD + DAY, impression_id: str = "i1") -> Outcome:
    return Outcome(f"{kind}-{credential_id}-{at}-{impression_id}", "ada", credential_id, kind, at, None, impression_id)


def read(impressions: Sequence[Impression], outcomes: Sequence[Outcome] = (), **options: Any) -> Decisions:
    return read_decisions(impressions, outcomes, now=NOW, names=NAMES, **options)


def test_a_slate_becomes_rows_in_the_order_in_which_it_was_shown() -> None:
    found = read([shown()], [happened("completed")])
    assert [found.ids[c] for c in found.credentials] == ["c2", "c1"]
    assert found.features.tolist() == [[1.0, 1.5], [0.0, 0.5]]
    assert found.position.tolist() == [1, 2]
    assert found.reward.tolist() == pytest.approx([0.0, REWARD["completed"]])
    assert found.label.tolist() == [0, LABEL["completed"]]
    assert [OUTCOME_KINDS[kind] if kind >= 0 else "" for kind in found.kind] == ["", "completed"]
    assert (list(found.learners), list(found.occupations), list(found.policy)) == (["ada"], ["job"], ["greedy"])


def test_what_is_not_mature_is_censored_and_counted_and_never_a_negative() -> None:
    young = shown("i2", NOW - MATURITY + timedelta(seconds=1))
    found = read([shown(), young], [happened("clicked", at=young.shown_at + DAY, impression_id="i2")])
    assert found.impression_ids == ("i1",)
    assert (found.counts["censored"], found.counts["mature"], found.counts["answered"]) == (1, 1, 0)


def test_a_slate_that_was_dismissed_whole_is_decided_at_once_and_says_so() -> None:
    young = shown("i2", NOW - 2 * DAY)
    half = [happened("dismissed", "c1", NOW - DAY, "i2")]
    assert read([young], half).counts["censored"] == 1
    found = read([young], [*half, happened("dismissed", "c2", NOW - DAY, "i2")])
    assert (found.reward.tolist(), found.waited.tolist()) == ([0.0, 0.0], [False])
    assert (found.counts["dismissed_early"], found.counts["censored"]) == (1, 0)


@pytest.mark.parametrize("kind", ["completed", "awarded"])
def test_what_was_finished_and_not_passed_is_worth_what_a_drop_out_is(kind: Any) -> None:
    failed = replace(happened(kind, at=OLD + 3 * DAY), score=0.2)
    found = read([shown()], [happened("enrolled"), failed])
    assert found.reward.tolist() == pytest.approx([0.0, REWARD["dropped"]])
    assert OUTCOME_KINDS[found.kind[1]] == "dropped"
    passed = replace(happened(kind, at=OLD + 9 * DAY), score=0.8)
    assert read([shown()], [passed, failed]).reward.tolist() == pytest.approx([0.0, REWARD[kind]])


def test_an_empty_slate_is_no_decision() -> None:
    assert read([shown(slate=())]).counts["empty"] == 1


@pytest.mark.parametrize("kind", OUTCOME_KINDS)
def test_an_outcome_counts_until_the_window_of_its_kind_closes(kind: Any) -> None:
    last = OLD + WINDOW[kind]
    assert read([shown()], [happened(kind, at=last)]).counts["outcomes_named"] == 1
    late = read([shown()], [happened(kind, at=last + timedelta(microseconds=1))])
    assert (late.counts["outcomes_outside_window"], late.label.max()) == (1, 0)


def test_a_clock_may_be_a_little_behind_but_not_a_day() -> None:
    assert read([shown()], [happened("clicked", at=OLD - timedelta(minutes=4))]).counts["outcomes_named"] == 1
    assert read([shown()], [happened("clicked", at=OLD - DAY)]).counts["outcomes_outside_window"] == 1


def test_an_outcome_that_stands_alone_answers_the_latest_impression_that_showed_the_credential() -> None:
    log = [shown("i1", OLD), shown("i2", OLD + DAY), shown("i3", OLD + 2 * DAY, slate=("c3",))]
    found = read(log, [happened("enrolled", at=OLD + 3 * DAY, impression_id="")])
    assert found.reward.tolist() == pytest.approx([0.0, 0.0, 0.0, REWARD["enrolled"], 0.0])
    assert found.counts["outcomes_standing_alone"] == 1
    before = read(log, [happened("enrolled", at=OLD - DAY, impression_id="")])
    after = read(log, [happened("enrolled", at=OLD + WINDOW["enrolled"] + 2 * DAY, impression_id="")])
    assert before.counts["outcomes_no_impression"] == after.counts["outcomes_no_impression"] == 1


def test_an_impression_that_is_not_known_is_answered_by_nobody_and_kept_in_the_count() -> None:
    found = read([shown()], [happened("completed", impression_id="elsewhere")])
    assert (found.counts["outcomes_unknown_impression"], found.label.max()) == (1, 0)


def test_nobody_answers_what_somebody_else_was_shown() -> None:
    other = replace(happened("completed"), learner_id="bob")
    assert read([shown()], [other]).counts["outcomes_other_learner"] == 1
    assert read([shown(learner_id="")], [other]).counts["outcomes_named"] == 1, "shown to somebody not stored"


def test_what_was_not_on_the_slate_was_not_shown() -> None:
    assert read([shown()], [happened("completed", "c4")]).counts["outcomes_not_on_slate"] == 1


def test_an_order_is_no_time() -> None:
    ordinal = replace(
        happened("completed", impression_id=""), ordinal=True, occurred_at=datetime(1970, 1, 1, tzinfo=UTC)
    )
    found = read([shown()], [ordinal])
    assert (found.counts["outcomes_untimed"], found.label.max()) == (1, 0)
    assert [found.ids[c] for c in found.history] == ["c1"], "it came before everything that has a time"


def test_a_number_beyond_today_is_no_date_ahead_and_comes_before_every_date() -> None:
    numbered = replace(
        happened("completed", impression_id=""), ordinal=True, occurred_at=datetime.fromtimestamp(202610181934, UTC)
    )
    found = read([shown()], [numbered, happened("enrolled", "c3", OLD - DAY, "")])
    assert (found.counts["outcomes_untimed"], found.counts["outcomes_future"]) == (1, 0)
    assert [found.ids[c] for c in found.history] == ["c1", "c3"]


def test_a_history_is_what_was_taken_up_before_oldest_first() -> None:
    outcomes = [
        happened("completed", "c4", OLD - DAY, ""), happened("enrolled", "c4", OLD - 9 * DAY, ""),
        happened("started", "c3", OLD - 2 * DAY, ""), happened("clicked", "c2", OLD - 3 * DAY, ""),
        happened("enrolled", "c1", OLD, ""),
    ]  # fmt: skip
    found = read([shown(), shown("i2", OLD + DAY)], outcomes, awards=[Award("ada", "c0", OLD - 5 * DAY)])
    first, second = (found.history[a:b] for a, b in zip(found.history_starts, found.history_starts[1:], strict=False))
    assert [found.ids[c] for c in first] == ["c4", "c0", "c3"]
    assert [found.ids[c] for c in second] == ["c4", "c0", "c3", "c1"], "not what happened at the very moment"


def test_who_is_not_stored_has_the_history_that_was_sent_along() -> None:
    found = read([shown(learner_id="", history=("c9", "c1")), shown("i2", history=("c9",))])
    assert [found.ids[c] for c in found.history] == ["c9", "c1"]
    assert found.history_starts.tolist() == [0, 2, 2]


def test_what_lies_after_now_is_not_known_yet() -> None:
    found = read([shown(), shown("i2", NOW + DAY)], [happened("completed", at=NOW + DAY)])
    assert (found.counts["impressions"], found.counts["outcomes_future"]) == (1, 1)


def test_columns_of_another_version_are_found_by_name_and_counted() -> None:
    earlier = shown(feature_names=("hours", "gone"))
    found = read([earlier])
    assert found.features.tolist() == [[0.0, 1.0], [0.0, 0.0]]
    assert found.counts["other_features"] == 1


def test_a_log_with_more_columns_than_are_wanted_lacks_none() -> None:
    more = shown(feature_names=("hours", "gap"))
    found = read_decisions([more], [], now=NOW, names=("gap",))
    assert found.features.tolist() == [[1.5], [0.5]]
    assert found.counts["other_features"] == 0


def test_one_id_with_two_contents_is_refused() -> None:
    with pytest.raises(Conflict, match="'i1'"):
        read([shown(), shown(policy="other")])


def test_only_what_moves_a_ranker_can_be_asked_for() -> None:
    log = [shown("i1"), shown("i2", OLD + DAY), shown("i3", OLD + 2 * DAY)]
    outcomes = [happened("completed", at=OLD + 2 * DAY, impression_id="i2")]
    found = read(log, outcomes, selection=Selection(informative=True))
    assert found.impression_ids == ("i2",)
    assert (found.counts["not_selected"], found.counts["mature"]) == (2, 3)
    assert found.features.tolist() == [[1.0, 1.5], [0.0, 0.5]]


def test_a_sample_depends_on_ids_alone() -> None:
    log = [shown(f"i{number:03d}", OLD + number * timedelta(seconds=1)) for number in range(100)]
    chosen = read(log, selection=Selection(at_most=10)).impression_ids
    assert len(chosen) == 10
    assert set(read(log[::2], selection=Selection(at_most=10)).impression_ids) >= set(chosen) & {
        i.impression_id for i in log[::2]
    }


def test_a_span_of_time_is_a_view_and_any_choice_is_consistent() -> None:
    log = [shown(f"i{n}", OLD + n * DAY, slate=("c1", "c2", "c3")[: n % 3 + 1]) for n in range(6)]
    found = read(log, [happened("completed", "c1", OLD + 4 * DAY, "i3"), happened("started", "c4", OLD - DAY, "")])
    middle = found.between((OLD + 2 * DAY).timestamp(), (OLD + 5 * DAY).timestamp())
    assert middle.impression_ids == ("i2", "i3", "i4")
    assert np.shares_memory(middle.features, found.features)
    odd = found.take(np.array([1, 3, 5]))
    for row, original in enumerate([1, 3, 5]):
        ours, theirs = slice(*odd.starts[row : row + 2]), slice(*found.starts[original : original + 2])
        assert odd.reward[ours].tolist() == found.reward[theirs].tolist()
        assert odd.credentials[ours].tolist() == found.credentials[theirs].tolist()
    assert found.take(np.ones(6, dtype=bool)).digest() == found.digest()


LOG = st.lists(
    st.builds(
        lambda number, learner, hours, slate: shown(
            f"i{number}", OLD + timedelta(hours=hours), slate, learner, history=("c3",) if not learner else ()
        ),
        st.integers(0, 20),
        st.sampled_from(["ada", "bob", ""]),
        st.integers(0, 4_000),
        st.lists(st.sampled_from(["c1", "c2", "c3", "c4"]), max_size=4, unique=True),
    ),
    max_size=12,
    unique_by=lambda impression: impression.impression_id,
)
EVENTS = st.lists(
    st.builds(
        lambda number, learner, credential, kind, hours, score, answered: Outcome(
            f"o{number}", learner, credential, kind, OLD + timedelta(hours=hours), score, answered
        ),
        st.integers(0, 60),
        st.sampled_from(["ada", "bob"]),
        st.sampled_from(["c1", "c2", "c3", "c4", "c5"]),
        st.sampled_from(OUTCOME_KINDS),
        st.integers(-500, 5_000),
        st.sampled_from([None, 0.2, 0.9]),
        st.sampled_from(["", "", "i1", "i2", "i3", "i99"]),
    ),
    max_size=30,
    unique_by=lambda outcome: outcome.outcome_id,
)


@settings(max_examples=60, deadline=None)
@given(LOG, EVENTS, st.randoms(use_true_random=False))
def test_late_duplicated_and_disordered_arrivals_give_the_same_bytes(
    impressions: list[Impression], outcomes: list[Outcome], dice: Any
) -> None:
    expected = read(impressions, outcomes)
    again, doubled = list(impressions), outcomes + [replace(o) for o in outcomes[::2]]
    dice.shuffle(again)
    dice.shuffle(doubled)
    found = read([*again, *again[:3]], doubled)
    assert found.digest() == expected.digest()
    assert found.features.tobytes() == expected.features.tobytes()
    assert found.counts == expected.counts


@settings(max_examples=60, deadline=None)
@given(LOG, EVENTS)
def test_every_impression_and_outcome_is_accounted_for(impressions: list[Impression], outcomes: list[Outcome]) -> None:
    found = read(impressions, outcomes)
    counts = found.counts
    assert counts["impressions"] == counts["empty"] + counts["censored"] + len(found)
    assert counts["outcomes"] == sum(n for what, n in counts.items() if what.startswith("outcomes_"))
    assert len(found.reward) == found.starts[-1] == len(found.features)
    assert (found.reward[found.kind < 0] == 0).all()


def test_the_database_gives_the_same_matrix_as_the_objects_however_they_arrived(database: Database) -> None:
    log = [shown(f"i{n}", OLD + n * DAY, learner_id=("ada", "bob", "")[n % 3]) for n in range(9)]
    outcomes = [
        replace(happened(kind, credential, OLD + 9 * DAY, impression), outcome_id=f"o{n}", learner_id=learner)
        for n, (kind, credential, impression, learner) in enumerate(
            [("completed", "c1", "i0", "ada"), ("clicked", "c2", "", "bob"), ("dismissed", "c2", "i2", "ada"),
             ("enrolled", "c1", "", "ada"), ("started", "c3", "i8", "bob")]
        )
    ]  # fmt: skip
    outcomes.append(replace(happened("completed", "c2", OLD + 9 * DAY, "i3"), outcome_id="failed", score=0.1))
    award = Award("ada", "c4", OLD - DAY)
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada", "bob"], NOW)
        ensure_learners(connection, "globex", ["ada", "bob"], NOW)
        save_outcomes(connection, "acme", outcomes[::-1])
        add_award(connection, "acme", award)
        for impression in reversed(log):
            save_impression(connection, "acme", impression)
        save_outcomes(connection, "acme", outcomes)
        save_impression(connection, "globex", shown("i0", policy="theirs"))
        save_outcomes(connection, "globex", [replace(happened("awarded", "c2", OLD + DAY, "i0"), outcome_id="theirs")])
    found = load_decisions(database, "acme", NOW, NAMES)
    assert found.digest() == read(log, outcomes, awards=[award]).digest()
    assert load_decisions(database, "globex", NOW, NAMES).policy.tolist() == ["theirs"]


def test_all_candidates_of_some_decisions_can_be_had(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        for number in range(3):
            save_impression(connection, "acme", shown(f"i{number}"))
    second, gone, first = load_candidates(database, "acme", ["i1", "i7", "i0"], ("hours",))
    assert first.candidates == second.candidates == ("c1", "c2", "c3", "c4")
    assert second.features.tolist() == [[0.5], [1.5], [2.5], [3.5]]
    assert second.scores.tolist() == [0.4, 0.3, 0.2, 0.1]
    assert (gone.candidates, gone.features.shape) == ((), (0, 1))
    assert load_candidates(database, "globex", ["i1"])[0].candidates == ()
