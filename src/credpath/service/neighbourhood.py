"""What stands around a credential or a skill: what comes before it, what it opens, what it teaches and who needs it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from credpath.domain.catalogue import Credential
from credpath.errors import NotFound
from credpath.service.context import Context
from credpath.service.indexing import IndexedCatalogue
from credpath.service.loading import LoadedTaxonomy
from credpath.service.remembered import Remembered
from credpath.store.credentials import catalogue_version

T = TypeVar("T")
SECONDS = 3_600.0
STEPS = 2  # of prerequisites, either way
MOST_NODES = 36  # more than these nobody follows in a picture
MOST_AROUND = 8  # of each kind around one node

NodeKind = Literal["credential", "skill", "stack", "unknown"]
EdgeKind = Literal["requires", "requires_one", "prepares", "teaches", "counts_toward", "related"]


@dataclass(frozen=True, slots=True)
class Node:
    """A credential or skill in a picture. `layer`: columns before (negative) or after the one that was asked for."""

    node_id: str
    kind: NodeKind
    label: str
    layer: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """From what comes first to what it leads to."""

    source: str
    target: str
    kind: EdgeKind
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Nodes by layer and label; `left_out`: how many more there are that are not shown."""

    focus: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int

    def node(self, node_id: str) -> Node:
        """Raises KeyError."""
        return next(n for n in self.nodes if n.node_id == node_id)


@dataclass(frozen=True, slots=True)
class _Backward:
    """Who names a credential, and who teaches a skill with what strength (strongest first)."""

    opens: Mapping[str, tuple[str, ...]]
    members: Mapping[str, tuple[str, ...]]
    teachers: Mapping[str, tuple[tuple[str, float], ...]]


class Surveyor:
    """Draws neighbourhoods; edges of a catalogue are turned round once a version."""

    def __init__(self) -> None:
        self._kept: Remembered[_Backward] = Remembered(SECONDS, most=8)

    def around(self, context: Context, tenant: str, node_id: str) -> Neighbourhood:
        """The neighbourhood of a credential id or a skill URI. Raises NotFound for what is neither."""
        catalogue, back = self._read(context, tenant)
        taxonomy = context.serving.taxonomy(tenant)
        drawing = _Drawing(catalogue, taxonomy, back)
        if node_id in catalogue.index.position:
            return drawing.of_credential(node_id)
        if node_id in taxonomy.skills.position:
            return drawing.of_skill(node_id)
        what = f"neither a credential nor a skill is called {node_id[:80]!r}"
        raise NotFound(what, where="id", fix="give the id of a credential or the URI of a skill")

    def first(self, context: Context, tenant: str) -> str:
        """The id of the credential with the most edges; "" for an empty catalogue."""
        catalogue, back = self._read(context, tenant)

        def worth(c: Credential) -> tuple[int, str]:
            hard = sum(len(g.credential_ids) for g in c.prerequisites)
            opened = len(back.opens.get(c.credential_id, ()))
            return -(min(hard, 3) + min(opened, 4) + min(hard, 1) * min(opened, 1) * 5), c.credential_id

        return min(catalogue.index.credentials, key=worth).credential_id if catalogue.index.credentials else ""

    def teachers(self, context: Context, tenant: str) -> Mapping[str, tuple[str, ...]]:
        """Skill URI -> ids of the active credentials that teach it, strongest first."""
        _, back = self._read(context, tenant)
        return {uri: tuple(teacher for teacher, _ in by) for uri, by in back.teachers.items()}

    def _read(self, context: Context, tenant: str) -> tuple[IndexedCatalogue, _Backward]:
        with context.database.read() as connection:
            version = catalogue_version(connection, tenant)
        catalogue = context.serving.catalogue(tenant, version)
        key = (tenant, catalogue.index.version, catalogue.taxonomy_version)
        return catalogue, self._kept.get(key, lambda: _turned_round(catalogue))


class _Drawing:
    """One picture in the making."""

    def __init__(self, catalogue: IndexedCatalogue, taxonomy: LoadedTaxonomy, back: _Backward) -> None:
        self._catalogue, self._taxonomy, self._back = catalogue, taxonomy, back
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str], Edge] = {}
        self._left_out = 0

    def of_credential(self, focus: str) -> Neighbourhood:
        """Prerequisites before it, what it opens and counts toward after it, its skills at the end."""
        self._add(focus, 0)
        self._walk(focus, -1)
        self._walk(focus, 1)
        record = self._record(focus)
        for stack in record.stacks_into[:MOST_AROUND] if record else ():
            if self._add(stack, 1):
                self._join(Edge(focus, stack, "counts_toward"))
        for member in self._some(self._back.members.get(focus, ())):
            if self._add(member, -1):
                self._join(Edge(member, focus, "counts_toward"))
        for uri, strength in self._some(self._skills(focus)):
            if self._add_skill(uri, 1):
                self._join(Edge(focus, uri, "teaches", strength))
        return self._picture(focus)

    def of_skill(self, focus: str) -> Neighbourhood:
        """Who teaches it before it, with what that requires; related skills after it."""
        self._add_skill(focus, 0)
        for teacher, strength in self._some(self._back.teachers.get(focus, ())):
            if self._add(teacher, -1):
                self._join(Edge(teacher, focus, "teaches", strength))
                for earlier, kind in self._before(teacher)[:2]:
                    if self._add(earlier, -2):
                        self._join(Edge(earlier, teacher, kind))
        neighbours, skills = self._taxonomy.skills.neighbours, self._taxonomy.skills
        row = skills.position[focus]
        span = range(int(neighbours.indptr[row]), int(neighbours.indptr[row + 1]))
        near = sorted(((float(neighbours.weights[at]), int(neighbours.indices[at])) for at in span), reverse=True)
        for weight, other in self._some(near):
            if self._add_skill(skills.uris[other], 1):
                self._join(Edge(focus, skills.uris[other], "related", weight))
        return self._picture(focus)

    def _walk(self, focus: str, way: int) -> None:
        """Hard and soft edges, nearest first, up to STEPS away."""
        waiting, seen = deque([(focus, 0)]), {focus}
        while waiting:
            here, far = waiting.popleft()
            if far == STEPS:
                continue
            for other, kind in self._some(self._before(here) if way < 0 else self._after(here)):
                if self._add(other, way * (far + 1)):
                    first, second = (other, here) if way < 0 else (here, other)
                    self._join(Edge(first, second, kind))
                    if other not in seen:
                        seen.add(other)
                        waiting.append((other, far + 1))

    def _before(self, credential_id: str) -> list[tuple[str, EdgeKind]]:
        record = self._record(credential_id)
        return list(_named(record)) if record else []

    def _after(self, credential_id: str) -> list[tuple[str, EdgeKind]]:
        found: list[tuple[str, EdgeKind]] = []
        for other in self._back.opens.get(credential_id, ()):
            found += [(other, kind) for named, kind in self._before(other) if named == credential_id][:1]
        return found

    def _skills(self, credential_id: str) -> list[tuple[str, float]]:
        best: dict[str, float] = {}
        for link in self._catalogue.links.get(credential_id, ()):
            best[link.skill_uri] = max(best.get(link.skill_uri, 0.0), link.strength * link.confidence)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))

    def _some(self, found: Iterable[T]) -> Iterator[T]:
        for place, one in enumerate(found):
            if place < MOST_AROUND:
                yield one
            else:
                self._left_out += 1

    def _record(self, credential_id: str) -> Credential | None:
        row = self._catalogue.index.position.get(credential_id)
        return None if row is None else self._catalogue.index.credentials[row]

    def _add(self, credential_id: str, layer: int) -> bool:
        record = self._record(credential_id)
        kind: NodeKind = "unknown" if record is None else "stack" if record.stack else "credential"
        label, detail = (record.title, record.awarding_body) if record else (credential_id, "")
        return self._put(Node(credential_id, kind, label, layer, detail))

    def _add_skill(self, uri: str, layer: int) -> bool:
        skills = self._taxonomy.skills
        row = skills.position.get(uri)
        return self._put(Node(uri, "skill", uri if row is None else skills.labels[row], layer))

    def _put(self, node: Node) -> bool:
        """Whether the node is in the picture; one that is there keeps its place."""
        if node.node_id in self._nodes:
            return True
        if len(self._nodes) >= MOST_NODES:
            self._left_out += 1
            return False
        self._nodes[node.node_id] = node
        return True

    def _join(self, edge: Edge) -> None:
        if edge.source != edge.target:
            self._edges.setdefault((edge.source, edge.target), edge)

    def _picture(self, focus: str) -> Neighbourhood:
        nodes = sorted(self._nodes.values(), key=lambda n: (n.layer, n.kind == "skill", n.label.casefold(), n.node_id))
        edges = sorted(self._edges.values(), key=lambda e: (e.source, e.target))
        return Neighbourhood(focus, tuple(nodes), tuple(edges), self._left_out)


def _named(record: Credential) -> Iterator[tuple[str, EdgeKind]]:
    """What a record builds on, hard edges first, each once."""
    seen: set[str] = set()
    for group in record.prerequisites:
        kind: EdgeKind = "requires" if group.needed == len(group.credential_ids) else "requires_one"
        for member in group.credential_ids:
            if member not in seen:
                seen.add(member)
                yield member, kind
    for preparation in record.preparation:
        if preparation.credential_id and preparation.credential_id not in seen:
            seen.add(preparation.credential_id)
            yield preparation.credential_id, "prepares"


def _turned_round(catalogue: IndexedCatalogue) -> _Backward:
    opens: dict[str, list[str]] = {}
    members: dict[str, list[str]] = {}
    teachers: dict[str, dict[str, float]] = {}
    for record in catalogue.index.credentials:
        for other, _ in _named(record):
            opens.setdefault(other, []).append(record.credential_id)
        for stack in record.stacks_into:
            members.setdefault(stack, []).append(record.credential_id)
        for link in catalogue.links.get(record.credential_id, ()) if record.status == "active" else ():
            known = teachers.setdefault(link.skill_uri, {})
            sure = link.strength * link.confidence
            known[record.credential_id] = max(known.get(record.credential_id, 0.0), sure)
    ordered = {uri: tuple(sorted(by.items(), key=lambda p: (-p[1], p[0]))) for uri, by in teachers.items()}
    return _Backward({k: tuple(v) for k, v in opens.items()}, {k: tuple(v) for k, v in members.items()}, ordered)
