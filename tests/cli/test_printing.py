from __future__ import annotations

import pytest

from credpath.cli.printing import stage, table


def test_a_table_that_nobodys_terminal_shows_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    table(("system", "why"), [("ours", "a reason " * 20), ("[bold]", 1)])
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.split() == ["system", "why"]
    assert first.count("a reason") == 20
    assert second.split() == ["[bold]", "1"]


def test_progress_is_told_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    stage("block 2: a model of all before it")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")
