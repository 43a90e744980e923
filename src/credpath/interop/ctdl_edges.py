"""Edges between the offerings of a CTDL graph: what is required, what helps, what counts toward what."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from credpath.domain.catalogue import Preparation, PrerequisiteGroup, StackRule
from credpath.domain.rules import MAX_ID
from credpath.interop.ctdl_facts import COURSE_TYPES, title_of
from credpath.interop.ctdl_graph import Graph, Node, reference, texts
from credpath.interop.ctdl_requirements import Need, Requirements, groups, least, leaves, narrowed
from credpath.interop.scraped_text import clean_line

_TARGETS = ("targetCredential", "targetLearningOpportunity", "targetAssessment", "targetComponent")
_PROFILE = frozenset(
    [*_TARGETS, "targetCompetency", "targetPathway", "alternativeCondition", "condition", "yearsOfExperience",
     "experience", "commonConditions"]
)  # fmt: skip
# property -> (it points at what comes before, how sure it is that it helps)
_SOFT = {
    "recommends": (True, 0.9), "preparationFrom": (True, 0.9), "isPreparationFor": (False, 0.9),
    "isRecommendedFor": (False, 0.9), "advancedStandingFrom": (True, 0.8), "isAdvancedStandingFor": (False, 0.8),
    "corequisite": (True, 0.6), "coPrerequisite": (True, 0.8), "precededBy": (True, 0.7), "precedes": (False, 0.7),
}  # fmt: skip
_HARD = {"requires": True, "entryCondition": True, "prerequisite": True, "isRequiredFor": False}
_PARENTS = ("isPartOf", "isChildOf", "isMemberOf")
_CHILDREN = ("hasPart", "hasChild", "isParentOf", "hasMember")
WORDS_CONFIDENCE = 0.5
MAX_WORDS = 300


@dataclass
class Edges:
    """What is known of one offering's edges; ids are credential ids."""

    prerequisites: list[PrerequisiteGroup] = field(default_factory=list)
    preparation: list[Preparation] = field(default_factory=list)
    stacks_into: list[str] = field(default_factory=list)
    supersedes: list[str] = field(default_factory=list)
    stack: StackRule | None = None
    lost: list[str] = field(default_factory=list)  # sentences about edges that lead out of the file

    def finished(self, own: str) -> dict[str, Any]:
        """The fields of a credential, without repeats and without edges to itself."""
        soft = {(p.credential_id, p.label): p for p in self.preparation if p.credential_id != own}
        return {
            "prerequisites": tuple(dict.fromkeys(self.prerequisites)),
            "preparation": tuple(soft.values()),
            "stacks_into": tuple(i for i in dict.fromkeys(self.stacks_into) if i != own),
            "supersedes": tuple(i for i in dict.fromkeys(self.supersedes) if i != own),
            "stack": self.stack,
        }


class EdgeReader:
    """Reads the edges of all offerings; `offerings`: resource id -> credential id, `known`: ids of earlier imports."""

    def __init__(self, graph: Graph, offerings: dict[str, str], known: Collection[str]) -> None:
        self.graph = graph
        self.offerings = offerings
        self.known = known
        self.requirements = Requirements(graph, offerings)
        self.found = {credential_id: Edges() for credential_id in offerings.values()}

    def read(self) -> dict[str, Edges]:
        """credential_id -> its edges."""
        members = self._members()
        for node_id in sorted(self.offerings):
            node, own = self.graph.nodes[node_id], self.offerings[node_id]
            self._hard(node, own)
            self._soft(node, own)
            self._versions(node, own)
            self._completion(node, own)
        for stack, parts in sorted(members.items()):
            self._stack(stack, parts)
        return self.found

    def _target(self, value: object) -> str:
        """The credential id that a value points at, also one of an earlier import; "" when it is not known."""
        node = self.graph.resolve(value)
        named = node.node_id if node else reference(value)
        return self.offerings.get(named) or (named if named in self.known else "")

    def _pointed_at(self, node: Node, key: str) -> Iterator[tuple[object, bool]]:
        """(value, alternative) under a property: what it names, or what the condition profiles there name."""
        for value in node.values.get(key, ()):
            profile = self.graph.resolve(value)
            if profile is None or profile.node_id in self.offerings or not _is_profile(profile):
                yield value, False
                continue
            alternatives = profile.values.get("alternativeCondition", ())
            for target in (v for name in _TARGETS for v in profile.values.get(name, ())):
                yield target, bool(alternatives)
            for other in (self.graph.resolve(v) for v in alternatives):
                for target in (v for name in _TARGETS for v in (other.values.get(name, ()) if other else ())):
                    yield target, True

    def _hard(self, node: Node, own: str) -> None:
        for key, before in _HARD.items():
            together: list[str] = []
            either: list[str] = []
            for value, alternative in self._pointed_at(node, key):
                target = self._target(value)
                if not target:
                    self._lose(own, node, key, value)
                elif before and target != own:
                    (either if alternative else together).append(target)
                elif target in self.found and target != own:
                    self.found[target].prerequisites.append(PrerequisiteGroup("all_of", (own,)))
            self._require(own, together, either)
            if before:
                self._say(node, own, key)

    def _require(self, own: str, together: list[str], either: list[str]) -> None:
        if together:
            self.found[own].prerequisites.append(PrerequisiteGroup("all_of", tuple(dict.fromkeys(together))))
        if either:
            self.found[own].prerequisites.append(PrerequisiteGroup("any_of", tuple(dict.fromkeys(either))))

    def _lose(self, own: str, node: Node, key: str, value: object) -> None:
        """A required resource that nobody knows cannot lock anything; its words still tell the learner."""
        target = self.graph.resolve(value)
        if target and "Competency" in target.types:
            return  # A competency is an outcome.
        words = clean_line(self.graph.name_of(value)) or reference(value)
        if not words or words.startswith("_:") or words.endswith("..."):
            return
        self.found[own].preparation.append(Preparation(label=words[:MAX_WORDS], confidence=WORDS_CONFIDENCE))
        self.found[own].lost.append(
            f"{key} of {title_of(node)!r} names {words[:120]!r}, which is no credential of this file: kept as words"
        )

    def _say(self, node: Node, own: str, key: str) -> None:
        """Conditions in words: "Minimum Grade: D", "two years of experience"."""
        for profile in (self.graph.resolve(value) for value in node.values.get(key, ())):
            if profile is None or profile.node_id in self.offerings or not _is_profile(profile):
                continue
            said = texts(profile, "condition") or (texts(profile, "description") if key == "entryCondition" else [])
            for years in texts(profile, "yearsOfExperience")[:1]:
                said.append(f"{years} years of experience")
            # A grade is a rule for passing, not something to prepare with.
            for label in (clean_line(words)[:MAX_WORDS] for words in said if "grade" not in words.casefold()):
                self.found[own].preparation.append(Preparation(label=label, confidence=WORDS_CONFIDENCE))

    def _soft(self, node: Node, own: str) -> None:
        for key, (before, confidence) in _SOFT.items():
            for value, _ in self._pointed_at(node, key):
                target = self._target(value)
                words = "" if target else clean_line(self.graph.name_of(value))[:MAX_WORDS]
                if before and (target or (words and key in ("recommends", "preparationFrom"))):
                    self.found[own].preparation.append(Preparation(words, target, confidence=confidence))
                elif not before and target in self.found:
                    self.found[target].preparation.append(Preparation("", own, confidence=confidence))

    def _versions(self, node: Node, own: str) -> None:
        for key in ("supersedes", "previousVersion"):
            self.found[own].supersedes += [t for v in node.values.get(key, ()) if (t := self._target(v))]
        for key in ("supersededBy", "nextVersion"):
            for target in (self._target(v) for v in node.values.get(key, ())):
                if target in self.found:
                    self.found[target].supersedes.append(own)

    def _completion(self, node: Node, own: str) -> None:
        """A component's conditions must be met to complete it; those of a larger credential also stack into it."""
        need = narrowed(self.requirements.read(node), own)
        if need is None:
            return
        self.found[own].prerequisites.extend(groups(need))
        if len(leaves(need)) > 1 and not COURSE_TYPES.intersection(node.types):
            self._count_toward(own, need, leaves(need))

    def _count_toward(self, stack: str, need: Need, parts: tuple[str, ...]) -> None:
        amount = least(need)
        rule = StackRule("all_of") if amount >= len(parts) else StackRule("n_of", amount)
        self.found[stack].stack = rule
        for part in parts:
            self.found[part].stacks_into.append(stack)

    def _members(self) -> dict[str, dict[str, None]]:
        """credential id of a larger credential -> resource ids of its direct parts, offerings or not."""
        members: dict[str, dict[str, None]] = {}
        for node_id in sorted(self.graph.nodes):
            node = self.graph.nodes[node_id]
            up = [(self.graph.resolve(v), node) for key in _PARENTS for v in node.values.get(key, ())]
            down = [(node, self.graph.resolve(v)) for key in _CHILDREN for v in node.values.get(key, ())]
            for parent, child in (*up, *down):
                if parent and child and parent.node_id in self.offerings and parent is not child:
                    members.setdefault(self.offerings[parent.node_id], {})[child.node_id] = None
        return members

    def _stack(self, stack: str, parts: dict[str, None]) -> None:
        """Parts count toward the larger credential; a part that is only a choice counts by what may be chosen."""
        if self.found[stack].stack:
            return
        chosen = [self.offerings[p] for p in parts if p in self.offerings]
        slots = [n for p in parts if p not in self.offerings and (n := self._slot(p, stack))]
        optional = {leaf for slot in slots for leaf in leaves(slot)}
        fixed = [c for c in dict.fromkeys(chosen) if c not in optional and c != stack]
        need = Need(len(fixed) + len(slots), (*fixed, *slots))
        if len(leaves(need)) > 1:
            self._count_toward(stack, need, leaves(need))

    def _slot(self, node_id: str, stack: str) -> Need | None:
        return narrowed(self.requirements.read(self.graph.nodes[node_id]), stack)


def _is_profile(node: Node) -> bool:
    """A condition profile rather than the required thing itself."""
    return "ConditionProfile" in node.types or not _PROFILE.isdisjoint(node.values)


def usable_id(node_id: str) -> bool:
    """The id of a resource can be the id of a credential: not a blank node, not too long."""
    return not node_id.startswith("_:") and 0 < len(node_id) <= MAX_ID
