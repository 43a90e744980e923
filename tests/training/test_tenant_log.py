"""What a retraining reads of a tenant."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from credpath.domain.outcomes import Outcome
from credpath.service.opening import open_context
from credpath.store.learners import ensure_learners
from credpath.store.outcomes import save_outcomes
from training.challenger import counts_of
from training.tenant_log import read_tenant_log


def test_steps_that_lie_ahead_are_no_part_of_the_log_and_are_counted(sample_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(sample_home, tmp_path / "home")
    context = open_context(f"sqlite:///{home / 'credpath.db'}", home / "models")
    before = read_tenant_log(context, "default")
    ahead = Outcome("o1", "typist", "sql", "completed", datetime(2099, 1, 1, tzinfo=UTC))
    numbered = replace(ahead, outcome_id="o2", credential_id="counted", ordinal=True)
    with context.database.write() as connection:  # as releases stored it that did not refuse it
        ensure_learners(connection, "default", {"typist"}, context.clock())
        save_outcomes(connection, "default", [ahead, numbered])
    log = read_tenant_log(context, "default")
    context.close()
    assert (before.ahead, log.ahead) == (0, 1)
    assert "outcomes_ahead" not in counts_of(before)
    assert counts_of(log)["outcomes_ahead"] == 1
    assert [o.credential_id for o in log.outcomes() if o.learner_id == "typist"] == ["counted"]
    sequences = log.sequences()
    assert [sequences.ids[item] for item in sequences.of(sequences.learners.index("typist"))] == ["counted"]
