"""The quick self-check: what learners say of their own skills, reckoned as it will count once it is kept.

An answer is somebody's own word. Asking reads the profile as the answers would leave it, and keeping stores exactly
that, so what the check promises is what comes after it: also on a path that was made before the answers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from credpath.recommender.next_beliefs import Asking
from credpath.service.asking import Ask, understand
from credpath.service.context import Context
from credpath.service.expected_answers import ExpectingWord, not_due
from credpath.service.kept_paths import planned_next
from credpath.service.mastery_models import model_of
from credpath.service.next_assessment import Check, NextAssessment, Offer, ask_next, skills_of, toward_a_goal
from credpath.service.own_words import keep_words, resolver, said, uri_of
from credpath.service.planning_paths import plan_paths

# A "not yet" may have become a yes by then, so it is asked about again; until then it is not.
ASK_AGAIN_AFTER = timedelta(days=90)


def next_self_question(
    context: Context, tenant: str, learner_id: str, yes: Collection[str] = (), no: Collection[str] = ()
) -> NextAssessment:
    """The next question after the answers of this sitting, which are not kept yet. `yes`, `no`: URIs of skills.

    Nothing is asked twice: what the learner said before is known, a "not yet" for ASK_AGAIN_AFTER. Raises as
    `next_assessment`.
    """
    now, ask = context.clock(), Ask(learner_id=learner_id, limit=1)
    resolve = resolver(context, tenant)
    asked = toward_a_goal(understand(context, tenant, ask, lambda profile: said(profile, yes, no, now, resolve)))
    model, profile, skills = model_of(asked.learned), asked.snapshot.profile, skills_of(asked.goal)
    noes = {uri: one for one in profile.not_yet if (uri := uri_of(one.skill, resolve))}
    long_ago = frozenset(uri for uri, one in noes.items() if one.said_at <= now - ASK_AGAIN_AFTER)
    spoken = {uri_of(words, resolve) for words in profile.declared_skills} | (noes.keys() - long_ago)
    asking = Asking(answers=1, again=long_ago)
    only = skills - spoken - not_due(asked.snapshot, skills, model, asking)
    answering = ExpectingWord(asked.snapshot.kept.state, model, now)
    return ask_next(context, tenant, ask, asked, Check(answering, asking, only, Offer(), frozenset(), now))


def keep_answers(
    context: Context, tenant: str, learner_id: str, yes: Collection[str] = (), no: Collection[str] = ()
) -> None:
    """Stores the answers. A kept path that goes on with something else than the check promised is planned anew.

    Raises NotFound for an unknown learner.
    """
    keep_words(context, tenant, learner_id, yes, no)
    ask = Ask(learner_id=learner_id, limit=1)
    asked = understand(context, tenant, ask)
    ahead = planned_next(asked.kept, asked.snapshot)
    if ahead and next_self_question(context, tenant, learner_id).question.first not in ("", ahead):
        plan_paths(context, tenant, ask, previous=())
