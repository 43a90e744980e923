"""Reads `learner_id,item_id,skill_id,correct,order[,fold]`: every bad row named with its line, memory bounded."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.domain.rules import check_id
from credpath.errors import InvalidInput, Refusal
from credpath.interop.moments import parse_moment
from credpath.interop.reading import Progress, Read, Report, no_progress, parse_list, parse_number
from credpath.interop.tabular import Columns, read_rows
from credpath.recommender.csr import Offsets, gather, offsets
from training.response_copies import collapse
from training.responses import SEED, Responses, deal_folds

# correct and order stand in every file; what may be left out is the item, for logs that name skills alone
COLUMNS = Columns(("learner_id", "skill_id", "correct", "order"), ("item_id", "fold"))
HEADER = "learner_id,item_id,skill_id,correct,order[,fold]"
RIGHT = {"0": 0, "1": 1, "false": 0, "true": 1}
IGNORED = "unknown column"  # how `interop.tabular` begins what it says of one
MOST_NAMED = 3  # refusals in a sentence


@dataclass(frozen=True, slots=True)
class ResponseLog:
    """A file of responses. `rows` were read, `refusals` of them left out, `collapsed` were copies of the answer
    before under another of its skills, `duplicates` the same again. `own_folds`: the file named the folds; otherwise
    learners were dealt. `warnings`: sentences on what may not be as it was meant.
    """

    responses: Responses
    rows: int
    collapsed: int
    duplicates: int
    own_folds: bool
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()


def read_responses(path: Path, seed: int = SEED, progress: Progress = no_progress) -> ResponseLog:
    """The answers of a file, bad rows left out and named, copies collapsed (`response_copies.collapse`).

    correct is 0 or 1, false or true. order is a number or an ISO 8601 time, one kind a file; equal ones stand in the
    order of the lines. A learner is in one fold. Raises InvalidInput where the file cannot be opened, where more rows
    are bad than good, or where there are not two learners in two folds.
    """
    report, columns = Report(progress), _Columns()
    for line, row in read_rows(path, COLUMNS, report, fix=f"a CSV file with the columns {HEADER}"):
        try:
            columns.add(line, row)
        except InvalidInput as error:
            report.refuse(path, line, error)
    columns.settle_folds(path, report)
    read: Read[Refusal] = report.read(())
    ignored = tuple(refusal for refusal in read.refusals if refusal.reason.startswith(IGNORED))
    refusals = tuple(refusal for refusal in read.refusals if refusal not in ignored)
    _check_most_are_read(path, len(columns.lines), refusals)
    try:
        responses = columns.responses(seed)
    except InvalidInput as error:
        what = f"{error.what}; {_refused(refusals, read.rows)}" if refusals else error.what
        raise InvalidInput(what, where=str(path), fix=error.fix) from error
    found = collapse(responses)
    warnings = [f"{refusal.reason} is ignored ({refusal.fix})" for refusal in ignored]
    warnings += [_refused(refusals, read.rows)] if refusals else []
    return ResponseLog(
        found.responses, read.rows, found.copies, found.duplicates, columns.own_folds, refusals,
        (*warnings, *found.doubts),
    )  # fmt: skip


def _check_most_are_read(path: Path, good: int, refusals: tuple[Refusal, ...]) -> None:
    if good and len(refusals) <= good:
        return
    if not refusals:
        raise InvalidInput("the file holds no answer", where=str(path), fix=f"the columns are {HEADER}")
    what = _refused(refusals, good + len(refusals)) if good else f"no answer can be read: {_first_named(refusals)}"
    raise InvalidInput(what, where=str(path), fix=refusals[0].fix or f"the columns are {HEADER}")


def _refused(refusals: tuple[Refusal, ...], rows: int) -> str:
    """How many, and the first of them."""
    share = f"{len(refusals):,} of {rows:,} rows were refused ({len(refusals) / max(1, rows):.0%})"
    return f"{share}: {_first_named(refusals)}"


def _first_named(refusals: tuple[Refusal, ...]) -> str:
    """The first refusals of different reasons, with their lines."""
    first = {refusal.reason: refusal for refusal in reversed(refusals)}
    named = sorted(first.values(), key=lambda refusal: refusal.line)[:MOST_NAMED]
    return "; ".join(f"line {refusal.line}: {refusal.reason}" for refusal in named)


@dataclass(slots=True)
class _Words:
    """Codes of words in the order of their coming, each word checked once."""

    name: str
    codes: dict[str, int] = field(default_factory=dict)

    def code(self, raw: str) -> int:
        known = self.codes.get(raw)
        if known is not None:
            return known
        word = raw.strip()
        check_id(word, self.name)
        return self.codes.setdefault(word, len(self.codes))


def _sorted_codes(words: _Words, codes: NDArray[np.int32]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The words that are used, sorted, and the codes under that order; -1 stays."""
    by_code = list(words.codes)
    used = np.unique(codes[codes >= 0]).tolist()
    ordered = sorted(used, key=by_code.__getitem__)
    place = np.full(len(by_code) + 1, -1, dtype=np.int32)  # the last place answers for -1
    place[ordered] = np.arange(len(ordered), dtype=np.int32)
    return tuple(by_code[code] for code in ordered), place[codes]


@dataclass(slots=True)
class _Columns:
    """The good rows so far: 30 bytes each, and every word once."""

    learners: _Words = field(default_factory=lambda: _Words("learner_id"))
    items: _Words = field(default_factory=lambda: _Words("item_id"))
    skills: _Words = field(default_factory=lambda: _Words("skill_id"))
    folds: _Words = field(default_factory=lambda: _Words("fold"))
    lists: dict[str, tuple[int, ...]] = field(default_factory=dict)
    lines: array[int] = field(default_factory=lambda: array("q"))
    learner: array[int] = field(default_factory=lambda: array("i"))
    item: array[int] = field(default_factory=lambda: array("i"))
    correct: array[int] = field(default_factory=lambda: array("b"))
    order: array[float] = field(default_factory=lambda: array("d"))
    fold: array[int] = field(default_factory=lambda: array("i"))
    counts: array[int] = field(default_factory=lambda: array("i"))
    skill: array[int] = field(default_factory=lambda: array("i"))
    dated_since: tuple[bool, int] | None = None

    def add(self, line: int, row: Mapping[str, str]) -> None:
        """Takes one row. Raises InvalidInput naming the column, and then takes nothing of it."""
        correct, order = _correct(row["correct"]), self._order(row["order"], line)
        skills = self._skills(row["skill_id"])
        item = self.items.code(row["item_id"]) if row["item_id"].strip() else -1
        fold = self.folds.code(row["fold"]) if row["fold"].strip() else -1
        self.learner.append(self.learners.code(row["learner_id"]))
        self.lines.append(line)
        self.item.append(item)
        self.correct.append(correct)
        self.order.append(order)
        self.fold.append(fold)
        self.counts.append(len(skills))
        self.skill.extend(skills)

    def _skills(self, raw: str) -> tuple[int, ...]:
        known = self.lists.get(raw)
        if known is None:
            words = parse_list(raw)
            if not words:
                raise InvalidInput("skill_id is empty", where="skill_id", fix="name the skill that the answer shows")
            known = self.lists[raw] = tuple(self.skills.code(word) for word in words)
        return known

    def _order(self, raw: str, line: int) -> float:
        """Seconds after the epoch of a time, or the number; all rows of a file give the same kind."""
        dated, found = _moment(raw)
        if self.dated_since is None:
            self.dated_since = (dated, line)
        if self.dated_since[0] != dated:
            kinds = ("a time", "a number") if dated else ("a number", "a time")
            what = f"order is {kinds[0]} where line {self.dated_since[1]} gives {kinds[1]}"
            raise InvalidInput(what, where="order", fix="one kind in the whole file")
        return found

    @property
    def own_folds(self) -> bool:
        """The file names folds."""
        return max(self.fold, default=-1) >= 0

    def settle_folds(self, path: Path, report: Report) -> None:
        """Takes out the rows that put a learner into a second fold, or into none where others have one."""
        if not self.own_folds:
            return
        learner, fold = np.array(self.learner), np.array(self.fold)
        named = np.flatnonzero(fold >= 0)
        who, first = np.unique(learner[named], return_index=True)
        own = np.full(len(self.learners.codes), -1)
        own[who] = fold[named[first]]
        bad = np.flatnonzero((fold < 0) | (fold != own[learner]))
        names, since = list(self.folds.codes), dict(zip(who.tolist(), named[first].tolist(), strict=True))
        for at in bad.tolist():
            report.refuse(path, self.lines[at], *_fold_fault(at, self, names, since))
        if len(bad):
            self._drop(bad)

    def _drop(self, bad: Offsets) -> None:
        keep = np.setdiff1d(np.arange(len(self.lines)), bad)
        flat, _ = gather(offsets(np.array(self.counts)), keep)
        for name, code in (
            ("lines", "q"), ("learner", "i"), ("item", "i"), ("correct", "b"), ("order", "d"), ("fold", "i"),
            ("counts", "i"),
        ):  # fmt: skip
            setattr(self, name, _packed(code, np.array(getattr(self, name))[keep]))
        self.skill = _packed("i", np.array(self.skill)[flat])

    def responses(self, seed: int) -> Responses:
        """Sorted, with codes of sorted words. Raises InvalidInput with fewer than two folds."""
        learners, learner = _sorted_codes(self.learners, np.array(self.learner, np.int32))
        items, item = _sorted_codes(self.items, np.array(self.item, np.int32))
        skill_names, skills = _sorted_codes(self.skills, np.array(self.skill, np.int32))
        folds, fold = self._folds(learner, len(learners), seed)
        order = np.array(self.order, np.float64)
        rows = np.lexsort((np.array(self.lines), order, learner))
        starts = offsets(np.array(self.counts))
        flat, owner = gather(starts, rows)
        return Responses(
            learner[rows], item[rows], np.array(self.correct, np.int8)[rows],
            offsets(np.diff(starts)[rows]), skills[flat][np.lexsort((skills[flat], owner))],
            order[rows], fold[rows].astype(np.int16), learners, items, skill_names, folds,
            bool(self.dated_since and self.dated_since[0]),
        )  # fmt: skip

    def _folds(self, learner: NDArray[np.int32], learners: int, seed: int) -> tuple[tuple[str, ...], NDArray[Any]]:
        if not self.own_folds:
            dealt = deal_folds(learners, seed)
            return tuple(str(n + 1) for n in range(int(dealt.max()) + 1)), dealt[learner]
        names, fold = _sorted_codes(self.folds, np.array(self.fold, np.int32))
        if len(names) < 2:
            raise InvalidInput(f"all answers are in fold {names[0]}", fix="two folds or more, or no fold column")
        return names, fold


def _packed(code: str, values: NDArray[Any]) -> array[Any]:
    return array(code, values.tolist())


def _fold_fault(at: int, columns: _Columns, names: list[str], since: dict[int, int]) -> tuple[str, str]:
    if columns.fold[at] < 0:
        return "fold is empty where other rows name one", "name a fold in every row, or leave the column out"
    first = since[columns.learner[at]]
    own, line = names[columns.fold[first]], columns.lines[first]
    return (
        f"the learner is in fold {names[columns.fold[at]]} here and in fold {own} on line {line}",
        "one fold a learner",
    )


def _correct(raw: str) -> int:
    known = RIGHT.get(raw)
    if known is None:
        known = RIGHT.get(raw.strip().casefold())
    if known is not None:
        return known
    try:
        number = parse_number(raw, "correct")
    except InvalidInput:
        number = -1.0
    if number not in (0.0, 1.0):
        what = "correct is empty" if number is None else f"correct is {raw.strip()[:40]!r}, neither 0 nor 1"
        raise InvalidInput(what, where="correct", fix="1 or true for a right answer, 0 or false for a wrong one")
    return int(number)


def _moment(raw: str) -> tuple[bool, float]:
    """(whether it is a time, its number)."""
    if raw.isascii() and raw.isdigit() and len(raw) < 20:
        return False, float(raw)
    try:
        number = parse_number(raw, "order")
    except InvalidInput:
        try:
            return True, parse_moment(raw, "order")[0].timestamp()
        except InvalidInput as error:
            fix = "a number, or ISO 8601, for example 2026-03-31T12:00:00Z"
            raise InvalidInput(f"order is {raw[:40]!r}, neither a number nor a time", where="order", fix=fix) from error
    if number is None:
        raise InvalidInput("order is empty", where="order", fix="a number or a time that says what came first")
    return False, number
