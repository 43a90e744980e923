"""Which model estimates mastery for a tenant, and bringing states up to it that another one made."""

from __future__ import annotations

from credpath.domain.mastery import COUNTING, MasteryModel
from credpath.recommender.learned import Learned
from credpath.service.context import Context
from credpath.service.loading import LoadedBundle
from credpath.store.learners import refresh_mastery


def mastery_model(bundle: LoadedBundle | None, tenant: str) -> MasteryModel:
    """What the bundle has learned of the tenant's responses, else the model that counts and needs none."""
    return model_of(bundle.learned.get(tenant) if bundle is not None else None)


def model_of(learned: Learned | None) -> MasteryModel:
    """The one among what was learned of a tenant, else the one that needs none."""
    return COUNTING if learned is None or learned.mastery is None else learned.mastery


def serving_model(context: Context, tenant: str) -> MasteryModel:
    """Of the bundle that serves, or the one that needs none."""
    return mastery_model(context.serving.bundle if context.serving.ready else None, tenant)


def keep_fresh(context: Context, tenant: str, learner_id: str, model: MasteryModel) -> None:
    """Asks for the learner's state to be made by this model; nobody waits for it, the answer is right without."""
    context.writer.submit(lambda connection: refresh_mastery(connection, tenant, learner_id, model))
