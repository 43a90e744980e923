"""What learners said on their own page by mistake, taken back: as it was before, with all that came with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from credpath.domain.learner import Award, NotYet, Profile
from credpath.domain.outcomes import HELD_KINDS, IN_PROGRESS_KINDS, Outcome
from credpath.errors import NotFound
from credpath.service.awards import SAID_ON_PAGE
from credpath.service.context import Context
from credpath.service.own_words import Resolve, put_changed, resolver, uri_of
from credpath.store import learners as rows
from credpath.store import outcomes as outcome_rows

# What can be taken back one by one; a dismissal goes as a whole, see `take_back`.
UNDOABLE = IN_PROGRESS_KINDS | HELD_KINDS | {"dropped"}


@dataclass(frozen=True, slots=True)
class Gained:
    """What "I know this already" changed of a profile: words that it declared, denials that they replaced."""

    declared: tuple[str, ...] = ()
    denied: tuple[NotYet, ...] = ()


NOTHING = Gained()


def gained_between(before: Profile, after: Profile) -> Gained:
    """What the one has more of than the other."""
    return Gained(
        tuple(words for words in after.declared_skills if words not in before.declared_skills),
        tuple(one for one in before.not_yet if one not in after.not_yet),
    )


def take_back(context: Context, tenant: str, learner_id: str, credential_id: str, gained: Gained = NOTHING) -> None:
    """Takes a dismissal back, so that the credential may be suggested again, with what it added to the profile.

    Raises NotFound where there is none.
    """
    now, resolve = context.clock(), resolver(context, tenant)

    def write(connection: Connection) -> None:
        if not outcome_rows.withdraw(connection, tenant, learner_id, credential_id, "dismissed"):
            raise NotFound("there is no such dismissal", where="credential_id")
        if gained != NOTHING:
            put_changed(connection, tenant, learner_id, lambda profile: without(profile, gained, resolve), now)

    context.writer.submit(write).result()


def without(profile: Profile, gained: Gained, resolve: Resolve) -> Profile:
    """The profile before that was gained; what was said of the same skills since then stays."""
    claimed = tuple(words for words in profile.declared_skills if words not in gained.declared)
    spoken_of = {uri_of(words, resolve) for words in (*claimed, *(one.skill for one in profile.not_yet))}
    again = tuple(one for one in gained.denied if uri_of(one.skill, resolve) not in spoken_of)
    return replace(profile, declared_skills=claimed, not_yet=(*profile.not_yet, *again))


def unsay(context: Context, tenant: str, learner_id: str, outcome_id: str) -> Outcome:
    """Takes back what the learner said on their page became of a credential, with the award that it recorded.

    As if it had never been said; returns what it was. Raises NotFound for what came from elsewhere.
    """

    def write(connection: Connection) -> Outcome:
        happened = outcome_rows.outcomes_of(connection, tenant, learner_id)
        found = next((o for o in happened if o.outcome_id == outcome_id and is_said_here(o)), None)
        if found is None or found.kind not in UNDOABLE:
            what = "this was not said here, or was taken back already"
            raise NotFound(what, where="said", fix="load the page again")
        outcome_rows.withdraw_one(connection, tenant, learner_id, outcome_id)
        if found.kind == "awarded":
            award_id = Award(learner_id, found.credential_id, found.occurred_at).identified.award_id
            rows.withdraw_awards(connection, tenant, learner_id, found.credential_id, award_id)
        return found

    return context.writer.submit(write).result()


def is_said_here(outcome: Outcome) -> bool:
    """Whether the learner said it on their own page."""
    return outcome.outcome_id.startswith(SAID_ON_PAGE)
