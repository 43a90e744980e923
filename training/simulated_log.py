"""A simulated log as retraining reads one, without a database between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from credpath.domain.learner import Learner
from credpath.domain.outcomes import Impression, Outcome
from credpath.domain.rewards import MATURITY
from credpath.recommender.ranking import Policy
from credpath.store.packing import pack_matrix, pack_scores, unpack_matrix, unpack_scores
from training.dataset import CandidateSet, read_decisions
from training.pasts import gather_pasts
from training.simulate import ENDS_ON, EXPLORING, Course, Recommending, Wave, courses
from training.simulated_world import World
from training.slates import rearranged
from training.steps import set_stage
from training.tenant_log import GIVEN, TenantLog

# Everything that was shown is decided by then.
READ_ON = ENDS_ON + MATURITY + timedelta(days=1)
TENANT = "simulated"


@dataclass(slots=True)
class LogBook:
    """What is kept of a log while it is written, wave after wave: all but the features, and those deflated."""

    world: World
    learners: list[Learner] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    impressions: list[Impression] = field(default_factory=list)
    considered: dict[str, tuple[tuple[str, ...], bytes, bytes]] = field(default_factory=dict)

    def write(self, made: Iterable[Course]) -> None:
        """Takes in what some learners were shown and did."""
        for course in made:
            self.learners.append(course.learner)
            self.outcomes += course.outcomes
            self.impressions += [self._keep(decision.impression) for decision in course.decisions]

    def read(self, now: datetime) -> TenantLog:
        """The log as it stands at a moment: nothing that happens later is in it."""
        setting, happened = self.world.setting, [o for o in self.outcomes if o.occurred_at <= now]
        texts = {learner.profile.goal for learner in self.learners}
        return TenantLog(
            tenant=TENANT,
            now=now,
            stage=set_stage(setting.catalogue, setting.taxonomy, setting.encoder, texts, now.date(), ("en",)),
            pasts=gather_pasts(self.learners, happened),
            decisions=read_decisions(self.impressions, happened, now=now, names=GIVEN),
            candidates=self.candidates,
            isco=setting.isco,
        )

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


def decided_on(wave: Wave) -> datetime:
    """When everything that a wave was shown is decided."""
    return wave.ends_on + MATURITY + timedelta(days=1)


def simulated_tenant_log(
    world: World, decisions: int, seed: int, recommending: Recommending | None = None, policy: Policy = EXPLORING
) -> TenantLog:
    """So many decisions and all that became of them, read when the last one is decided."""
    book = LogBook(world)
    book.write(courses(world, decisions, seed, recommending, policy))
    return book.read(READ_ON)
