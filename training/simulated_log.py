"""A simulated log as retraining reads one, without a database between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np

from credpath.domain.learner import Learner
from credpath.domain.outcomes import Impression, Outcome
from credpath.domain.rewards import MATURITY
from credpath.recommender.ranking import Policy
from credpath.store.packing import pack_matrix, pack_scores, unpack_matrix, unpack_scores
from training.dataset import CandidateSet, read_decisions
from training.pasts import gather_pasts
from training.simulate import ENDS_ON, EXPLORING, Course, Recommending, courses
from training.simulated_world import World
from training.slates import rearranged
from training.steps import set_stage
from training.tenant_log import GIVEN, TenantLog

# Everything that was shown is decided by then.
READ_ON = ENDS_ON + MATURITY + timedelta(days=1)
TENANT = "simulated"


@dataclass(slots=True)
class _Kept:
    """What is kept of a log while it is read as a stream: all but the features, and those deflated."""

    learners: list[Learner] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    considered: dict[str, tuple[tuple[str, ...], bytes, bytes]] = field(default_factory=dict)

    def impressions(self, made: Iterator[Course]) -> Iterator[Impression]:
        """Every impression once, on its way to whoever reads it."""
        for course in made:
            self.learners.append(course.learner)
            self.outcomes += course.outcomes
            for decision in course.decisions:
                yield self._keep(decision.impression)

    def _keep(self, shown: Impression) -> Impression:
        """Puts what was considered aside; what goes on has only the lines that were shown."""
        cells = rearranged(shown.features, shown.feature_names, GIVEN)
        packed = pack_matrix(cells.tobytes(), len(GIVEN)), pack_scores(shown.scores)
        self.considered[shown.impression_id] = (shown.candidates, *packed)
        places = [shown.candidates.index(credential_id) for credential_id in shown.slate]
        return replace(
            shown, candidates=shown.slate, scores=tuple(shown.scores[place] for place in places),
            features=cells[places].tobytes(), feature_names=GIVEN,
        )  # fmt: skip

    def candidates(self, impression_ids: Sequence[str]) -> list[CandidateSet]:
        """All candidates of some decisions, as `dataset.load_candidates` reads them."""
        return [self._one(*self.considered[name]) for name in impression_ids]

    @staticmethod
    def _one(candidates: tuple[str, ...], features: bytes, scores: bytes) -> CandidateSet:
        cells = np.frombuffer(unpack_matrix(features, len(GIVEN)), "<f4").reshape(-1, len(GIVEN))
        return CandidateSet(candidates, np.array(unpack_scores(scores)), cells)


def simulated_tenant_log(
    world: World, decisions: int, seed: int, recommending: Recommending | None = None, policy: Policy = EXPLORING
) -> TenantLog:
    """So many decisions and all that became of them, read when the last one is decided."""
    kept, setting = _Kept(), world.setting
    shown = kept.impressions(courses(world, decisions, seed, recommending, policy))
    read = read_decisions(shown, kept.outcomes, now=READ_ON, names=GIVEN)
    texts = {learner.profile.goal for learner in kept.learners}
    return TenantLog(
        tenant=TENANT,
        now=READ_ON,
        stage=set_stage(setting.catalogue, setting.taxonomy, setting.encoder, texts, READ_ON.date(), ("en",)),
        pasts=gather_pasts(kept.learners, kept.outcomes),
        decisions=read,
        candidates=kept.candidates,
        isco=setting.isco,
    )
