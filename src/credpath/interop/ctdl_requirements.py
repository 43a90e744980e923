"""What has to be completed, as CTDL nests it: "2 of these, of which one is 3 of those".

Our groups do not nest. A tree that asks for everything is a row of groups; one that asks for some of several nested
parts becomes the group that it implies: nobody who meets the tree is refused by the group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from credpath.domain.catalogue import PrerequisiteGroup
from credpath.interop.ctdl_graph import Graph, Node, local_name, reference, text

# Conditions that one component may unfold into: a file can name the same few so that they double at every level.
MAX_UNFOLDED = 20_000
_CONDITIONS = ("hasCondition", "requiredCondition", "ruleSet")


@dataclass(frozen=True)
class Need:
    """`k` of `parts`, each a credential id or a need of its own."""

    k: int
    parts: tuple[str | Need, ...]


def leaves(need: Need) -> tuple[str, ...]:
    """Every credential that the need names."""
    found = (leaf for part in need.parts for leaf in ((part,) if isinstance(part, str) else leaves(part)))
    return tuple(dict.fromkeys(found))


def least(need: Need) -> int:
    """The fewest credentials that can meet it."""
    sizes = sorted(1 if isinstance(part, str) else least(part) for part in need.parts)
    chosen = sizes[: need.k]
    named = sum(1 if isinstance(part, str) else len(leaves(part)) for part in need.parts)
    # A credential may serve two parts; then only the largest of the chosen parts is sure.
    return sum(chosen) if named == len(leaves(need)) else max(chosen, default=0)


def groups(need: Need) -> tuple[PrerequisiteGroup, ...]:
    """The groups that the need implies, those of everything first."""
    together: list[str] = []
    choices: list[PrerequisiteGroup] = []
    for k, members in _implied(need):
        if k >= len(members):
            together.extend(members)
        elif k == 1:
            choices.append(PrerequisiteGroup("any_of", members))
        else:
            choices.append(PrerequisiteGroup("k_of", members, k))
    whole = [PrerequisiteGroup("all_of", tuple(dict.fromkeys(together)))] if together else []
    return (*whole, *dict.fromkeys(choices))


def _implied(need: Need) -> Iterator[tuple[int, tuple[str, ...]]]:
    if need.k < len(need.parts):
        yield least(need), leaves(need)
        return
    for part in need.parts:
        yield from ((1, (part,)),) if isinstance(part, str) else _implied(part)


class Requirements:
    """Reads needs out of a graph; `offerings` maps the id of every resource that can be taken to its credential id."""

    def __init__(self, graph: Graph, offerings: dict[str, str]) -> None:
        self.graph = graph
        self.offerings = offerings
        self._left = MAX_UNFOLDED

    def read(self, node: Node) -> Need | None:
        """What completes a component: all of its conditions. None when it states none that can be followed."""
        self._left = MAX_UNFOLDED
        return self._of_component(node, frozenset())

    def _of_component(self, node: Node, above: frozenset[str]) -> Need | None:
        if node.node_id in above:
            return None
        values = (v for key in _CONDITIONS for v in node.values.get(key, ()))
        conditions = [n for v in values if (n := self.graph.resolve(v))]
        needs = [need for c in conditions if (need := self._of_condition(c, above | {node.node_id}))]
        if len(needs) > 1:
            return Need(len(needs), tuple(needs))
        return needs[0] if needs else None

    def _of_condition(self, node: Node, above: frozenset[str]) -> Need | None:
        self._left -= 1
        if node.node_id in above or self._left < 0:
            return None
        above |= {node.node_id}
        parts: list[str | Need] = []
        unknown = 0
        for value in (*node.values.get("targetComponent", ()), *node.values.get("hasCondition", ())):
            part = self._part(value, above)
            if part is None:
                unknown += 1
            elif part not in parts:
                parts.append(part)
        if rule := self._rule_set(node, above):
            parts.append(rule)
        total = len(parts) + unknown
        # What cannot be followed might be met already, so that much less is sure to be needed of the rest.
        k = min(self._number(node, total), total) - unknown
        return Need(min(k, len(parts)), tuple(parts)) if parts and k > 0 else None

    def _rule_set(self, node: Node, above: frozenset[str]) -> Need | None:
        # A rule set names itself under the same property; only a condition points at one.
        for value in () if "RuleSet" in node.types else node.values.get("ruleSet", ()):
            target = self.graph.resolve(value)
            if target and target.node_id not in above and (need := self._of_condition(target, above)):
                return need
        return None

    def _part(self, value: object, above: frozenset[str]) -> str | Need | None:
        node = self.graph.resolve(value)
        offering = self.offerings.get(node.node_id if node else reference(value))
        if offering or node is None:
            return offering
        if "targetComponent" in node.values:
            return self._of_condition(node, above)
        return (
            self._of_condition(node, above) if "ComponentCondition" in node.types else self._of_component(node, above)
        )

    def _number(self, node: Node, total: int) -> int:
        stated = text(node, "requiredNumber")
        if stated:
            return round(float(stated)) if stated.replace(".", "", 1).isdigit() else total
        operators = {local_name(reference(v)) for v in node.values.get("logicalOperator", ())}
        return 1 if "Or" in operators and "targetComponent" in node.values else total


def narrowed(need: Need | None, own: str) -> Need | None:
    """The need without the credential itself, as files name it in a circle."""
    if need is None:
        return None
    parts: Iterable[str | Need | None] = (
        (None if part == own else part) if isinstance(part, str) else narrowed(part, own) for part in need.parts
    )
    kept = tuple(part for part in parts if part is not None)
    k = need.k - (len(need.parts) - len(kept))
    return Need(k, kept) if kept and k > 0 else None
