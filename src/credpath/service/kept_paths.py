"""The path that a learner was given: what of it still lies ahead, what comes next on it, and keeping a new one."""

from __future__ import annotations

from collections.abc import Iterable

from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.paths import KeptPath, LearningPath
from credpath.service.context import Context
from credpath.store.kept_paths import StoredPath, keep_path

BY_WORDS = "words:"


def goal_key(goal: CareerGoal) -> str:
    """What paths to the goal are kept under: its occupation, else its words, whatever their case and spaces; or ""."""
    words = " ".join(goal.text.casefold().split())
    return goal.occupation_uri or (f"{BY_WORDS}{words}" if words else "")


def path_ahead(paths: Iterable[StoredPath], goal: CareerGoal, snapshot: LearnerSnapshot) -> KeptPath:
    """The steps of the path kept toward that goal which are neither held nor under way."""
    key = goal_key(goal)
    steps = next((path.credential_ids for path in paths if path.goal_key == key), ())
    return KeptPath(still_ahead(steps, snapshot))


def still_ahead(steps: Iterable[str], snapshot: LearnerSnapshot) -> tuple[str, ...]:
    """Those that are neither held nor under way, in their order, each once."""
    behind = snapshot.held | snapshot.in_progress
    return tuple(dict.fromkeys(step for step in steps if step not in behind))


def planned_next(kept: KeptPath, snapshot: LearnerSnapshot) -> str:
    """The credential that the path has next, passing over what the learner waved away; "" without one."""
    return next((step for step in kept.credential_ids if step not in snapshot.dismissed), "")


def keep_shown(context: Context, tenant: str, learner_id: str, goal: CareerGoal, path: LearningPath) -> bool:
    """Keeps the path for the next answer; says whether there was anything to keep.

    A path without steps replaces nothing: limits that nothing fits into are no reason to forget the way. Durable
    when it returns. Raises NotFound when the learner was forgotten meanwhile.
    """
    key, steps = goal_key(goal), [step.credential_id for step in path.steps]
    if not key or not steps or not learner_id:
        return False
    now = context.clock()
    context.writer.submit(lambda connection: keep_path(connection, tenant, learner_id, key, steps, now)).result()
    return True
