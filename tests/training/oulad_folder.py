"""A small folder in OULAD's layout: two modules, four presentations, students who hand in more the abler they are."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

PRESENTATIONS = ("2013B", "2013J", "2014B", "2014J")
DATES = (20, 55, 120)
TABLES = {
    "studentInfo": (
        "code_module", "code_presentation", "id_student", "gender", "region", "highest_education", "imd_band",
        "age_band", "num_of_prev_attempts", "studied_credits", "disability", "final_result",
    ),
    "assessments": ("code_module", "code_presentation", "id_assessment", "assessment_type", "date", "weight"),
    "studentAssessment": ("id_assessment", "id_student", "date_submitted", "is_banked", "score"),
}  # fmt: skip


def write_table(folder: Path, name: str, rows: Iterable[Iterable[object]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(TABLES[name])
        writer.writerows(rows)


def write_oulad(folder: Path, students: int = 60, seed: int = 0) -> Path:
    """Students are numbered from 1 in every presentation of a module, so that the same ones come again."""
    dice = np.random.default_rng(seed)
    people, exams, handed_in = [], [], []
    for at, (module, presentation) in enumerate((m, p) for p in PRESENTATIONS for m in ("AAA", "BBB")):
        exams += [(module, presentation, 100 * at + k, "TMA", day, 20) for k, day in enumerate(DATES)]
        exams.append((module, presentation, 100 * at + 9, "Exam", "", 100))
        for student in range(1, students + 1):
            ability = dice.normal()
            finished = ability + 0.5 * dice.normal() > 0
            band = ("0-10%", "20-Oct", "90-100%", "?")[student % 4]
            person = ("F", "Scotland", "HE Qualification", band, "0-35", student % 2, 60, "N")
            people.append((module, presentation, student, *person, "Pass" if finished else "Withdrawn"))
            for k, day in enumerate(DATES):
                if ability + dice.normal() > -0.5:
                    score = round(float(np.clip(60 + 15 * ability, 0, 100)))
                    handed_in.append((100 * at + k, student, day - 1, 0, score))
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder, "studentInfo", people)
    write_table(folder, "assessments", exams)
    write_table(folder, "studentAssessment", handed_in)
    return folder
