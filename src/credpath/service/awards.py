"""Credentials that a learner holds: recorded, and taken back; each answers with what it changed."""

from __future__ import annotations

from sqlalchemy import Connection

from credpath.domain.learner import Award
from credpath.domain.rules import check_happened
from credpath.domain.sayings import Saying
from credpath.errors import NotFound
from credpath.service.assessments import Corrected, skill_changes
from credpath.service.context import Context
from credpath.service.mastery import ExplainedChange, read_learner
from credpath.service.mastery_wording import withdrawn_saying
from credpath.service.told import changed_skills
from credpath.store import learners as rows
from credpath.store import outcomes as outcome_rows
from credpath.store.credentials import get_credential

# What a learner says on their own page comes with an outcome that says the same, under such an id.
SAID_ON_PAGE = "page:"


def add_award(context: Context, tenant: str, award: Award) -> tuple[ExplainedChange, ...]:
    """Records a held credential; returns what that changed.

    Raises NotFound for an unknown learner or credential, InvalidInput for a time that lies ahead.
    """
    check_happened(award.awarded_at, "awarded_at", context.clock())
    before = read_learner(context, tenant, award.learner_id)
    with context.database.read() as connection:
        if get_credential(connection, tenant, award.credential_id) is None:
            raise NotFound(f"no credential {award.credential_id!r}", where="credential_id", fix="import it first")
    context.writer.submit(lambda c: rows.add_award(c, tenant, award)).result()
    after = read_learner(context, tenant, award.learner_id)
    by_skill = {p.skill_uri: p for p in after.pieces if p.reference == award.credential_id and p.kind == "award"}
    found = []
    for uri in changed_skills(before.mastery, after.mastery):
        if uri in by_skill:
            # Both of one moment: what faded until then is not laid to the award.
            moment = max(after.at, by_skill[uri].at)
            was, now = (r.estimate(r.snapshot.kept.state, uri, moment) for r in (before, after))
            found.append(after.explain(by_skill[uri], was, now))
    return tuple(found)


def withdraw_award(context: Context, tenant: str, learner_id: str, credential_id: str, award_id: str = "") -> Corrected:
    """Takes awards of a credential back, as if they had never been given: one by its id, or all of them.

    May be repeated: what is not there changes nothing. Other outcomes that say that the credential was completed
    stay. Raises NotFound for an unknown learner.
    """
    before = read_learner(context, tenant, learner_id)

    def write(connection: Connection) -> int:
        gone = rows.withdraw_awards(connection, tenant, learner_id, credential_id, award_id)
        for award in gone:
            outcome_rows.withdraw_said(connection, tenant, award, SAID_ON_PAGE)
        return len(gone)

    count = context.writer.submit(write).result()
    after = read_learner(context, tenant, learner_id)
    title = before.title(credential_id) or credential_id

    def said(label: str, earlier: float, now: float) -> Saying:
        return withdrawn_saying(label, title, earlier, now)

    return Corrected(count, 0, skill_changes(before, after, said))
