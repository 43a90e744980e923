from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from credpath.domain.outcomes import Outcome
from credpath.recommender.features import COLUMN, FEATURES
from credpath.recommender.learned import Learned
from tests.training.graded_rows import graded_table
from tests.training.ladders import LADDERS, START, climbers, happened, rung, stage
from training.item_models import fit_co_completion
from training.pasts import Past, TakeUpChoice, choose_take_ups, gather_pasts, take_ups
from training.ranker import RankerTable
from training.sequences import sequences_of
from training.steps import Retrieval, Stage, StepRows, consider_at, join_tables, leading, moment_of, replay_steps

CUT = START + timedelta(days=110)


@pytest.fixture(scope="module")
def grounds() -> Stage:
    return stage([f"ladder {at}" for at in range(LADDERS)])


@pytest.fixture(scope="module")
def everyone() -> tuple[Past, ...]:
    return climbers(60)


@pytest.fixture(scope="module")
def learned(everyone: tuple[Past, ...]) -> Learned:
    early: list[Outcome] = [o for past in everyone for o in past.outcomes if o.occurred_at < CUT]
    return Learned(co_completion=fit_co_completion(sequences_of(early)))


@pytest.fixture(scope="module")
def rows(grounds: Stage, everyone: tuple[Past, ...], learned: Learned) -> StepRows:
    return replay_steps(grounds, choose_take_ups(everyone, TakeUpChoice(since=CUT)), learned)


def test_each_group_has_exactly_one_right_answer_and_it_is_what_was_taken(
    grounds: Stage, everyone: tuple[Past, ...], rows: StepRows
) -> None:
    table = rows.table
    starts = np.cumsum(table.groups) - table.groups
    assert np.add.reduceat(table.labels > 0, starts).tolist() == [1] * len(table.groups)
    assert len(rows.learners) == len(rows.times) == len(table.groups) == rows.retrieval.found > 20
    assert set(table.labels.tolist()) == {0, 2, 4}
    assert (rows.times >= CUT.timestamp()).all()


def test_rows_are_what_serving_would_have_computed_just_before(
    grounds: Stage, everyone: tuple[Past, ...], learned: Learned, rows: StepRows
) -> None:
    first = choose_take_ups(everyone, TakeUpChoice(since=CUT))[0]
    moment = moment_of(grounds, first)
    considered = consider_at(grounds, moment, learned)
    group = rows.table.features[: rows.table.groups[0]]
    assert np.array_equal(group, considered.features)
    assert rows.table.names == FEATURES
    assert not group[:, COLUMN["position"]].any()
    position = grounds.catalogue.index.position
    gone = [position[credential_id] for credential_id in moment.snapshot.history if credential_id in position]
    assert not np.isin(gone, considered.situation.candidates.rows).any()


def test_a_step_that_came_to_more_weighs_more_and_all_weigh_one_on_average(rows: StepRows) -> None:
    table = rows.table
    starts = np.cumsum(table.groups) - table.groups
    weights = table.weights[starts]
    best = np.maximum.reduceat(table.labels, starts)
    assert weights.mean() == pytest.approx(1.0, rel=1e-5)
    assert weights[best == 4].min() > weights[best == 2].max()


def test_the_same_steps_give_the_same_bytes(grounds: Stage, everyone: tuple[Past, ...], learned: Learned) -> None:
    choice = TakeUpChoice(since=CUT, learners=8)
    one = replay_steps(grounds, choose_take_ups(everyone, choice), learned)
    other = replay_steps(grounds, choose_take_ups(everyone[::-1], choice), learned)
    assert one.table.features.tobytes() == other.table.features.tobytes()
    assert one.retrieval == other.retrieval


def test_what_serving_would_not_have_shown_gives_no_row_but_is_counted(grounds: Stage) -> None:
    dropped = [happened("l", rung(0, 0), "dismissed", 1), happened("l", rung(0, 0), "enrolled", 2)]
    gone = [happened("m", "gone", "enrolled", 2), happened("m", rung(0, 3), "enrolled", 2)]
    chosen = [take_up for past in gather_pasts([], [*dropped, *gone]) for take_up in take_ups(past)]
    rows = replay_steps(grounds, chosen, None)
    counts = rows.retrieval
    assert (counts.take_ups, counts.unknown, counts.filtered, counts.found) == (3, 1, 1, 1)
    assert (counts.recall, counts.recall_at_200) == (0.5, 0.5)
    assert rows.learners == ("m",)


def test_nothing_to_replay_gives_an_empty_table(grounds: Stage) -> None:
    rows = replay_steps(grounds, [], None)
    assert (rows.table.features.shape, len(rows.table.groups)) == ((0, len(FEATURES)), 0)
    assert rows.retrieval == Retrieval()


def test_progress_is_told_after_every_step(grounds: Stage, everyone: tuple[Past, ...]) -> None:
    told: list[int] = []
    chosen = choose_take_ups(everyone, TakeUpChoice(learners=2, latest=1))
    replay_steps(grounds, chosen, None, told.append)
    assert told == [1, 2]


def test_a_goal_that_was_never_resolved_is_found_once_for_each_distinct_text(grounds: Stage) -> None:
    assert set(grounds.goals) == {"", *(f"ladder {at}" for at in range(LADDERS))}
    assert grounds.goals[""].vector is None
    assert grounds.goals["ladder 2"].goal.occupation_uri == "urn:ladder 2"
    assert np.linalg.norm(grounds.goals["ladder 2"].vector) == pytest.approx(1.0, abs=1e-5)


def test_candidates_are_cut_to_those_that_the_retrievers_agree_on(grounds: Stage, learned: Learned) -> None:
    [take_up] = take_ups(gather_pasts([], [happened("l", rung(0, 1), "enrolled", 1)])[0])
    found = consider_at(grounds, moment_of(grounds, take_up), learned).situation.candidates
    kept = leading(found, 5)
    fused = np.where(found.ranks > 0, 1 / (60 + 1 / np.maximum(found.ranks, 1e-9) - 1), 0).sum(axis=1)
    assert len(kept) == 5
    assert fused[kept].min() >= np.delete(fused, kept).max()


def group_weight(table: RankerTable, groups: slice) -> float:
    starts = np.cumsum(table.groups) - table.groups
    return float(table.weights[starts][groups].sum())


def test_joined_tables_have_the_shares_of_weight_that_were_asked_for() -> None:
    one, other = graded_table(30, 1), graded_table(10, 2)
    joined = join_tables([(one, 0.25), (replace(other, weights=None), 0.75)])
    assert np.array_equal(joined.features, np.concatenate([one.features, other.features]))
    assert joined.groups.tolist() == [*one.groups.tolist(), *other.groups.tolist()]
    assert group_weight(joined, slice(0, 30)) == pytest.approx(0.25 * 40, rel=1e-5)
    assert group_weight(joined, slice(30, 40)) == pytest.approx(0.75 * 40, rel=1e-5)


def test_an_empty_part_leaves_the_other_its_whole_weight() -> None:
    one = graded_table(12, 1)
    empty = RankerTable(one.features[:0], one.names, one.groups[:0], one.labels[:0])
    joined = join_tables([(empty, 0.5), (one, 0.5)])
    assert group_weight(joined, slice(None)) == pytest.approx(12, rel=1e-5)
    assert len(join_tables([(empty, 1.0)]).groups) == 0
