"""Awards recorded and taken back, on the sample installation."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from credpath.domain.learner import Award, Learner, Profile
from credpath.domain.outcomes import Outcome
from credpath.errors import NotFound
from credpath.service.awards import add_award, withdraw_award
from credpath.service.context import Context
from credpath.service.learners import export_learner, put_learner
from credpath.service.mastery import read_learner
from credpath.service.outcomes import record_outcomes
from credpath.service.own_page import hold, standing

TENANT, ADA = "default", "ada"
DAYS = tuple(datetime(year, 10, 1, 12, tzinfo=UTC) for year in (2020, 2023, 2025))


@pytest.fixture
def ada(sample: Context) -> Context:
    put_learner(sample, TENANT, Learner(ADA, Profile(goal="data analyst")))
    return sample


def award(at: datetime, who: str = ADA, **facts: str) -> Award:
    return Award(who, "dp-sql", at, **facts)


def estimates(context: Context, who: str = ADA) -> dict[str, float]:
    return {uri: one.probability for uri, one in read_learner(context, TENANT, who).mastery.items()}


def test_the_latest_award_counts_in_whatever_order_they_arrive(ada: Context) -> None:
    add_award(ada, TENANT, award(DAYS[-1]))
    latest = estimates(ada)
    for number, order in enumerate(itertools.permutations(DAYS)):
        who = f"who-{number}"
        put_learner(ada, TENANT, Learner(who, Profile()))
        for at in order:
            for change in add_award(ada, TENANT, award(at, who)):
                assert change.after >= change.before
        assert estimates(ada, who) == latest


def test_the_same_award_again_changes_nothing(ada: Context) -> None:
    assert add_award(ada, TENANT, award(DAYS[0]))
    assert add_award(ada, TENANT, award(DAYS[0])) == ()
    assert len(export_learner(ada, TENANT, ADA)["awards"]) == 1


def test_an_award_that_is_taken_back_leaves_everything_as_if_it_had_never_been(ada: Context) -> None:
    nothing = estimates(ada)
    add_award(ada, TENANT, award(DAYS[0], award_id="first"))
    first = estimates(ada)
    add_award(ada, TENANT, award(DAYS[1]))
    add_award(ada, TENANT, award(DAYS[2], award_id="third"))
    done = withdraw_award(ada, TENANT, ADA, "dp-sql", "third")
    assert (done.voided, len(done.changes) > 0) == (1, True)
    assert 'the award "SQL for developers and analysts" no longer counts, which lowers' in done.changes[0].sentence
    assert withdraw_award(ada, TENANT, ADA, "dp-sql", "third").voided == 0
    derived = award(DAYS[1]).identified.award_id
    assert withdraw_award(ada, TENANT, ADA, "dp-sql", derived).voided == 1
    assert estimates(ada) == first
    assert withdraw_award(ada, TENANT, ADA, "dp-sql").voided == 1
    assert estimates(ada) == nothing
    again = withdraw_award(ada, TENANT, ADA, "dp-sql")
    assert (again.voided, again.changes) == (0, ())


def test_what_the_learner_said_of_it_on_their_page_goes_with_it_and_what_others_sent_stays(ada: Context) -> None:
    hold(ada, TENANT, award(DAYS[0]), "once")
    assert [taken.credential_id for taken in standing(ada, TENANT, ADA).held] == ["dp-sql"]
    withdraw_award(ada, TENANT, ADA, "dp-sql")
    assert standing(ada, TENANT, ADA).held == ()
    record_outcomes(ada, TENANT, [Outcome("o1", ADA, "dp-sql", "awarded", DAYS[0])])
    add_award(ada, TENANT, award(DAYS[0]))
    withdraw_award(ada, TENANT, ADA, "dp-sql")
    assert [taken.credential_id for taken in standing(ada, TENANT, ADA).held] == ["dp-sql"]


def test_awards_of_nobody_cannot_be_taken_back(ada: Context) -> None:
    with pytest.raises(NotFound, match="learner"):
        withdraw_award(ada, TENANT, "nobody", "dp-sql")
