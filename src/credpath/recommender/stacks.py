"""Stackable credentials: what counts toward which larger one, and how far that one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from credpath.domain.catalogue import Credential, StackRule
from credpath.domain.paths import StackProgress
from credpath.recommender.csr import Doubles, Floats, Lists, Mask, Offsets, Rows, gather
from credpath.recommender.prerequisite_packing import Group

# A stack that nobody has begun draws half as much as one that is under way.
UNBEGUN = 0.5


@dataclass(frozen=True, slots=True)
class Stacks:
    """One entry a larger credential with a rule and known members: `rows` of those, `need`, `in_ects`.

    `members`, `brings`: rows of the members and what each brings, flat, in the layout of `Lists`.
    `of_row[row]`: the stacks that a credential counts toward; `weights` beside its values: what it brings.
    """

    rows: Rows
    need: Doubles
    in_ects: Mask
    members: Lists
    brings: Doubles
    of_row: Lists
    weights: Doubles

    def have(self, held: Mask) -> Doubles:
        """(stacks,) credentials or ECTS that count already. `held`: (nodes,) or (n,)."""
        if not len(self.rows):
            return self.need
        return np.add.reduceat(self.brings * held[self.members.values], self.members.starts[:-1])

    def progress(self, rows: Offsets, held: Mask) -> Floats:
        """(len(rows),) how far the furthest stack would be once each is held, 0..1; less for one not begun."""
        best = np.zeros(len(rows), dtype=np.float32)
        if not len(self.rows):
            return best
        flat, owner = gather(self.of_row.starts, rows)
        if not len(flat):
            return best
        have, stack = self.have(held), self.of_row.values[flat]
        share = np.minimum(1.0, (have[stack] + self.weights[flat]) / self.need[stack])
        share *= np.where(have[stack] > 0, 1.0, UNBEGUN)
        share[held[self.rows[stack]]] = 0.0
        np.maximum.at(best, owner, share.astype(np.float32))
        return best

    def after(self, row: int, held: Mask, credentials: Sequence[Credential]) -> tuple[StackProgress, ...]:
        """What holding `row` as well would do for each stack that it counts toward; the furthest first."""
        first, last = self.of_row.starts[row : row + 2]
        if first == last:
            return ()
        have = self.have(held)
        found = [
            self.shown(int(stack), float(have[stack]), float(have[stack] + (0.0 if held[row] else weight)), credentials)
            for stack, weight in zip(self.of_row.values[first:last], self.weights[first:last], strict=True)
        ]
        return tuple(sorted(found, key=lambda p: (-p.after / p.need, p.stack_id)))

    def shown(self, stack: int, have: float, after: float, credentials: Sequence[Credential]) -> StackProgress:
        """The progress of the stack at that place, as a learner reads it."""
        whole = credentials[self.rows[stack]]
        unit: Literal["credentials", "ECTS"] = "ECTS" if self.in_ects[stack] else "credentials"
        # A programme read off its courses may have more of them than the file listed.
        partial = whole.source == "edx"
        return StackProgress(whole.credential_id, whole.title, unit, have, after, float(self.need[stack]), partial)


def pack_stacks(credentials: Sequence[Credential]) -> Stacks:
    """`credentials` in row order. A stack without a rule, or without known members, has no progress to show."""
    members = _members(credentials)
    rules = {row: rule for row in sorted(members) if (rule := credentials[row].stack) is not None}
    brings = {row: [_brings(rule, credentials[m]) for m in members[row]] for row, rule in rules.items()}
    counted: list[list[tuple[int, float]]] = [[] for _ in credentials]
    for at, row in enumerate(rules):
        for member, weight in zip(members[row], brings[row], strict=True):
            if weight > 0:
                counted[member].append((at, weight))
    return Stacks(
        rows=np.array(list(rules), dtype=np.int32),
        need=np.array([_need(rule, brings[row]) for row, rule in rules.items()], dtype=np.float64),
        in_ects=np.array([rule.kind == "credits" for rule in rules.values()], dtype=bool),
        members=Lists.of([members[row] for row in rules]),
        brings=np.array([b for one in brings.values() for b in one], dtype=np.float64),
        of_row=Lists.of([[at for at, _ in one] for one in counted]),
        weights=np.array([weight for one in counted for _, weight in one], dtype=np.float64),
    )


def _members(credentials: Sequence[Credential]) -> dict[int, list[int]]:
    position = {c.credential_id: row for row, c in enumerate(credentials)}
    members: dict[int, list[int]] = {}
    for row, credential in enumerate(credentials):
        for stack in sorted(set(credential.stacks_into)):
            if stack in position:
                members.setdefault(position[stack], []).append(row)
    return members


def _brings(rule: StackRule, member: Credential) -> float:
    if rule.kind == "credits":
        return member.ects or 0.0
    return 0.0 if rule.kind == "all_of" and member.status != "active" else 1.0


def _need(rule: StackRule, brings: Sequence[float]) -> float:
    return max(1.0, sum(brings)) if rule.kind == "all_of" else rule.amount


def earned_by_members(credentials: Sequence[Credential], stacks: Stacks) -> dict[str, Group]:
    """Stacks that are not enrolled in but earned: their offered members together bring what the rule asks.

    Such a one is never a next step by itself; its members are, and it is held once they suffice. A stack of
    which the catalogue knows too few members (a specialisation without its courses) stays an ordinary credential.
    """
    found: dict[str, Group] = {}
    for at, row in enumerate(stacks.rows):
        first, last = stacks.members.starts[at : at + 2]
        entries = zip(stacks.members.values[first:last], stacks.brings[first:last], strict=True)
        known = [(credentials[m], float(weight)) for m, weight in entries if weight > 0]
        offered = sum(weight for member, weight in known if member.status == "active")
        if credentials[row].status == "active" and offered >= stacks.need[at]:
            group = tuple((member.credential_id, weight) for member, weight in known)
            found[credentials[row].credential_id] = (float(stacks.need[at]), group)
    return found
