from __future__ import annotations

from datetime import timedelta

from credpath.recommender.learned import Learned
from tests.training.ladders import LADDERS, START, climbers, happened, rung, stage
from tests.training.test_evaluate import ByColumn
from training.as_of import take_up_counts
from training.cold_start import (
    cold_start,
    draw_learners,
    first_steps,
    hide_credentials,
    of_unseen,
    unseen_before,
    without_credentials,
)
from training.evaluate import METRIC, Contest
from training.pasts import TakeUpChoice, choose_take_ups, gather_pasts, take_ups

CUT = START + timedelta(days=110)


def contest_of(grounds, everyone) -> Contest:
    counts = take_up_counts(everyone, grounds.catalogue.index.position, CUT)
    return Contest(Learned(ByColumn("gap_closed")), None, None, counts)


def test_newcomers_with_a_goal_are_served_by_the_goal_and_not_by_the_crowd() -> None:
    grounds, everyone = stage([f"ladder {at}" for at in range(LADDERS)]), climbers(80)
    found = cold_start(grounds, everyone, contest_of(grounds, everyone), CUT, learners=30)
    figures = found.learners.systems
    assert found.learners.learners == 30
    assert figures["challenger"].metrics[METRIC].value > figures["popularity"].metrics[METRIC].value
    assert found.as_dict()["learners"]["steps"] == 30


def test_too_few_cases_give_a_sentence_instead_of_figures() -> None:
    grounds, everyone = stage([f"ladder {at}" for at in range(LADDERS)]), climbers(5)
    found = cold_start(grounds, everyone, contest_of(grounds, everyone), CUT)
    assert (found.learners, found.credentials) == (None, None)
    assert "fewer than 20 take-ups since 2026-04-21 concern learners without a history" in found.why


def test_only_first_steps_of_people_with_a_goal_are_theirs() -> None:
    chosen = choose_take_ups(climbers(10), TakeUpChoice(earlier=0, latest=99))
    assert [t.earlier for t in first_steps(chosen)] == [0] * 10
    assert first_steps(choose_take_ups(climbers(10, goal=False), TakeUpChoice(earlier=0, latest=99))) == ()


def test_unseen_credentials_are_looked_at_alone() -> None:
    grounds = stage()
    events = [happened("a", rung(0, 0), "enrolled", 5)]
    events += [happened("b", rung(0, at), "enrolled", 200) for at in range(3)]
    everyone = gather_pasts([], events)
    unseen = unseen_before(grounds, contest_of(grounds, everyone))
    assert rung(0, 0) not in unseen
    assert rung(0, 1) in unseen
    [found] = of_unseen([t for past in everyone for t in take_ups(past)], unseen)
    assert found.credentials == (rung(0, 1), rung(0, 2))
    assert len(found.rewards) == len(found.grades) == 2


def test_learners_are_drawn_with_all_their_take_ups() -> None:
    chosen = choose_take_ups(climbers(20), TakeUpChoice(latest=3))
    drawn = draw_learners(chosen, 4, seed=1)
    assert len({t.past.learner_id for t in drawn}) == 4
    names = {t.past.learner_id for t in drawn}
    assert drawn == tuple(t for t in chosen if t.past.learner_id in names)
    assert draw_learners(chosen, 4, seed=1) == drawn != draw_learners(chosen, 4, seed=2)


def test_hidden_credentials_leave_no_trace_in_what_is_fitted() -> None:
    everyone = climbers(40)
    position = stage().catalogue.index.position
    hidden = hide_credentials(everyone, position, 0.25, seed=0)
    taken = {o.credential_id for past in everyone for o in past.outcomes}
    assert len(hidden) == round(0.25 * len(taken))
    left = {o.credential_id for past in without_credentials(everyone, hidden) for o in past.outcomes}
    assert left == taken - hidden
    assert hide_credentials(everyone[::-1], position, 0.25, seed=0) == hidden
