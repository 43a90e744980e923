"""What makes a batch of credentials fit to import: pure checks over the batch and what is already known.

A row that is wrong in itself never gets here: `Credential` refuses it. These are the faults that only show
between credentials: repeated ids, edges that lead nowhere, cycles, stacks that cannot be completed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice

from credpath.domain.catalogue import Credential
from credpath.domain.prerequisites import find_cycle, hard_edges
from credpath.errors import Refusal

# Where each id stands: one (file, line) for every time it was given, in the order of the batch.
Places = Mapping[str, Sequence[tuple[str, int]]]
MAX_CYCLES_NAMED = 20


@dataclass(frozen=True, slots=True)
class BatchVerdict:
    """`refusals` are reasons to refuse the whole batch; `warnings` tell what was dropped or looks odd.

    `accepted` is sorted by id and holds each id once; with refusals it is what would have been left.
    """

    accepted: tuple[Credential, ...]
    refusals: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...] = ()


def validate_batch(
    credentials: Sequence[Credential],
    known: Mapping[str, Credential],
    *,
    foreign: bool = False,
    places: Places | None = None,
) -> BatchVerdict:
    """Judges a batch against the catalogue that it will join; a known id is replaced by the batch's.

    In a `foreign` batch a soft, stack or supersedes edge that leads nowhere is dropped with a warning; in a
    native one it refuses the batch. A dangling hard prerequisite, a cycle and an id with two contents always do.
    """
    report = _Report(places or {})
    once = _without_repeats(credentials, report)
    catalogue = {**known, **once}
    for credential_id in sorted(once):
        once[credential_id] = _checked_edges(once[credential_id], catalogue, foreign, report)
    catalogue.update(once)
    for kind, edges in _graphs(catalogue).items():
        _refuse_cycles(kind, edges, report)
    _warn_of_incomplete_stacks(once, catalogue, report)
    return BatchVerdict(tuple(once[i] for i in sorted(once)), report.sorted(report.refused), report.sorted(report.odd))


def repeats(credentials: Sequence[Credential], places: Places) -> tuple[Refusal, ...]:
    """The ids with two contents: all that can be said of a batch whose other rows could not be read."""
    report = _Report(places)
    _without_repeats(credentials, report)
    return report.sorted(report.refused)


class _Report:
    """Collects what is wrong, each with the place of the credential that it is about."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.refused: list[Refusal] = []
        self.odd: list[Refusal] = []

    def refuse(self, credential_id: str, reason: str, fix: str, occurrence: int = 0) -> None:
        """Adds a reason to refuse the batch."""
        self.refused.append(Refusal(*self.place(credential_id, occurrence), reason, fix))

    def warn(self, credential_id: str, reason: str, fix: str = "") -> None:
        """Adds something that the batch survives."""
        self.odd.append(Refusal(*self.place(credential_id), reason, fix))

    def place(self, credential_id: str, occurrence: int = 0) -> tuple[str, int]:
        """(file, line) of an id; ("catalogue", 0) when the caller did not say."""
        stands = self.places.get(credential_id, ())
        return stands[min(occurrence, len(stands) - 1)] if stands else ("catalogue", 0)

    @staticmethod
    def sorted(found: Iterable[Refusal]) -> tuple[Refusal, ...]:
        """The same order for any order of the batch."""
        return tuple(sorted(set(found), key=lambda r: (r.file, r.line, r.reason)))


def _without_repeats(credentials: Sequence[Credential], report: _Report) -> dict[str, Credential]:
    given: dict[str, list[Credential]] = {}
    for credential in credentials:
        contents = given.setdefault(credential.credential_id, [])
        if contents and (differing := _differing_fields(contents[0], credential)):
            file, line = report.place(credential.credential_id)
            earlier = f"on {file}:{line}" if line else "before"
            reason = f"credential {credential.credential_id!r} was given {earlier} with another {', '.join(differing)}"
            fix = "keep one of the two, or give them different ids"
            report.refuse(credential.credential_id, reason, fix, len(contents))
        contents.append(credential)
    # Of several contents any will do to find further faults, as long as it is the same for any order.
    return {name: contents[0] if len(contents) == 1 else min(contents, key=repr) for name, contents in given.items()}


def _differing_fields(one: Credential, other: Credential) -> list[str]:
    return [f.name for f in fields(Credential) if getattr(one, f.name) != getattr(other, f.name)]


def _checked_edges(
    credential: Credential, catalogue: Mapping[str, Credential], foreign: bool, report: _Report
) -> Credential:
    name = credential.credential_id
    for member in dict.fromkeys(m for group in credential.prerequisites for m in group.credential_ids):
        if member not in catalogue:
            report.refuse(name, f"prerequisite {member!r} of {name!r} is not in the catalogue", _fix_of(member))
    soft = [p.credential_id for p in credential.preparation if p.credential_id]
    edges = (("preparation", soft), ("stack", credential.stacks_into), ("superseded", credential.supersedes))
    lost = [(kind, e) for kind, named in edges for e in dict.fromkeys(named) if e not in catalogue]
    if foreign:
        # Another's stack rule is not ours to invent, so the edge goes; a native batch is told to give the rule.
        lost += [("stack rule of", s) for s in credential.stacks_into if s in catalogue and not catalogue[s].stack]
    for kind, edge in lost:
        reason = f"{kind} {edge!r} of {name!r} is not in the catalogue"
        if foreign:
            report.warn(name, f"{reason}: the edge was dropped")
        else:
            report.refuse(name, reason, _fix_of(edge))
    return _without_edges(credential, {e for _, e in lost}) if foreign and lost else credential


def _fix_of(edge: str) -> str:
    return f"add {edge!r} to the batch, import it before, or remove the edge"


def _without_edges(credential: Credential, lost: Collection[str]) -> Credential:
    # A preparation that also has words or a skill keeps those: only the way to the credential is lost.
    preparation = (replace(p, credential_id="") if p.credential_id in lost else p for p in credential.preparation)
    return replace(
        credential,
        preparation=tuple(p for p in preparation if p.credential_id or p.label or p.skill_uri),
        stacks_into=tuple(s for s in credential.stacks_into if s not in lost),
        supersedes=tuple(s for s in credential.supersedes if s not in lost),
    )


def _graphs(catalogue: Mapping[str, Credential]) -> dict[str, dict[str, tuple[str, ...]]]:
    everything = catalogue.values()
    return {
        "prerequisite": hard_edges(everything),
        "stack": {c.credential_id: c.stacks_into for c in everything},
        "supersedes": {c.credential_id: c.supersedes for c in everything},
    }


def _refuse_cycles(kind: str, edges: dict[str, tuple[str, ...]], report: _Report) -> None:
    for cycle in islice(_cycles(edges), MAX_CYCLES_NAMED):
        fix = "remove one of these edges"
        report.refuse(cycle[0], f"{kind} edges form a cycle: {' -> '.join(cycle)}", fix)


def _cycles(edges: Mapping[str, Collection[str]]) -> Iterator[tuple[str, ...]]:
    """Cycles that share no edge out of their first member, so that the next import does not find the next one."""
    left = dict(edges)
    while cycle := find_cycle(left):
        yield cycle
        left[cycle[0]] = tuple(e for e in left[cycle[0]] if e != cycle[1])


def _warn_of_incomplete_stacks(once: Collection[str], catalogue: Mapping[str, Credential], report: _Report) -> None:
    members: dict[str, list[Credential]] = {}
    for credential_id in sorted(catalogue):
        for stack in catalogue[credential_id].stacks_into:
            members.setdefault(stack, []).append(catalogue[credential_id])
    for stack in sorted(set(members) & set(catalogue)):
        touched = stack in once or any(m.credential_id in once for m in members[stack])
        if touched and catalogue[stack].stack is None:
            first = members[stack][0].credential_id
            about = stack if stack in once else first
            reason = f"{first!r} counts toward {stack!r}, which has no stack rule"
            report.refuse(about, reason, f"give {stack!r} a stack rule, for example all_of")
    for stack in sorted(once):
        if shortfall := _shortfall(catalogue[stack], members.get(stack, ())):
            report.warn(stack, f"stack {stack!r} cannot be completed from this catalogue: {shortfall}")


def _shortfall(stack: Credential, members: Sequence[Credential]) -> str:
    rule = stack.stack
    if rule is None:
        return ""
    if not members:
        return "no credential counts toward it"
    if rule.kind == "n_of" and len(members) < rule.amount:
        return f"it needs {rule.amount:g} credentials and {len(members)} count toward it"
    ects = sum(m.ects or 0.0 for m in members)
    if rule.kind == "credits" and ects < rule.amount:
        return f"it needs {rule.amount:g} ECTS and {ects:g} count toward it"
    return ""
