"""Measures the product beside plain baselines: `python -m training.benchmark SUBCOMMAND ...`.

Each subcommand is a module with `add_arguments(parser)`, `run(chosen, tell) -> document` and `show(document)`.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module

SUBCOMMANDS = {
    "completion": ("training.oulad_benchmark", "who finishes, on OULAD: AUC, log loss, Brier score, calibration"),
    "interactions": ("training.interactions_benchmark", "next steps of an enrolment log: HR, NDCG, MRR, baselines"),
    "mastery": ("training.mastery_benchmark", "answers of a response log: AUC, log loss, calibration, baselines"),
    "goals": ("training.goals_benchmark", "occupations found for job titles: top-1, top-5, MRR, ms a query"),
    "paths": ("training.paths_benchmark", "learning paths: gap to the proven optimum, ms a plan, steps that moved"),
    "loop": ("training.loop_benchmark", "simulated worlds: true value of rules, promoted model and oracle"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; 0 done, 1 failed, 2 misused: an option that is wrong in itself or does not fit the files."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Before numpy is loaded: a query is timed on one thread, as it is served; what mostly fits may have them all.
    threads = str(os.cpu_count() or 1) if given[:1] == ["interactions"] else "1"
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, threads)
    # Threads of a fit that wait must not spin: on a busy machine that makes it many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from credpath.cli.printing import print_error, print_json, stage
    from credpath.errors import CredpathError, InvalidInput

    parser = ArgumentParser(prog="python -m training.benchmark", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (module, purpose) in SUBCOMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose)
        command.add_argument("--json", action="store_true", help="one JSON document on stdout, nothing else there")
        if given[:1] == [name]:  # only the one that runs is imported
            import_module(module).add_arguments(command)
    chosen = parser.parse_args(given)
    subcommand = import_module(SUBCOMMANDS[chosen.command][0])
    try:
        document = subcommand.run(chosen, stage)
    except CredpathError as error:
        print_error(error, chosen.json)
        return 2 if isinstance(error, InvalidInput) and error.where.startswith("--") else 1
    print_json(document) if chosen.json else subcommand.show(document)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
