"""What every item-to-item model must do, on a log whose answer is obvious."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from credpath.recommender.co_completion import LEARNED
from tests.training.toy_logs import PLAIN, chains
from training.item_models import fit_co_completion


class ItemModelContract:
    """Subclassed by each model with the name that it has among LEARNED."""

    name: str

    def best_after(self, *history: str) -> list[str]:
        """Credentials with evidence after a history, best first."""
        models = fit_co_completion(chains(), replace(PLAIN, ease_ridge=5.0, slist_ridge=5.0))
        followers = models.bind(models.ids)
        scores = followers.scores(followers.history_rows(history))
        found = followers.retrieve(scores, np.ones(len(models.ids), dtype=bool), 5)[LEARNED.index(self.name)]
        return [models.ids[row] for row in found]

    def test_what_learners_of_the_same_world_took_up_comes_first(self) -> None:
        assert self.best_after("a1", "a2")[0].startswith("a")
        assert self.best_after("b1", "b2")[0].startswith("b")

    def test_the_history_itself_is_never_found(self) -> None:
        assert not {"a1", "a2"} & set(self.best_after("a1", "a2"))

    def test_nothing_follows_an_empty_history(self) -> None:
        assert self.best_after() == []


class DirectedContract(ItemModelContract):
    """Of the models that know which of two came first."""

    def test_the_next_step_comes_before_the_previous_one(self) -> None:
        assert self.best_after("a2", "a3")[0] == "a4"


class TestSlist(DirectedContract):
    name = "slist"


class TestMarkov(DirectedContract):
    name = "markov"


class TestEase(ItemModelContract):
    name = "ease"


class TestItemKnn(ItemModelContract):
    name = "item_knn"
