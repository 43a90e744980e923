"""Real commands in processes of their own, forked from one that has the libraries in memory already.

Importing them is nine tenths of what a short command takes, and a hundred of them are run here.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# Libraries and layers below the command line; the command line itself reads its environment when it is imported.
PRELOADED = ["typer", "rich.progress", "credpath.api.app", "credpath.service.opening", "credpath.service.planning"]
SECONDS = 120
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(PRELOADED)


def run_forked(words: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of `credpath` with these words; `folder` takes what it prints."""
    files = [folder / "stdout", folder / "stderr"]
    process = _FORKING.Process(target=_be_credpath, args=(list(words), dict(environment), *map(str, files)))
    process.start()
    process.join(SECONDS)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"credpath {' '.join(words)} took over {SECONDS} s")
    out, err = (file.read_text(encoding="utf-8") for file in files)
    return process.exitcode, out, err


def _be_credpath(words: list[str], environment: dict[str, str], out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv = ["credpath", *words]
    from credpath.cli import main

    main()
