"""The attention model: numpy computes what torch computes, and an obvious order is learned."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from credpath.errors import BundleRefused, InvalidInput
from credpath.recommender.co_completion import LEARNED, CoCompletion
from credpath.recommender.follow_arrays import Histories
from credpath.recommender.follow_attention import bind_attention
from tests.training.toy_logs import chains, wanderers
from training.attention import AttentionNet, exported, fit_attention
from training.attention_config import AttentionConfig
from training.item_models import MEMBERS_APART, ItemModelConfig, fit_co_completion

SMALL = AttentionConfig(epochs=60, dimensions=16, threads=1, learning_rate=0.01)
ROW = LEARNED.index("attention")


@pytest.fixture(scope="module")
def models() -> CoCompletion:
    return fit_co_completion(chains(), ItemModelConfig(attention=SMALL))


def test_numpy_computes_what_torch_computes() -> None:
    torch.manual_seed(1)
    net = AttentionNet(40, AttentionConfig(dimensions=32)).eval()
    for weight in net.parameters():
        weight.data += 0.3 * torch.randn_like(weight)
    bound = bind_attention(exported(net), np.arange(40, dtype=np.int32), 40)
    dice = np.random.default_rng(0)
    for length in (1, 2, 7, 30):
        history = dice.integers(0, 40, size=length)
        found = np.zeros((1, 40), dtype=np.float32)
        bound.add(Histories.of([history]), found, 1.0)
        with torch.no_grad():
            state = net(torch.from_numpy(history)[None])[0, -1]
            wanted = torch.softmax(state @ net.out.weight.T + net.bias, -1).numpy()
        np.testing.assert_allclose(found[0], wanted, rtol=2e-3, atol=1e-6)


def test_what_comes_next_is_learned(models: CoCompletion) -> None:
    followers = models.bind(models.ids)
    for history, following in ((["a1", "a2"], "a3"), (["b2", "b3"], "b4")):
        scores = followers.scores(followers.history_rows(history))[ROW]
        assert models.ids[int(scores.argmax())] == following
        assert scores.min() >= 0


def test_without_a_history_it_says_nothing(models: CoCompletion) -> None:
    followers = models.bind(models.ids)
    assert not followers.scores(np.zeros(0, dtype=np.int64))[ROW].any()


def test_it_is_saved_and_loaded_with_the_others(models: CoCompletion, tmp_path: Path) -> None:
    models.save(tmp_path)
    one, other = models.bind(models.ids), CoCompletion.load(tmp_path).bind(models.ids)
    history = one.history_rows(["a1"])
    assert np.array_equal(one.scores(history), other.scores(history))


@pytest.mark.parametrize("name", ["out", "ages", "widen"])
def test_weights_that_do_not_fit_are_refused(models: CoCompletion, tmp_path: Path, name: str) -> None:
    models.save(tmp_path)
    np.save(tmp_path / "attention" / f"{name}.npy", np.zeros((3, 3), dtype=np.float32))
    with pytest.raises(BundleRefused):
        CoCompletion.load(tmp_path)


def test_models_without_it_say_so(tmp_path: Path) -> None:
    models = fit_co_completion(chains(), ItemModelConfig(attention=AttentionConfig(positions=0)))
    models.save(tmp_path)
    assert json.loads((tmp_path / "co_completion.json").read_text())["attention"] == 0
    assert CoCompletion.load(tmp_path).attention == ()


@pytest.mark.parametrize("said", [True, False])
def test_models_that_an_earlier_version_saved_still_load(models: CoCompletion, tmp_path: Path, said: bool) -> None:
    models.save(tmp_path)
    card = tmp_path / "co_completion.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"attention": said}))
    assert len(CoCompletion.load(tmp_path).attention) == int(said)


def test_of_several_members_the_mean_counts(tmp_path: Path) -> None:
    log = wanderers(60)
    both = fit_co_completion(log, ItemModelConfig(attention=replace(SMALL, members=2)))
    alone = [replace(both, attention=(member,)).bind(both.ids) for member in both.attention]
    history = alone[0].history_rows([log.ids[0], log.ids[3]])
    one, other = (followers.scores(history)[ROW] for followers in alone)
    assert not np.allclose(one, other)
    both.save(tmp_path)
    for models in (both, CoCompletion.load(tmp_path)):
        assert np.allclose(models.bind(both.ids).scores(history)[ROW], (one + other) / 2, atol=1e-7)


def test_the_same_log_and_seed_give_the_same_weights() -> None:
    one, other = (fit_attention(wanderers(60), SMALL) for _ in range(2))
    assert one is not None
    assert other is not None
    assert all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)


def test_a_credential_that_the_catalogue_or_the_log_lacks_gets_nothing(models: CoCompletion) -> None:
    followers = models.bind(["a1", "a2", "new", "b4"])
    scores = followers.scores(followers.history_rows(["a1", "new"]))[ROW]
    assert scores[2] == 0 < scores[1]


def test_nobody_with_two_steps_is_nothing_to_learn_from() -> None:
    inner, _ = chains().split_last()
    single = inner.keep(inner.from_end == 0)
    assert fit_attention(single, SMALL) is None


def test_a_configuration_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidInput):
        AttentionConfig(dimensions=3)
    with pytest.raises(InvalidInput):
        AttentionConfig(dropout=1.0)


@pytest.mark.slow
def test_members_that_are_fitted_side_by_side_are_those_fitted_one_after_the_other() -> None:
    many = wanderers(learners=26_000)
    assert len(many.items) >= MEMBERS_APART
    small = AttentionConfig(positions=1, dimensions=8, negatives=8, members=2, threads=1)
    apart = fit_co_completion(many, ItemModelConfig(attention=replace(small, threads=2))).attention
    in_turn = fit_co_completion(many, ItemModelConfig(attention=small)).attention
    assert len(apart) == len(in_turn) == 2
    for one, other in zip(apart, in_turn, strict=True):
        assert all((one.arrays[name] == other.arrays[name]).all() for name in one.arrays)
    assert (apart[0].arrays["out"] != apart[1].arrays["out"]).any()
