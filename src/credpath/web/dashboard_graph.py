"""The skill and prerequisite graph around one credential or skill, as a picture and as an ordered list."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from credpath.service.catalogue import list_credentials
from credpath.service.neighbourhood import Edge, Neighbourhood, Node
from credpath.web.charts_graph import picture_of
from credpath.web.dashboard_visits import OperatorVisit, VisitDep
from credpath.web.pages import PageRoute

router = APIRouter(prefix="/dashboard/graph", route_class=PageRoute)
MAX_WORDS = 200
FOUND = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A credential or skill that the words may mean."""

    node_id: str
    kind: str
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A node of the list with the edges that lead on from it."""

    node: Node
    onward: tuple[tuple[Edge, Node], ...]


@router.get("")
def show(visit: VisitDep) -> Response:
    """What stands around `id`; without one, around the credential with the most edges. `q` searches."""
    words = visit.query.text("q")[:MAX_WORDS]
    hits = _search(visit, words) if words else ()
    asked = visit.query.text("id")[:MAX_WORDS]
    focus = asked or (
        hits[0].node_id if hits else "" if words else visit.desk.surveyor.first(visit.context, visit.tenant)
    )
    found = visit.desk.surveyor.around(visit.context, visit.tenant, focus) if focus else None
    return visit.show(
        "dashboard/graph.html", "graph", words_asked=words, hits=hits, found=found,
        picture=picture_of(found) if found else None, entries=entries_of(found) if found else (),
    )  # fmt: skip


def _search(visit: OperatorVisit, words: str) -> tuple[Hit, ...]:
    """Credentials by their words, then skills by their meaning; before all others what is called exactly so."""
    records, _ = list_credentials(visit.context, visit.tenant, words, "", FOUND)
    taxonomy = visit.context.serving.taxonomy(visit.tenant)
    skills = taxonomy.skills.search(words, visit.context.serving.bundle.encoder, FOUND)
    hits = [Hit(c.credential_id, "stack" if c.stack else "credential", c.title, c.awarding_body) for c in records]
    hits += [Hit(s.skill_uri, "skill", s.label, "") for s in skills]
    return tuple(sorted(hits, key=lambda hit: hit.label.casefold() != words.casefold()))


def entries_of(found: Neighbourhood) -> tuple[Entry, ...]:
    """Every node from what comes first on, with where it leads."""
    by_id = {node.node_id: node for node in found.nodes}
    order = {node.node_id: place for place, node in enumerate(found.nodes)}
    entries = []
    for node in found.nodes:
        onward = sorted((e for e in found.edges if e.source == node.node_id), key=lambda e: order[e.target])
        entries.append(Entry(node, tuple((edge, by_id[edge.target]) for edge in onward)))
    return tuple(entries)
