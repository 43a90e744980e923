"""`python -m training.benchmark interactions`: which steps test, what counts, and the whole command on a small log."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import InvalidInput
from credpath.recommender.encoding import HashEncoder
from credpath.recommender.linking import credential_text
from training.benchmark import main
from training.interactions_benchmark import read_credentials, show, text_vectors
from training.interactions_log import read_take_ups
from training.interactions_split import Split, cut_at, leave_last_out, with_test

HEADER = "learner_id,credential_id,outcome,occurred_at"
WORDS = ("painting", "welding", "nursing", "statistics", "bookkeeping", "gardening")


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def small_log(path: Path, learners: int = 240, items: int = 24, seed: int = 0) -> Path:
    """Learners who mostly go on to one of the next credentials of a circle, times in days."""
    dice = np.random.default_rng(seed)
    rows = []
    for learner in range(learners):
        at, day = int(dice.integers(0, items)), int(dice.integers(0, 300))
        for _ in range(int(dice.integers(2, 7))):
            rows.append(f"l{learner:03d},c{at:02d},enrolled,{day}")
            at = (at + int(dice.choice([1, 1, 1, 2, int(dice.integers(1, items))]))) % items
            day += int(dice.integers(1, 40))
    return write(path, *rows)


def named(split: Split) -> dict[str, list[str]]:
    ids = split.train.ids
    return {
        ids[answer]: [ids[i] for i in history] for answer, history in zip(split.answers, split.histories, strict=True)
    }


def test_the_last_step_of_everybody_with_two_is_the_test(tmp_path: Path) -> None:
    log = read_take_ups(write(tmp_path / "log.csv", "l,a,enrolled,1", "l,b,enrolled,2", "m,c,enrolled,1"))
    split = leave_last_out(log)
    assert named(split) == {"b": ["a"]}
    assert split.train.lengths.tolist() == [1, 1]


def test_after_a_cut_the_first_step_is_the_test_and_nothing_later_is_seen(tmp_path: Path) -> None:
    rows = ("l,a,enrolled,1", "l,b,enrolled,5", "l,c,enrolled,6", "m,c,enrolled,7")
    split = cut_at(read_take_ups(write(tmp_path / "log.csv", *rows)), 5.0)
    assert named(split) == {"b": ["a"], "c": []}
    assert split.train.lengths.tolist() == [1, 0]
    assert split.by_time


def test_a_second_file_is_the_test_whatever_its_clock(tmp_path: Path) -> None:
    log = read_take_ups(write(tmp_path / "log.csv", "l,a,enrolled,10", "l,b,enrolled,20"))
    test = read_take_ups(write(tmp_path / "test.csv", "l,a,completed,1", "l,c,enrolled,2", "m,b,enrolled,3"))
    assert named(with_test(log, test)) == {"c": ["a", "b"], "b": []}
    with pytest.raises(InvalidInput):
        with_test(log, read_take_ups(write(tmp_path / "again.csv", "l,a,enrolled,1")))


def test_a_sample_is_the_same_for_a_seed_and_leaves_the_training_part_alone(tmp_path: Path) -> None:
    split = leave_last_out(read_take_ups(small_log(tmp_path / "log.csv")))
    one, other = split.sample(20, 42), split.sample(20, 42)
    assert one.answers.tolist() == other.answers.tolist()
    assert one.train is split.train
    assert split.sample(0, 42) is split


def catalogue_file(path: Path, items: int = 26) -> Path:
    lines = [
        json.dumps(
            {
                "credential_id": f"c{at:02d}",
                "title": f"{WORDS[at % 6]} part {at}",
                "description": f"About {WORDS[at % 6]}.",
            }
        )
        for at in range(items)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_credential_without_a_text_has_a_zero_vector(tmp_path: Path) -> None:
    credentials = read_credentials(catalogue_file(tmp_path / "catalogue.jsonl")).items
    encoder = HashEncoder(32)
    vectors = text_vectors(("c01", "zz"), credentials, encoder)
    assert not vectors[1].any()
    assert np.array_equal(vectors[0], encoder.encode([credential_text(credentials[1])])[0])


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:  # type: ignore[type-arg]
    assert main(["interactions", *arguments, "--json", "--threads", "1", "--questions", "60"]) == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def check_document(document: dict) -> None:  # type: ignore[type-arg]
    assert {"popularity", "item_knn", "ease", "markov", "slist", "two_stage"} <= set(document["systems"])
    for found in document["systems"].values():
        assert {"hr_at_5", "hr_at_10", "ndcg_at_5", "ndcg_at_10", "mrr", "recall_at_200"} == set(found)
        assert all(0 <= m["low"] <= m["value"] <= m["high"] <= 1 for m in found.values())
    assert {"tuning", "fitting", "asking", "whole"} <= set(document["seconds"])


def test_the_command_on_a_small_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = run(capsys, "--log", str(small_log(tmp_path / "log.csv")), "--leave-last-out", "--sample", "100")
    check_document(document)
    assert document["sizes"]["test_learners"] == 100
    systems = document["systems"]
    assert systems["two_stage"]["ndcg_at_10"]["value"] > 2 * systems["popularity"]["ndcg_at_10"]["value"]


def test_the_command_with_a_cut_and_a_catalogue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoder_folder: Path
) -> None:
    log, catalogue = small_log(tmp_path / "log.csv"), catalogue_file(tmp_path / "catalogue.jsonl")
    given = ("--log", str(log), "--catalogue", str(catalogue), "--cut", "200", "--encoder", str(encoder_folder))
    document = run(capsys, *given)
    check_document(document)
    assert document["sizes"]["credentials"] == document["sizes"]["with_text"] == 26
    assert "cosine" in document["systems"]
    assert document["cold_start"]["learners without a history"]["questions"] > 0
    assert main(["interactions", *given, "--threads", "1", "--questions", "60"]) == 0
    assert "cold start" in capsys.readouterr().out


def test_what_nobody_took_up_is_also_ranked_among_its_like(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoder_folder: Path
) -> None:
    log, catalogue = small_log(tmp_path / "log.csv"), catalogue_file(tmp_path / "catalogue.jsonl")
    last = "".join(f"l{learner:03d},c25,enrolled,9000\n" for learner in range(20))
    log.write_text(log.read_text().rstrip("\n") + "\n" + last, encoding="utf-8")
    given = ("--log", str(log), "--catalogue", str(catalogue), "--leave-last-out", "--encoder", str(encoder_folder))
    document = run(capsys, *given)
    cold = document["cold_start"]
    anywhere, among = cold["credentials nobody took up before"], cold["the same, ranked among themselves"]
    assert among["questions"] == anywhere["questions"] == 20
    for name in ("popularity", "cosine", "two_stage"):
        assert among[name]["mrr"]["value"] >= anywhere[name]["mrr"]["value"]
    assert among["two_stage"]["mrr"]["value"] > 0
    assert among["competing"] == 2
    assert among["note"] == anywhere["note"] == "fewer than 30 questions: too few to tell"
    assert "note" not in cold["learners with more steps"]
    show(document)
    rows = capsys.readouterr().out.splitlines()
    [line] = [row.split() for row in rows if row.startswith("the same") and " two_stage " in row]
    assert line[6:8] == ["two_stage", "-"]
    assert line[-4:] == ["too", "few", "to", "tell"]


@pytest.mark.parametrize(
    ("option", "value"), [("--cut", "99999"), ("--seed", "-1"), ("--sample", "-1"), ("--questions", "0")]
)
def test_a_misused_option_is_named_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    log = small_log(tmp_path / "log.csv", 20)
    assert main(["interactions", "--log", str(log), option, value]) == 2
    assert f"{option}: " in capsys.readouterr().err


def test_bad_rows_of_every_file_are_counted_and_shown_with_their_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoder_folder: Path
) -> None:
    log, catalogue = small_log(tmp_path / "log.csv", 40), catalogue_file(tmp_path / "catalogue.jsonl")
    lines = len(log.read_text().splitlines())
    log.write_text(log.read_text() + "l000,c01,viewed,3\n" * 7, encoding="utf-8")
    catalogue.write_text(catalogue.read_text() + '{"credential_id": "c99"}\n', encoding="utf-8")
    given = ("--log", str(log), "--catalogue", str(catalogue), "--encoder", str(encoder_folder))
    refused = run(capsys, *given)["refused"]
    assert refused["log"]["count"] == 7
    assert [first["line"] for first in refused["log"]["first"]] == list(range(lines + 1, lines + 6))
    assert (refused["catalogue"]["count"], refused["catalogue"]["first"][0]["line"]) == (1, 27)
    assert main(["interactions", *given, "--threads", "1", "--questions", "60"]) == 0
    said = capsys.readouterr()
    assert "log: 7 rows were refused" in said.out
    assert f"log.csv:{lines + 1}: " in said.out
    assert "... and 2 more" in said.out
    assert said.err == "", "progress is for a terminal"


def test_few_learners_and_steps_at_one_time_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"l{at:02d},c{step},enrolled,{step // 2}" for at in range(12) for step in range(6)]
    document = run(capsys, "--log", str(write(tmp_path / "log.csv", *rows)))
    assert document["tied_test_steps"] == 1.0
    [tied, few] = document["notes"]
    assert tied.startswith("100.0% of the test steps share their time with another step of that learner")
    assert few.startswith("12 learners were tested")


def test_positions_as_order_and_a_catalogue_of_other_ids_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoder_folder: Path
) -> None:
    rows = [f"l{at:02d},d{(at + step) % 12:02d},enrolled,{step + 1}" for at in range(40) for step in range(3)]
    log, catalogue = write(tmp_path / "log.csv", *rows), catalogue_file(tmp_path / "catalogue.jsonl", 5)
    given = ("--log", str(log), "--catalogue", str(catalogue), "--cut", "2", "--encoder", str(encoder_folder))
    document = run(capsys, *given)
    check_document(document)
    assert document["trees"] == 0
    [nothing, texts] = document["notes"]
    assert nothing.endswith("two_stage ranks for everybody by what others begin with")
    assert texts == "0 of 12 credentials of the log have a text"


def test_on_a_small_catalogue_every_system_ranks_every_credential(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"l{at:02d},c{step},enrolled,{at + step}" for at in range(50) for step in range(2)]
    document = run(capsys, "--log", str(write(tmp_path / "two.csv", *rows)))
    assert {name: found["hr_at_10"]["value"] for name, found in document["systems"].items()} == dict.fromkeys(
        document["systems"], 1.0
    )
