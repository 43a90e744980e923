"""CTDL, Open Badges and pathway JSON-LD: every credential, course and assessment that a learner could take."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from credpath.domain.catalogue import Credential
from credpath.domain.derived_ids import derived_id
from credpath.errors import InvalidInput
from credpath.interop.catalogue_read import CatalogueRead, CatalogueRows
from credpath.interop.ctdl_edges import EdgeReader, Edges, usable_id
from credpath.interop.ctdl_facts import facts_of, is_offering, title_of
from credpath.interop.ctdl_graph import Graph, Node, read_documents, text
from credpath.interop.reading import Progress, Report, no_progress

# What a component of a pathway stands for, where the file also holds the thing itself.
_STANDS_FOR = ("sourceItem", "proxyFor", "sourceData")
_FILES = ("*.json", "*.jsonld")


def read_ctdl(path: Path, progress: Progress = no_progress, *, known: Collection[str] = ()) -> CatalogueRead:
    """Reads a file, or all of a folder as one graph; what cannot be used is skipped and reported.

    `known`: ids of credentials of earlier imports, which edges may point at. A required resource that neither the
    file nor `known` holds becomes words. Raises InvalidInput only when the path cannot be opened.
    """
    report = Report(progress)
    graph = Graph()
    files = sorted(f for pattern in _FILES for f in path.glob(pattern)) if path.is_dir() else [path]
    if not files:
        fix = "give the file, or the folder that holds the graph"
        raise InvalidInput(f"{path.name} holds no .json or .jsonld file", where=str(path), fix=fix)
    for file in files:
        _take_in(file, graph, report)
    rows = CatalogueRows(path, report)
    offerings = _offerings(graph)
    edges = EdgeReader(graph, offerings, known).read()
    for node_id, credential_id in sorted(offerings.items(), key=lambda entry: (entry[1], entry[0])):
        node = graph.nodes[node_id]
        if is_offering(node):
            report.row(node.file, report.rows + 1)
            _keep(graph, node, credential_id, edges[credential_id], rows)
    return rows.read()


def _take_in(file: Path, graph: Graph, report: Report) -> None:
    """Adds a file to the graph; a file without anything to import is refused with what it does hold."""
    try:
        added = [node for document in read_documents(file) for node in graph.add(document, file)]
    except InvalidInput as error:
        line = re.search(r"at line (\d+)", error.what)
        report.refuse(file, int(line[1]) if line else 0, error)
        return
    if not any(is_offering(node) for node in added):
        types = sorted({t for node in added for t in node.types if re.match(r"[A-Z]\w+$", t)})
        held = f"only {', '.join(types[:12])}" if types else "no resource with an @type"
        fix = "a CTDL credential has an @type such as ceterms:Certificate, and a name"
        report.refuse(file, 0, f"the file holds no credential: {held}", fix)


def _offerings(graph: Graph) -> dict[str, str]:
    """resource id -> credential id of everything that can be taken; a stand-in shares the id of the thing itself."""
    found = {node_id: _credential_id(node) for node_id, node in graph.nodes.items() if is_offering(node)}
    for node_id in list(found):
        node = graph.nodes[node_id]
        for value in (v for key in _STANDS_FOR for v in node.values.get(key, ())):
            target = graph.resolve(value)
            if target and target.node_id in found and target.node_id != node_id:
                target.absorb((), {k: v for k, v in node.values.items() if k not in _STANDS_FOR})
                found[node_id] = found[target.node_id]
                node.values = {}
    return found


def _credential_id(node: Node) -> str:
    if usable_id(node.node_id):
        return node.node_id
    named = text(node, "ctid") or text(node, "url", "subjectWebpage")
    return named if named and len(named) <= 200 else derived_id("ctdl", title_of(node), text(node, "description"))


def _keep(graph: Graph, node: Node, credential_id: str, edges: Edges, rows: CatalogueRows) -> None:
    rows.file = node.file
    for lost in edges.lost:
        rows.report.refuse(node.file, 0, lost, "import the other credential first, or in one folder with this file")
    rows.add(0, lambda n: Credential(credential_id, **facts_of(graph, n), **edges.finished(credential_id)), node)
