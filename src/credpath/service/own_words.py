"""What learners say of their own skills: that they have one, or that they do not have it yet. The last word counts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from credpath.domain.learner import Learner, NotYet, Profile
from credpath.recommender.skill_index import SkillMatch
from credpath.service.context import Context
from credpath.service.mastery import unknown_learner
from credpath.store import learners as rows

Resolve = Callable[[str], SkillMatch | None]


def change_profile(context: Context, tenant: str, learner_id: str, change: Callable[[Profile], Profile]) -> Profile:
    """Applies `change` to the stored profile within one transaction. Raises NotFound, or what `change` raises."""
    now = context.clock()
    return context.writer.submit(lambda c: put_changed(c, tenant, learner_id, change, now)).result()


def put_changed(
    connection: Connection, tenant: str, learner_id: str, change: Callable[[Profile], Profile], now: datetime
) -> Profile:
    """The same within the caller's transaction."""
    found = rows.get_learner(connection, tenant, learner_id)
    if found is None:
        raise unknown_learner(learner_id)
    changed = change(found.profile)
    rows.put_learner(connection, tenant, Learner(learner_id, changed), now)
    return changed


def keep_words(
    context: Context, tenant: str, learner_id: str, yes: Collection[str] = (), no: Collection[str] = ()
) -> Profile:
    """Stores what was said of skills, by URI or label, instead of what was said of them before. Raises NotFound."""
    now, resolve = context.clock(), resolver(context, tenant)
    return change_profile(context, tenant, learner_id, lambda profile: said(profile, yes, no, now, resolve))


def said(profile: Profile, yes: Collection[str], no: Collection[str], now: datetime, resolve: Resolve) -> Profile:
    """The profile after that: each skill is either claimed or not there yet, as it was said last."""
    has, lacks = ({uri_of(words, resolve) for words in given} for given in (yes, no))
    denied = tuple(NotYet(words, now) for words in dict.fromkeys(no) if uri_of(words, resolve) not in has)
    claimed = tuple(w for w in profile.declared_skills if uri_of(w, resolve) not in lacks - has)
    stay = tuple(one for one in profile.not_yet if uri_of(one.skill, resolve) not in has | lacks)
    return replace(profile, declared_skills=tuple(dict.fromkeys((*claimed, *yes))), not_yet=(*stay, *denied))


def uri_of(words: str, resolve: Resolve) -> str:
    """Of the skill that is meant, or the words themselves where the taxonomy knows none."""
    match = resolve(words)
    return match.skill_uri if match else words


def resolver(context: Context, tenant: str) -> Resolve:
    """Finds the skill that words mean; none while no bundle serves."""
    return context.serving.taxonomy(tenant).resolve if context.serving.ready else lambda _: None
