from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROMPT = re.compile(r"(\d+)\. Can you do this: (.+?)\? \[y/N\]: $")
PATIENCE = 40
END_OF_INPUT = "\x04"  # what a terminal makes of Ctrl-D


class Terminal:
    """A terminal of our own at which the real command runs; `answer` is typed at each of its questions."""

    def __init__(self, home: Path, models: Path, *arguments: str) -> None:
        ours, theirs = pty.openpty()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CREDPATH_") and k != "DATABASE_URL"}
        kept |= {"CREDPATH_HOME": str(home), "CREDPATH_MODELS": str(models), "NO_COLOR": "1", "TERM": "dumb"}
        program = str(Path(sys.executable).parent / "credpath")
        self.ours = ours
        self.process = subprocess.Popen([program, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=kept)
        os.close(theirs)

    def talk(self, answers: Iterator[str]) -> tuple[list[str], str]:
        """(the skills that were asked about, everything that was on the screen)."""
        screen, asked, answered_up_to = "", [], 0
        while (text := self._read()) is not None:
            screen += text.replace("\r\n", "\n")
            question = PROMPT.search(screen[answered_up_to:])
            if question:
                asked.append(question[2])
                answered_up_to = len(screen)
                os.write(self.ours, (next(answers) + "\n").encode())
        os.close(self.ours)
        self.process.wait(PATIENCE)
        return asked, screen

    def _read(self) -> str | None:
        """What came, None once the command has left the terminal: Linux says so by an error."""
        try:
            return os.read(self.ours, 65_536).decode() or None
        except OSError:
            return None


def alternating() -> Iterator[str]:
    while True:
        yield "y"
        yield "n"


def test_on_a_terminal_it_asks_each_skill_once_until_the_next_credential_is_certain(
    sample_home: Path, tmp_path: Path
) -> None:
    shutil.copy(sample_home / "credpath.db", tmp_path / "credpath.db")
    terminal = Terminal(tmp_path, sample_home / "models", "assess", "--goal", "data analyst")
    asked, screen = terminal.talk(alternating())
    assert terminal.process.returncode == 0
    assert asked
    assert len(set(asked)) == len(asked)
    assert "answer yes or no" in screen
    assert "Nothing more to ask." in screen
    assert "First now: " in screen


def test_who_wants_to_go_on_is_told_where_it_is_sure_and_asked_about_every_skill(
    sample_home: Path, tmp_path: Path
) -> None:
    shutil.copy(sample_home / "credpath.db", tmp_path / "credpath.db")
    terminal = Terminal(tmp_path, sample_home / "models", "assess", "--goal", "data analyst", "--even-if-sure")
    asked, screen = terminal.talk(alternating())
    assert terminal.process.returncode == 0
    assert len(set(asked)) == len(asked) > 10
    assert "Sure already; asking on." in screen
    assert "Nothing more to ask." in screen


def test_leaving_in_the_middle_ends_the_command_without_a_traceback(sample_home: Path, tmp_path: Path) -> None:
    shutil.copy(sample_home / "credpath.db", tmp_path / "credpath.db")
    terminal = Terminal(tmp_path, sample_home / "models", "assess", "--goal", "data analyst")
    asked, screen = terminal.talk(iter(["y", END_OF_INPUT]))
    assert len(asked) == 2
    assert terminal.process.returncode == 1
    assert "Aborted" in screen
    assert "Traceback" not in screen
