from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.kept_mastery import keep
from credpath.domain.learner import Award, Learner, Profile
from credpath.domain.mastery import Evidence
from credpath.domain.outcomes import OUTCOME_KINDS, Outcome
from tests.training.ladders import START, climbers, happened
from training.pasts import Past, TakeUpChoice, choose_take_ups, gather_pasts, happened_by, take_ups


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def past(*outcomes: Outcome, awards: tuple[Award, ...] = ()) -> Past:
    return gather_pasts([Learner("l", Profile(goal="ladder 1"))], outcomes, awards)[0]


def test_the_state_before_a_moment_knows_nothing_of_it_or_of_what_came_after() -> None:
    events = [
        happened("l", "a", "enrolled", 1),
        happened("l", "a", "completed", 5),
        happened("l", "b", "enrolled", 7),
        happened("l", "c", "dismissed", 7.5),
        happened("l", "b", "completed", 9),
    ]
    evidence = [("l", Evidence(f"e{at}", "urn:skill", "assessment", 1.0, day(at))) for at in (2, 8)]
    whole = gather_pasts([], events, [Award("l", "old", day(0))], evidence)[0]
    state = whole.before(day(7))
    assert (state.held, state.in_progress, state.dismissed) == ({"a", "old"}, set(), set())
    assert state.history == ("old", "a")
    assert [piece.evidence_id for piece in state.kept.recent["urn:skill"]] == ["e2"]
    assert (state.kept, state.awards) == (keep([evidence[0][1]]), (Award("l", "old", day(0)),))
    assert state.outcomes == tuple(events[:2])
    later = whole.before(day(8.5))
    assert (later.in_progress, later.dismissed, later.history) == ({"b"}, {"c"}, ("old", "a", "b"))


def test_what_is_dated_ahead_is_left_out_and_counted_and_numbers_are_no_dates() -> None:
    numbered = replace(happened("l", "n", "enrolled", 10_000), ordinal=True)
    events = [happened("l", "a", "enrolled", 1), happened("l", "b", "enrolled", 9_000), numbered]
    pasts = gather_pasts([], events, [Award("l", "old", day(0)), Award("m", "new", day(8_000))])
    kept, ahead = happened_by(pasts, day(2))
    assert ahead == 2
    assert [o.credential_id for o in kept[0].outcomes] == ["n", "a"]
    assert [len(past.awards) for past in kept] == [1, 0]
    assert happened_by(kept, day(2)) == (kept, 0)


def test_a_number_that_only_orders_comes_before_every_date_however_large() -> None:
    numbers = [202610181934, 202610181935, 5]
    counted = [
        replace(happened("l", str(n), "enrolled", 0), occurred_at=datetime.fromtimestamp(n, UTC), ordinal=True)
        for n in numbers
    ]
    found = take_ups(past(*counted, happened("l", "a", "enrolled", 1)))
    assert [t.credentials for t in found] == [("5",), ("202610181934",), ("202610181935",), ("a",)]
    assert [t.ordinal for t in found] == [True, True, True, False]


def test_each_credential_is_taken_up_once_and_equal_times_make_one_moment() -> None:
    found = take_ups(
        past(
            happened("l", "b", "enrolled", 3),
            happened("l", "a", "started", 3),
            happened("l", "a", "completed", 6),
            happened("l", "c", "clicked", 4),
            happened("l", "d", "enrolled", 8),
            happened("l", "d", "dropped", 9),
        )
    )
    assert [(t.at, t.credentials, t.earlier) for t in found] == [(day(3), ("a", "b"), 0), (day(8), ("d",), 2)]
    assert [t.grades for t in found] == [(4, 2), (1,)]
    assert found[0].rewards[0] > found[0].rewards[1] > found[1].rewards[0]


def test_an_award_that_no_outcome_tells_of_is_a_take_up_too() -> None:
    [found] = take_ups(past(awards=(Award("l", "a", day(2)),)))
    assert (found.credentials, found.grades) == (("a",), (4,))


def test_a_moment_that_only_orders_says_so() -> None:
    counted = replace(happened("l", "a", "enrolled", 0), occurred_at=datetime.fromtimestamp(5, UTC), ordinal=True)
    found = take_ups(past(counted, happened("l", "b", "enrolled", 3)))
    assert [t.ordinal for t in found] == [True, False]


def test_what_became_of_a_take_up_after_the_range_is_not_looked_at() -> None:
    events = [happened("l", "a", "enrolled", 1), happened("l", "b", "enrolled", 5), happened("l", "b", "completed", 20)]
    [inside] = choose_take_ups([past(*events)], TakeUpChoice(before=day(10)))
    [whole] = choose_take_ups([past(*events)], TakeUpChoice())
    assert (inside.grades, whole.grades) == ((2,), (4,))


def test_a_choice_keeps_to_its_range_to_enough_history_and_to_the_last_ones() -> None:
    events = [happened("l", f"c{at}", "enrolled", at) for at in range(8)]
    chosen = choose_take_ups([past(*events)], TakeUpChoice(day(2), day(7), earlier=3, latest=3))
    assert [t.credentials for t in chosen] == [("c4",), ("c5",), ("c6",)]
    assert [t.earlier for t in chosen] == [4, 5, 6]


def test_learners_are_drawn_by_the_seed_whatever_their_order() -> None:
    everyone = climbers(40)
    choice = TakeUpChoice(learners=10, seed=3)
    one = choose_take_ups(everyone, choice)
    assert one == choose_take_ups(everyone[::-1], choice)
    assert len({t.past.learner_id for t in one}) == 10
    assert one != choose_take_ups(everyone, replace(choice, seed=4))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(OUTCOME_KINDS), st.integers(0, 5)), max_size=12),
    st.randoms(),
)
def test_the_order_of_arrival_changes_neither_states_nor_take_ups(events: list, dice: object) -> None:
    outcomes = [
        replace(happened("l", what, kind, when), outcome_id=str(at)) for at, (what, kind, when) in enumerate(events)
    ]
    shuffled = list(outcomes)
    dice.shuffle(shuffled)
    one, other = past(*outcomes), past(*shuffled)
    assert take_ups(one) == take_ups(other)
    for at in np.arange(0, 6, 0.5):
        assert one.before(day(at)) == other.before(day(at))
        assert set(one.before(day(at)).history) == {c for t in take_ups(one) if t.at < day(at) for c in t.credentials}
