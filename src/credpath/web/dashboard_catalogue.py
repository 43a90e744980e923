"""The catalogue's health: what to mend, record by record, and what no record teaches."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from credpath.domain.catalogue import EU_ELEMENTS, Credential
from credpath.domain.catalogue_issues import ISSUE_KINDS, SEVERITIES
from credpath.service.catalogue import get_credential
from credpath.service.catalogue_review import Review, page_of, record_review
from credpath.web.dashboard_visits import OperatorVisit, VisitDep
from credpath.web.pages import PageRoute

router = APIRouter(prefix="/dashboard/catalogue", route_class=PageRoute)
PAGE = 20
MAX_WORDS = 200
UNTAUGHT = 24


@router.get("")
def show(visit: VisitDep) -> Response:
    """Health in figures, then the records to mend: searched, of one kind, by page."""
    found = review(visit)
    kind = visit.query.text("kind")
    kind = kind if kind in found.counts else ""
    words = visit.query.text("q")[:MAX_WORDS]
    page = page_of(found, kind, words, visit.number("page", 1, 1, 100_000), PAGE)
    return visit.show(
        "dashboard/catalogue.html", "catalogue", review=found, page=page, kind=kind, words_asked=words,
        titles=_titles(visit, [subject for issue in page.issues for subject in issue.subjects]),
        severities=SEVERITIES, elements=EU_ELEMENTS, untaught=found.untaught[:UNTAUGHT],
    )  # fmt: skip


@router.get("/record")
def record(visit: VisitDep) -> Response:
    """One record with everything that is wrong with it, and how to put it right. Raises NotFound."""
    found = review(visit)
    credential = get_credential(visit.context, visit.tenant, visit.query.text("id")[:MAX_WORDS])
    return visit.show(
        "dashboard/record.html", "catalogue", found=record_review(visit.context, visit.tenant, found, credential),
        titles=_titles(visit, credential.edges()), elements=EU_ELEMENTS, kinds=ISSUE_KINDS,
    )  # fmt: skip


def review(visit: OperatorVisit) -> Review:
    """Of the tenant's present catalogue. Raises NotReady."""
    return visit.desk.reviewer.review(visit.context, visit.tenant)


def _titles(visit: OperatorVisit, ids: list[str] | tuple[str, ...]) -> dict[str, str]:
    """Titles of those that are in the catalogue."""
    found: dict[str, Credential] = records_of(visit, ids)
    return {key: credential.title for key, credential in found.items()}


def records_of(visit: OperatorVisit, ids: list[str] | tuple[str, ...]) -> dict[str, Credential]:
    """The records of the catalogue that serves, by id; what it lacks is left out."""
    index = visit.desk.reviewer.catalogue(visit.context, visit.tenant).index
    return {key: index.credentials[row] for key in ids if (row := index.position.get(key)) is not None}
