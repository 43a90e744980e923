"""Fits what `GoalIndex` ranks by: the view of titles, LambdaRank trees, and the calibration of confidence.

Titles are held out of the index in folds, so that what the trees learn from looks like what they will be asked.
`python -m training.goal_reranker --taxonomy DIR` writes the weights that come with the package.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

from credpath.domain.skills import Taxonomy
from credpath.errors import InvalidInput
from credpath.recommender.encoding import Encoder, FloatArray, normalise_text
from credpath.recommender.goal_features import FEATURES, GoalQuery, candidates
from credpath.recommender.goal_lexicon import words_of
from credpath.recommender.goal_space import build_space, encode_distinct, labels_of
from credpath.recommender.goal_trees import Trees
from credpath.recommender.goal_view import GoalView
from credpath.recommender.goal_weights import DEFAULTS, GoalWeights
from training.goal_calibration import calibrate
from training.goal_folds import RememberingEncoder, Title, alternative_titles, deal, without
from training.goal_view import ViewConfig, fit_view
from training.tree_export import export_trees

Progress = Callable[[str], None]
FEWEST_OCCUPATIONS = 500


@dataclass(frozen=True, slots=True)
class RankerConfig:
    """How questions are asked and trees are fitted."""

    folds: int = 8  # an eighth of the titles is held out at a time ...
    used: int = 4  # ... and so many eighths are asked for
    titles: int = 10_000  # at most, over all folds
    topics: float = 0.1  # so many of them lose their last word: "solar energy" of "solar energy engineer"
    rounds: int = 120
    leaves: int = 15
    depth: int = 6
    rate: float = 0.1
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """Q questions with K candidates each: features (Q, K, F), right (Q, K), closeness (Q,)."""

    features: FloatArray
    right: NDArray[np.bool_]
    closeness: FloatArray


RANKER, VIEW = RankerConfig(), ViewConfig()


def fit_goal_weights(
    taxonomy: Taxonomy,
    encoder: Encoder,
    seed: int = 0,
    progress: Progress = lambda _: None,
    config: RankerConfig = RANKER,
    view: ViewConfig = VIEW,
) -> GoalWeights:
    """Weights for this taxonomy's own words. Raises InvalidInput below 500 occupations: too few to learn from."""
    if len(taxonomy.occupations) < FEWEST_OCCUPATIONS:
        raise InvalidInput(
            f"{len(taxonomy.occupations)} occupations are too few to fit on",
            where="taxonomy",
            fix="use default_weights() of credpath.recommender.goal_weights",
        )
    remembering = RememberingEncoder(encoder)
    hands = deal(alternative_titles(taxonomy), config.folds, seed)[: config.used]
    folds = []
    for number, held_out in enumerate(hands, 1):
        progress(f"fold {number} of {len(hands)}")
        asked = held_out[: config.titles // config.used]
        folds.append(ask(without(taxonomy, held_out), asked, remembering, seed + number, config, view))
    progress("calibration")
    half = (len(folds) + 1) // 2
    seen, unseen = folds[:half], folds[half:]
    trees = fit_trees(seen, seed, config)
    progress("final fit")
    return GoalWeights(
        view=fit_taxonomy_view(taxonomy, remembering, seed, view),
        trees=fit_trees(folds, seed, config),
        calibration=calibrate(
            [_scores(trees, f.features) for f in unseen], [f.right for f in unseen], [f.closeness for f in unseen]
        ),
        fitted_on={
            "scheme": taxonomy.scheme, "release": taxonomy.release, "encoder": encoder.name, "seed": str(seed),
            "occupations": str(len(taxonomy.occupations)), "questions": str(sum(len(f.right) for f in folds)),
        },
    )  # fmt: skip


def fit_taxonomy_view(taxonomy: Taxonomy, encoder: Encoder, seed: int, config: ViewConfig) -> GoalView:
    """The view over all labels of a taxonomy."""
    per_occupation = [labels_of(o) for o in sorted(taxonomy.occupations, key=lambda o: o.uri)]
    texts = [normalise_text(label) for one in per_occupation for label in one]
    owners = np.repeat(np.arange(len(per_occupation)), [len(one) for one in per_occupation])
    return fit_view(texts, encode_distinct(encoder, texts), owners, seed, config)


def ask(
    taxonomy: Taxonomy, titles: Sequence[Title], encoder: Encoder, seed: int, config: RankerConfig, view: ViewConfig
) -> Asked:
    """Asks a taxonomy without these titles for them."""
    learned = fit_taxonomy_view(taxonomy, encoder, seed, view)
    space = build_space(taxonomy, encoder, learned)
    row_of = {uri: row for row, uri in enumerate(sorted(o.uri for o in taxonomy.occupations))}
    texts = _shorten([title.text for title in titles], config.topics, seed)
    vectors = encode_distinct(encoder, texts)
    views = learned.encode([normalise_text(text) for text in texts], vectors)
    found = [
        candidates(space, GoalQuery(normalise_text(t), v, w)) for t, v, w in zip(texts, vectors, views, strict=True)
    ]
    truth = np.array([row_of[title.occupation_uri] for title in titles])
    return Asked(
        np.stack([one.features for one in found]),
        np.stack([one.rows for one in found]) == truth[:, None],
        np.array([one.closeness for one in found], np.float32),
    )


def _shorten(texts: Sequence[str], share: float, seed: int) -> list[str]:
    """A share of the texts of two and more words without their last: people also ask by topic."""
    cut = np.random.default_rng(seed).random(len(texts)) < share
    return [
        " ".join(text.split()[:-1]) if one and len(words_of(text)) > 1 and len(text.split()) > 1 else text
        for text, one in zip(texts, cut, strict=True)
    ]


def fit_trees(folds: Sequence[Asked], seed: int, config: RankerConfig) -> Trees:
    """LambdaRank over questions whose right answer is among the candidates."""
    features = np.concatenate([one.features[one.right.any(axis=1)] for one in folds])
    right = np.concatenate([one.right[one.right.any(axis=1)] for one in folds])
    questions, count, width = features.shape
    settings = {
        "objective": "lambdarank", "lambdarank_truncation_level": 10, "num_leaves": config.leaves,
        "max_depth": config.depth, "learning_rate": config.rate, "min_data_in_leaf": 100, "lambda_l2": 5.0,
        "max_bin": 63, "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "verbose": -1, "seed": seed,
        "deterministic": True, "force_row_wise": True, "num_threads": config.threads,
    }  # fmt: skip
    table = lightgbm.Dataset(
        features.reshape(-1, width),
        right.reshape(-1).astype(np.int32),
        group=[count] * questions,
        feature_name=list(FEATURES),
    )
    return export_trees(lightgbm.train(settings, table, config.rounds).dump_model())


def _scores(trees: Trees, features: FloatArray) -> FloatArray:
    return np.stack([trees.scores(one) for one in features])


def main() -> None:
    """Entry point of `python -m training.goal_reranker`."""
    from credpath.recommender.encoding import OnnxEncoder
    from training.goals_benchmark import read_taxonomy

    parser = ArgumentParser(prog="python -m training.goal_reranker", description=__doc__)
    parser.add_argument("--taxonomy", type=Path, required=True, help="folder of the release to fit on")
    parser.add_argument("--format", choices=("esco", "onet", "native"), default="esco")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the exported encoder")
    parser.add_argument("--out", type=Path, default=DEFAULTS, help="where to write; default: into the package")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    encoder = OnnxEncoder(chosen.encoder, threads=2)
    weights = fit_goal_weights(read_taxonomy(chosen.taxonomy, chosen.format), encoder, chosen.seed, print)
    weights.save(chosen.out)
    print(f"wrote {chosen.out}")


if __name__ == "__main__":
    main()
