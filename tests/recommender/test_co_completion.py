"""Learned followers: arrays in a bundle, bound to a catalogue, the same for one learner as for many."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import BundleRefused
from credpath.recommender.co_completion import FOLLOW_MEANING, LEARNED, CoCompletion
from credpath.recommender.csr import offsets
from credpath.recommender.follow_arrays import Histories
from credpath.recommender.follow_features import follow_features
from credpath.recommender.follow_scores import scores_of
from tests.training.toy_logs import PLAIN, sequences_from, wanderers
from training.item_models import fit_co_completion


@pytest.fixture(scope="module")
def models() -> CoCompletion:
    return fit_co_completion(wanderers(), replace(PLAIN, followers=12))


def columns(features: np.ndarray, name: str) -> np.ndarray:
    return features[:, list(FOLLOW_MEANING).index(name)]


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_what_is_saved_is_what_is_loaded(models: CoCompletion, tmp_path: Path) -> None:
    models.save(tmp_path)
    loaded = CoCompletion.load(tmp_path)
    assert (loaded.ids, dict(loaded.decays)) == (models.ids, dict(models.decays))
    assert all(np.array_equal(getattr(loaded, a), getattr(models, a)) for a in ("targets", "values", "items"))


def _write_json(folder: Path, **changes: object) -> None:
    path = folder / "co_completion.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize("fault", ["missing", "half", "another version", "nan", "target beyond", "decay"])
def test_arrays_that_do_not_fit_are_refused(models: CoCompletion, tmp_path: Path, fault: str) -> None:
    models.save(tmp_path)
    values, targets = models.values.copy(), models.targets.copy()
    if fault == "missing":
        (tmp_path / "items.npy").unlink()
    elif fault == "half":
        np.save(tmp_path / "values.npy", values[:3])
    elif fault == "another version":
        _write_json(tmp_path, version=99)
    elif fault == "nan":
        values[0, 0, 0] = np.nan
        np.save(tmp_path / "values.npy", values)
    elif fault == "target beyond":
        targets[0, 0] = len(models.ids) + 1
        np.save(tmp_path / "targets.npy", targets)
    else:
        _write_json(tmp_path, decays={**models.decays, "ease": 1.5})
    with pytest.raises(BundleRefused):
        CoCompletion.load(tmp_path)


@pytest.mark.parametrize("texts", [False, True])
def test_many_learners_at_once_get_bit_for_bit_what_each_gets_alone(models: CoCompletion, texts: bool) -> None:
    catalogue = [*models.ids, "new"]
    vectors = unit(np.random.default_rng(0).normal(size=(len(catalogue), 16))) if texts else None
    followers = models.bind(catalogue, vectors)
    histories = [np.array(h, dtype=np.int64) for h in ([], [3], [1, 2, 5], list(range(25)), [30, 4])]
    together = Histories.of(histories)
    scores = scores_of(followers.arrays, together)
    rows = [np.arange(at, len(catalogue)) for at in range(len(histories))]
    starts = offsets(np.array([len(one) for one in rows]))
    features = follow_features(followers.arrays, together, scores, np.concatenate(rows), starts)
    for at, history in enumerate(histories):
        alone = followers.scores(history)
        features_alone = followers.features(history, alone, rows[at])
        same = np.array_equal if vectors is None else functools.partial(np.allclose, rtol=1e-5, atol=1e-6)
        assert same(alone, scores[:, at])
        assert same(features_alone, features[starts[at] : starts[at + 1]])


def test_features_are_named_finite_and_one_row_a_candidate(models: CoCompletion) -> None:
    followers = models.bind(models.ids)
    for history in ([], ["c001"], [*models.ids]):
        rows = followers.history_rows(history)
        features = followers.features(rows, followers.scores(rows), np.arange(10))
        assert features.shape == (10, len(FOLLOW_MEANING))
        assert features.dtype == np.float32
        assert np.isfinite(features).all()
    assert all(name.startswith("follow_") and words for name, words in FOLLOW_MEANING.items())


def test_no_candidates_have_no_features(models: CoCompletion) -> None:
    followers = models.bind(models.ids)
    rows = followers.history_rows(["c001"])
    assert followers.features(rows, followers.scores(rows), np.zeros(0, dtype=np.int64)).shape == (
        0,
        len(FOLLOW_MEANING),
    )


def test_the_order_of_the_catalogue_has_no_effect_on_a_credential(models: CoCompletion) -> None:
    ids = list(models.ids)
    turned = ids[::-1]
    one, other = models.bind(ids), models.bind(turned)
    history = ["c001", "c002"]
    a, b = one.scores(one.history_rows(history)), other.scores(other.history_rows(history))
    np.testing.assert_allclose(a, b[:, ::-1], rtol=1e-6)
    row, turned_row = np.array([ids.index("c003")]), np.array([turned.index("c003")])
    np.testing.assert_allclose(
        one.features(one.history_rows(history), a, row), other.features(other.history_rows(history), b, turned_row),
        rtol=1e-5, atol=1e-6,
    )  # fmt: skip


def test_unknown_credentials_of_a_history_and_those_that_the_catalogue_lost_are_passed_over(
    models: CoCompletion,
) -> None:
    followers = models.bind([name for name in models.ids if name != "c002"])
    assert followers.history_rows(["c001", "c002", "nobody", "c003"]).tolist() == [1, 2]
    assert np.isfinite(followers.scores(followers.history_rows(["c002"]))).all()


def test_candidates_are_allowed_have_evidence_and_come_best_first(models: CoCompletion) -> None:
    followers = models.bind(models.ids)
    scores = followers.scores(followers.history_rows(["c001"]))
    allowed = np.arange(len(models.ids)) % 2 == 0
    for name, line, found in zip(LEARNED, scores, followers.retrieve(scores, allowed, 5), strict=True):
        assert allowed[found].all(), name
        assert (line[found] > 0).all(), name
        assert (np.diff(line[found]) <= 0).all(), name


def test_the_next_step_shows_in_its_features(models: CoCompletion) -> None:
    followers = models.bind(models.ids)
    rows = followers.history_rows(["c009", "c010"])
    features = followers.features(rows, followers.scores(rows), np.arange(len(models.ids)))
    for name in ("follow_slist", "follow_markov", "follow_next_1"):
        assert models.ids[int(columns(features, name).argmax())] in {"c011", "c012"}, name
    assert columns(features, "follow_next_1").argmax() == 11
    assert columns(features, "follow_markov_rank").min() == 0
    assert columns(features, "follow_order_1")[11] > 0.5 > columns(features, "follow_order_1")[9]


def test_a_credential_that_nobody_took_up_is_reached_by_its_text(models: CoCompletion) -> None:
    catalogue = [*models.ids, "new"]
    vectors = unit(np.random.default_rng(1).normal(size=(len(catalogue), 32)))
    vectors[-1] = unit((vectors[11] + 0.2 * vectors[0])[None])[0]
    followers = models.bind(catalogue, vectors)
    scores = followers.scores(followers.history_rows(["c009", "c010"]))
    assert scores[LEARNED.index("neighbours")].argmax() == len(catalogue) - 1
    assert scores[: LEARNED.index("popular"), -1].tolist() == [0.0] * LEARNED.index("popular")


def test_without_a_history_what_others_begin_with_is_found() -> None:
    models = fit_co_completion(
        sequences_from([(f"l{i}", name, at) for i in range(20) for at, name in enumerate("abc")]), PLAIN
    )
    followers = models.bind(models.ids)
    scores = followers.scores(np.zeros(0, dtype=np.int64))
    assert models.ids[int(scores[LEARNED.index("popular")].argmax())] == "a"


def test_the_most_followers_that_are_kept_are_as_good_as_all() -> None:
    whole, cut = (fit_co_completion(wanderers(), replace(PLAIN, followers=k)) for k in (30, 12))
    hits = 0
    for at in range(30):
        history = [f"c{at:03d}"]
        best = []
        for models in (whole, cut):
            followers = models.bind(models.ids)
            best.append(followers.scores(followers.history_rows(history))[0].argmax())
        hits += best[0] == best[1]
    assert hits >= 28
