"""The model as MLflow stores it: code that loads the ranker from the bundle's learned folder, and no pickle.

MLflow runs this file when a model is logged and when one is loaded; nothing else imports it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow.models
import numpy as np
from mlflow.pyfunc.model import PythonModel

from credpath.recommender.forest import ForestRanker


class LearnedRanker(PythonModel):
    """Scores rows of features as the server does."""

    def load_context(self, context: Any) -> None:
        """Reads the ranker."""
        self.ranker = ForestRanker.load(Path(context.artifacts["learned"]) / "ranker")

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:  # noqa: ARG002
        """One score a row of a DataFrame, from the columns that bear the features' names."""
        return self.ranker.score(model_input[list(self.ranker.names)].to_numpy(dtype=np.float32))


mlflow.models.set_model(LearnedRanker())
