"""Alternative labels and descriptions that were run together, taken apart again."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.interop.esco_files import SKILLS
from credpath.interop.esco_labels import DescriptionStarts, LabelSplitter
from credpath.interop.reading import Report
from credpath.interop.tabular import read_rows

LABELS = [
    f"{verb} {thing}"
    for verb in ("manage", "direct", "oversee", "supervise", "clean", "repair", "install", "inspect")
    for thing in ("musical staff", "music staff", "drilling machines", "solar panels", "brake pads", "glass")
]
TEXTS = [*LABELS, "Manage and assign the tasks.", "They manage the work.", "you manage in the Slovak language"]


@pytest.fixture(scope="module")
def splitter() -> LabelSplitter:
    return LabelSplitter(LABELS)


def test_a_run_of_labels_is_taken_apart(splitter: LabelSplitter) -> None:
    run = ["manage", "music", "staff", "direct", "musical", "staff", "oversee", "musical", "staff"]
    assert splitter.split(run, "manage musical staff") == (
        "manage music staff", "direct musical staff", "oversee musical staff",
    )  # fmt: skip


def test_words_that_nothing_is_known_of_are_dropped_rather_than_guessed(splitter: LabelSplitter) -> None:
    assert splitter.split(["zork", "blat", "quux", "frob", "nitz"], "manage musical staff") == ()


def test_a_single_word_or_an_endless_run_is_left_alone(splitter: LabelSplitter) -> None:
    assert splitter.split(["manage"], "manage musical staff") == ()
    assert splitter.split(["manage", "glass"] * 100, "manage musical staff") == ()
    assert LabelSplitter([]).split(["manage", "glass"], "manage glass") == ()


@given(st.lists(st.sampled_from(" ".join(LABELS).split()), max_size=40))
def test_every_label_is_a_span_of_the_run_in_its_order(words: list[str]) -> None:
    found = LabelSplitter(LABELS).split(words, "manage musical staff")
    position = 0
    for label in found:
        parts = label.split()
        starts = [i for i in range(position, len(words)) if words[i : i + len(parts)] == parts]
        assert starts
        position = starts[0] + len(parts)


@pytest.mark.parametrize(
    ("text", "begins_with"),
    [
        ("manage music staff direct staff Manage and assign tasks.", "Manage"),
        ("manage in Slovak Manage the work in Slovak.", "Manage"),
        ("They manage the work. Manage it.", "They"),
        ("Slovak is a language.", "Slovak"),
    ],
)
def test_a_description_begins_at_the_first_ordinary_capitalised_word(text: str, begins_with: str) -> None:
    starts = DescriptionStarts([*TEXTS, *(f"we say they {word}" for word in ("manage", "work", "tasks"))])
    position = starts.find(text.split())
    assert position is not None
    assert text.split()[position] == begins_with


def test_a_text_without_capitals_has_no_start() -> None:
    assert DescriptionStarts(TEXTS).find(["manage", "staff", "direct", "staff"]) is None
    assert DescriptionStarts(TEXTS).find([]) is None


@pytest.mark.real_data
def test_on_intact_skills_nine_labels_of_ten_are_right_and_half_are_found(real_data: Path) -> None:
    """What the module claims, measured on one half of the collections' skills after learning from the other."""
    rows = [row for _, row in read_rows(real_data / "esco_1_2_0" / "skills_en.csv", SKILLS, Report())]
    labels = {row["preferredLabel"]: row["altLabels"].split("\n") for row in rows}
    intact = [row["preferredLabel"] for row in rows if row["altLabels"] and not _names_a_language(row)]
    random.Random(7).shuffle(intact)
    half = len(intact) // 2
    splitter = LabelSplitter([*labels, *(label for name in intact[:half] for label in labels[name])])
    right = kept = total = 0
    for name in intact[half:]:
        found = splitter.split(" ".join(labels[name]).split(), name)
        truth = {" ".join(label.lower().split()) for label in labels[name]}
        right += sum(label.lower() in truth for label in found)
        kept += len(found)
        total += len(truth)
    assert right / kept > 0.93
    assert right / total > 0.48


def _names_a_language(row: dict[str, str]) -> bool:
    """Skills such as "write Polish": all alike, so that they would flatter the measure."""
    return row["reuseLevel"] == "transversal"
