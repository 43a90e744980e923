"""Enrolments of the Open University (OULAD) as a table of what was known of each by a day of its presentation.

Source: Kuzilek, Hlosta and Zdrahal (2017), Open University Learning Analytics dataset, CC BY 4.0. Only the tables
studentInfo, studentAssessment, assessments and courses are read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles, Mask, Offsets

Offering = tuple[str, str]  # module, presentation
Strings = NDArray[np.str_]

FINISHED = frozenset({"Pass", "Distinction"})
EDUCATION = (
    "No Formal quals", "Lower Than A Level", "A Level or Equivalent", "HE Qualification", "Post Graduate Qualification",
)  # fmt: skip
AGES = ("0-35", "35-55", "55<=")
# A spreadsheet once read the band 10-20 % as a date; it is the only band without its percent sign.
BANDS = {"20-Oct": 1, "10-20": 1, "10-20%": 1} | {f"{10 * i}-{10 * i + 10}%": i for i in range(10)}
STARTS = {"B": 2, "J": 10}  # month in which a presentation starts; it lasts eight to nine


@dataclass(frozen=True, slots=True)
class Enrolments:
    """Every row of studentInfo, sorted by presentation, module and student.

    `scores`, `days`: for each (module, presentation), (its enrolments, its dated assessments); NaN where nothing
    was submitted. `due`: the assessments' dates.
    """

    module: Strings
    presentation: Strings
    student: Offsets
    completed: Mask
    profile: Mapping[str, Doubles]
    rows: Mapping[Offering, Offsets]
    scores: Mapping[Offering, Doubles]
    days: Mapping[Offering, Doubles]
    banked: Mapping[Offering, Doubles]
    due: Mapping[Offering, Doubles]


def read_oulad(folder: Path) -> Enrolments:
    """Reads the four tables. Raises InvalidInput where one is absent or lacks a column."""
    people = sorted(
        _lines(folder / "studentInfo.csv"),
        key=lambda r: (r["code_presentation"], r["code_module"], int(r["id_student"])),
    )
    module, presentation = (np.array([r[c] for r in people]) for c in ("code_module", "code_presentation"))
    student = np.array([int(r["id_student"]) for r in people], np.int64)
    offerings = [(r["code_module"], r["code_presentation"]) for r in people]
    rows: dict[Offering, list[int]] = {}
    for at, offering in enumerate(offerings):
        rows.setdefault(offering, []).append(at)
    exams = _assessments(folder)
    due: dict[Offering, Doubles] = {}
    place: dict[int, tuple[Offering, int]] = {}
    for offering in rows:
        dated = sorted(exams.get(offering, []))
        due[offering] = np.array([day for day, _ in dated], float)
        place |= {identity: (offering, column) for column, (_, identity) in enumerate(dated)}
    scores, days, banked = _submissions(folder, place, offerings, student, rows, due)
    return Enrolments(
        module, presentation, student, np.array([r["final_result"] in FINISHED for r in people]), _profile(people),
        {o: np.array(at, np.int64) for o, at in rows.items()}, scores, days, banked, due,
    )  # fmt: skip


def _lines(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", where=str(path), fix="give OULAD's folder") from error


def _assessments(folder: Path) -> dict[Offering, list[tuple[float, int]]]:
    """(due day, id) of the dated assessments of each offering; a final exam without a date is left out."""
    found: dict[Offering, list[tuple[float, int]]] = {}
    for r in _lines(folder / "assessments.csv"):
        if r["date"].strip() not in ("", "?"):
            entry = (float(r["date"]), int(r["id_assessment"]))
            found.setdefault((r["code_module"], r["code_presentation"]), []).append(entry)
    return found


Tables = tuple[dict[Offering, Doubles], dict[Offering, Doubles], dict[Offering, Doubles]]


def _submissions(
    folder: Path,
    place: Mapping[int, tuple[Offering, int]],
    offerings: list[Offering],
    student: Offsets,
    rows: Mapping[Offering, list[int]],
    due: Mapping[Offering, Doubles],
) -> Tables:
    line = {(offering, int(who)): 0 for offering, who in zip(offerings, student, strict=True)}
    for offering, places in rows.items():
        line |= {(offering, int(student[at])): number for number, at in enumerate(places)}
    scores, days, banked = ({o: np.full((len(at), len(due[o])), np.nan) for o, at in rows.items()} for _ in range(3))
    for r in _lines(folder / "studentAssessment.csv"):
        offering, column = place.get(int(r["id_assessment"]), (("", ""), 0))
        number = line.get((offering, int(r["id_student"])))
        if number is not None:
            days[offering][number, column] = float(r["date_submitted"])
            scores[offering][number, column] = float(r["score"]) if r["score"].strip() not in ("", "?") else np.nan
            banked[offering][number, column] = float(r["is_banked"])
    return scores, days, banked


def _profile(people: list[dict[str, str]]) -> dict[str, Doubles]:
    """What the learner said when enrolling; NaN where it is missing.

    Gender, disability and region are left out: they add nothing on earlier presentations, and a model that never
    saw them cannot lean on them.
    """

    def column(values: list[float]) -> Doubles:
        return np.array(values, float)

    return {
        "education": column([EDUCATION.index(r["highest_education"]) for r in people]),
        "deprivation_band": column([BANDS.get(r["imd_band"].strip(), np.nan) for r in people]),
        "age": column([AGES.index(r["age_band"]) for r in people]),
        "attempts": column([float(r["num_of_prev_attempts"]) for r in people]),
        "credits": column([min(float(r["studied_credits"]), 360.0) for r in people]),
    }


def months(presentation: str) -> int:
    """When a presentation starts, in months."""
    return 12 * int(presentation[:4]) + STARTS[presentation[4:]]
