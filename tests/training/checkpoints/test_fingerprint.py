"""What a run is: its fingerprint, and what made it."""

import dataclasses
import json

import numpy as np
import pytest

from firth.compilation.emitter import WIDTH
from firth.compilation.processor import processor_features
from firth.corpus import read_corpus
from firth.training import TrainConfig
from firth.training.checkpoints.fingerprint import describe_difference, made_by, spec_of
from firth.training.engines.base import NO_WORDS
from firth.training.engines.hogwild import HogwildEngine

CORPUS = read_corpus([["tea", "milk", "sugar"], ["bread", "butter"]] * 20, holdout=0.1)
HERE = {"firth": "0.1.0", "vector": 8, "features": ["avx", "avx2", "fma"]}


def spec(**options):
    config = TrainConfig(**{"dim": 4, "threads": 1, "min_count": 1, **options})
    return spec_of(CORPUS, config, HogwildEngine, None, NO_WORDS)


def test_json_can_hold_it():
    described = spec()
    assert json.loads(json.dumps(described.identity)) == described.identity
    assert json.loads(json.dumps(described.made_by)) == described.made_by


@pytest.mark.parametrize("change", [{"threads": 2}, {"on_divergence": "halve"}])
def test_what_may_differ_is_no_part_of_it(change):
    assert spec(**change).identity == spec().identity


@pytest.mark.parametrize("field", dataclasses.fields(TrainConfig), ids=lambda field: field.name)
def test_every_other_option_is(field):
    if field.name not in {"threads", "on_divergence"}:
        assert field.name in spec().identity


def test_its_bounds_are_those_of_the_run():
    described = spec(window=3, epochs=7, patience=2)
    assert described.size + CORPUS.held_out == CORPUS.tokens.size
    assert (described.epochs, described.most_pairs) == (7, 6)
    assert (described.held_out, described.keeps_best, described.same_bytes) == (True, True, False)
    described = spec(model="cbow", deterministic=True)
    assert (described.most_pairs, described.same_bytes) == (1, True)


def test_the_vectors_and_the_features_of_this_processor_are_told():
    found = made_by()
    assert found["vector"] == WIDTH
    assert set(found["features"]) <= processor_features()


def test_nothing_is_said_where_nothing_differs():
    assert describe_difference(HERE, dict(HERE)) is None


def test_what_is_damaged_is_a_difference():
    said = describe_difference({}, HERE)
    assert said == (
        "with Firth None (this is 0.1.0), on a processor with vectors of None numbers "
        "(this one has 8)"
    )
    assert "without avx, avx2, fma" in describe_difference({**HERE, "features": 3}, HERE)


def test_start_and_frozen_words_are_part_of_it():
    config = TrainConfig(dim=4, threads=1)
    frozen = spec_of(CORPUS, config, HogwildEngine, None, np.array([1]))
    assert frozen.identity["frozen"] != spec().identity["frozen"]
