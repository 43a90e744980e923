"""Everything that one tenant's retraining reads, gathered once: from the database, or from a simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import numpy as np

from credpath.domain.histories import first_taken_up
from credpath.domain.outcomes import Outcome
from credpath.errors import NotReady
from credpath.recommender.feature_names import GIVEN_MEANING
from credpath.service.context import Context
from credpath.service.mastery_models import mastery_model
from credpath.service.serving import read_catalogue
from credpath.service.tenants import PUBLIC
from credpath.store.credentials import catalogue_version
from credpath.store.taxonomies import load_taxonomy
from training.dataset import CandidateSet, Decisions, load_candidates, load_decisions
from training.pasts import Past, happened_by, read_pasts
from training.sequences import Sequences, pack_sequences
from training.steps import Stage, set_stage

# What a log says that no model learned: the other columns are computed anew for every row.
GIVEN: tuple[str, ...] = tuple(GIVEN_MEANING)
Candidates = Callable[[Sequence[str]], list[CandidateSet]]


@dataclass(frozen=True, slots=True)
class TenantLog:
    """`decisions`: mature ones, columns GIVEN. `candidates`: all that was considered for some of them, same columns.

    `isco`: occupation URI -> ISCO code. `groups`: learner -> group, None where nobody supplied any. `ahead`: outcomes
    and awards that were left out because they are dated after `now`.
    """

    tenant: str
    now: datetime
    stage: Stage
    pasts: tuple[Past, ...]
    decisions: Decisions
    candidates: Candidates
    isco: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] | None = None
    ahead: int = 0

    def goal_of(self) -> dict[str, str]:
        """learner -> occupation URI, for those whose goal means one."""
        found = {past.learner_id: self.stage.goals[past.profile.goal].goal.occupation_uri for past in self.pasts}
        return {learner: uri for learner, uri in found.items() if uri}

    def outcomes(self, before: datetime | None = None) -> Iterator[Outcome]:
        """Every outcome, awards among them as outcomes of that kind, by learner."""
        for past in self.pasts:
            for outcome in past.outcomes:
                if before is None or outcome.occurred_at < before:
                    yield outcome
            for award in past.awards:
                if before is None or award.awarded_at < before:
                    key = f"award:{award.award_id or award.credential_id}"[:200]
                    yield Outcome(key, past.learner_id, award.credential_id, "awarded", award.awarded_at)

    def sequences(self) -> Sequences:
        """Who took up what, in order."""
        steps = [
            (past.learner_id, credential_id, at.timestamp())
            for past in self.pasts
            for credential_id, at in first_taken_up(past.outcomes, past.awards).items()
        ]
        times = np.array([at for *_, at in steps], dtype=np.float64)
        return pack_sequences([who for who, *_ in steps], [what for _, what, _ in steps], times)


def read_tenant_log(context: Context, tenant: str, groups: Mapping[str, str] | None = None) -> TenantLog:
    """Reads a tenant's log as of now. Raises NotReady without a bundle, a taxonomy or a catalogue."""
    now, serving = context.clock(), context.serving
    taxonomy = serving.taxonomy(tenant)
    with context.database.read() as connection:
        version = catalogue_version(connection, tenant)
        owner = tenant if tenant in serving.bundle.taxonomies else PUBLIC
        known = load_taxonomy(connection, owner)
        pasts, ahead = happened_by(read_pasts(connection, tenant), now)
    if not read_catalogue(context.database, tenant)[0]:
        raise NotReady(f"{tenant} has no catalogue", fix="run `credpath import catalogue FILE` first")
    texts = {past.profile.goal for past in pasts}
    languages = context.preferences.default_languages
    catalogue = serving.catalogue(tenant, version)
    stage = set_stage(catalogue, taxonomy, serving.bundle.encoder, texts, now.date(), languages)
    stage = replace(stage, mastery=mastery_model(serving.bundle, tenant))
    return TenantLog(
        tenant=tenant,
        now=now,
        stage=stage,
        pasts=pasts,
        decisions=load_decisions(context.database, tenant, now, GIVEN),
        candidates=partial(_candidates, context, tenant),
        isco={o.uri: o.isco_code for o in known.occupations} if known is not None else {},
        groups=groups,
        ahead=ahead,
    )


def _candidates(context: Context, tenant: str, impression_ids: Sequence[str]) -> list[CandidateSet]:
    return load_candidates(context.database, tenant, impression_ids, GIVEN)
