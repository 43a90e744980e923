"""Cold start, reported apart: learners of whom nothing is known but a goal, and credentials nobody has taken yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from training.evaluate import Contest, Evaluation, Slicing, evaluate
from training.pasts import Past, TakeUp, TakeUpChoice, choose_take_ups
from training.steps import Stage

LEAST = 20  # take-ups below which a figure would say more about chance than about a system


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Figures for each kind of cold start; None, with `why`, where too few cases exist."""

    learners: Evaluation | None
    credentials: Evaluation | None
    why: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, for the card and the run."""
        return {
            "learners": self.learners.as_dict() if self.learners else None,
            "credentials": self.credentials.as_dict() if self.credentials else None,
            "why": list(self.why),
        }


def cold_start(
    stage: Stage,
    pasts: Iterable[Past],
    contest: Contest,
    since: datetime,
    slicing: Slicing | None = None,
    *,
    learners: int = 1_000,
    seed: int = 0,
    tick: Callable[[int], None] = lambda _: None,
) -> ColdStart:
    """First take-ups of people with a goal, and take-ups of credentials that nobody took before `since`."""
    everyone, chosen = tuple(pasts), TakeUpChoice(since=since, earlier=0, latest=1_000_000, seed=seed)
    later = choose_take_ups(everyone, replace(chosen, learners=max(1, len(everyone))))
    new = draw_learners(first_steps(later), learners, seed)
    unseen = draw_learners(of_unseen(later, unseen_before(stage, contest)), learners, seed)
    found: list[Evaluation | None] = []
    why = []
    for name, take_ups in (("learners without a history", new), ("credentials without outcomes", unseen)):
        if sum(len(t.credentials) for t in take_ups) < LEAST:
            found.append(None)
            why.append(f"fewer than {LEAST} take-ups since {since:%Y-%m-%d} concern {name}")
        else:
            found.append(evaluate(stage, take_ups, contest, slicing, seed=seed, tick=tick))
    return ColdStart(found[0], found[1], tuple(why))


def first_steps(take_ups: Sequence[TakeUp]) -> tuple[TakeUp, ...]:
    """Those of learners who had taken nothing up before and say where they want to go."""
    return tuple(t for t in take_ups if not t.earlier and t.past.profile.goal.strip())


def unseen_before(stage: Stage, contest: Contest) -> frozenset[str]:
    """Credentials of the catalogue that nobody took up before the cut."""
    ids = stage.catalogue.index.ids
    return frozenset(ids[row] for row in np.flatnonzero(contest.counts == 0).tolist())


def of_unseen(take_ups: Sequence[TakeUp], unseen: Collection[str]) -> tuple[TakeUp, ...]:
    """The take-ups of those credentials, others taken at the same moment left out."""
    found = []
    for take_up in take_ups:
        kept = [at for at, credential_id in enumerate(take_up.credentials) if credential_id in unseen]
        if kept:
            found.append(
                replace(
                    take_up,
                    credentials=tuple(take_up.credentials[at] for at in kept),
                    rewards=tuple(take_up.rewards[at] for at in kept),
                    grades=tuple(take_up.grades[at] for at in kept),
                )
            )
    return tuple(found)


def draw_learners(take_ups: Sequence[TakeUp], most: int, seed: int) -> tuple[TakeUp, ...]:
    """The take-ups of at most so many learners, drawn by `seed` alone."""
    names = sorted({t.past.learner_id for t in take_ups})
    drawn = {names[at] for at in np.random.default_rng(seed).permutation(len(names))[:most].tolist()}
    return tuple(t for t in take_ups if t.past.learner_id in drawn)


def hide_credentials(pasts: Iterable[Past], position: Collection[str], share: float, seed: int) -> frozenset[str]:
    """Credentials to hide from a fit, so that they are as new: a share of those that anybody took up."""
    taken = {o.credential_id for past in pasts for o in past.outcomes} & set(position)
    names = sorted(taken)
    drawn = np.random.default_rng(seed).permutation(len(names))[: round(share * len(names))]
    return frozenset(names[at] for at in drawn.tolist())


def without_credentials(pasts: Iterable[Past], hidden: Collection[str]) -> tuple[Past, ...]:
    """The same learners with no trace of the hidden credentials, for fitting."""
    return tuple(
        replace(
            past,
            outcomes=tuple(o for o in past.outcomes if o.credential_id not in hidden),
            awards=tuple(a for a in past.awards if a.credential_id not in hidden),
        )
        for past in pasts
    )
