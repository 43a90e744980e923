"""The sample as a setting to simulate in, made once for all test files."""

from __future__ import annotations

from functools import cache

from credpath.recommender.encoding import HashEncoder
from training.simulated_facts import make_world
from training.simulated_sample import sample_setting
from training.simulated_world import Setting, World


@cache
def sample() -> Setting:
    """With a small encoder: nothing here depends on how good it is."""
    return sample_setting(HashEncoder(64))


@cache
def a_world(seed: int = 5) -> World:
    """One world of the sample."""
    return make_world(sample(), seed)
