"""What a run is: its fingerprint, and what made it."""

import dataclasses
import json

import numpy as np
import pytest

from firth.compilation.emitter import WIDTH
from firth.compilation.processor import processor_features
from firth.corpus import read_corpus
from firth.training import TrainConfig, arithmetic
from firth.training.checkpoints.fingerprint import fingerprint_of, made_by
from firth.training.engines.base import Initial
from firth.training.engines.hogwild import HogwildEngine
from firth.training.task import Task

CORPUS = read_corpus([["tea", "milk", "sugar"], ["bread", "butter"]] * 20, holdout=0.1)


def fingerprint(engine=HogwildEngine, start=None, frozen=(), **options):
    config = TrainConfig(**{"dim": 4, "threads": 1, "min_count": 1, **options})
    initial = None if start is None else Initial(np.array([1]), {"input": np.full((1, 4), start)})
    return fingerprint_of(Task(CORPUS, config, engine, initial, np.array(frozen, np.int64)))


def made(**options):
    config = TrainConfig(dim=4, min_count=1, **options)
    return made_by(Task(CORPUS, config, HogwildEngine))


def test_json_can_hold_it():
    for described in (fingerprint(), made(), made(deterministic=True)):
        assert json.loads(json.dumps(described)) == described


def test_every_option_is_part_of_it_but_those_that_may_differ():
    names = {field.name for field in dataclasses.fields(TrainConfig)}
    assert names - fingerprint().keys() == {"threads", "on_divergence"}
    assert fingerprint(threads=2, on_divergence="halve") == fingerprint()


def test_the_vectors_and_the_features_of_this_processor_are_told():
    found = made(model="cbow")
    assert found["vector length"] == WIDTH
    assert set(found["instructions"].split()) <= processor_features()


@pytest.mark.parametrize("has_pairs", [False, True])
def test_rounding_of_factors_is_told(monkeypatch, has_pairs):
    monkeypatch.setattr(arithmetic, "BFLOAT16", has_pairs)
    told = [
        "bfloat16" in made(**options)["instructions"]
        for options in (
            {},
            {"model": "cbow"},
            {"documents": "alone"},
            {"documents": "joint"},
            {"deterministic": True},
        )
    ]
    assert told == [has_pairs, False, False, has_pairs, False]


def test_a_deterministic_run_depends_on_fused_arithmetic_alone(monkeypatch):
    for features, width, instructions in [
        ({"avx", "avx2", "fma"}, 8, "fused multiply-add"),
        ({"avx512f", "fma"}, 8, "fused multiply-add"),
        ({"neon"}, 8, "fused multiply-add"),
        ({"sse2", "avx"}, WIDTH, "avx"),
    ]:
        monkeypatch.setattr(arithmetic, "processor_features", lambda found=features: found)
        told = made(deterministic=True)
        assert (told["vector length"], told["instructions"]) == (width, instructions)


def test_start_and_frozen_words_are_part_of_it():
    plain, frozen = fingerprint(), fingerprint(frozen=[1])
    first, second = (fingerprint(start=value)["start"] for value in (0.5, 0.6))
    assert len({plain["start"], first, second}) == 3
    assert frozen["frozen"] != plain["frozen"]


def test_which_units_have_which_tags_is_part_of_it():
    config = TrainConfig(dim=4, documents="joint", subwords="none")
    units = read_corpus([["tea", "milk"], ["bread", "butter"]] * 20, min_count=1)

    def told(tags):
        return fingerprint_of(Task(units.with_documents(tags), config, HogwildEngine))

    # The same tags in the same order; another unit has the second.
    assert told([["a", "b"], ["a"]] * 20) != told([["a"], ["b", "a"]] * 20)
    # As many tags of each unit.
    assert told([["a"], ["b"]] * 20) != told([["a"], ["b"], ["b"], ["a"]] * 10)


def test_the_engine_is_known_by_its_declared_name():
    class Derived(HogwildEngine):
        pass

    class Renamed(HogwildEngine):
        name = "other"

    assert fingerprint(Derived) == fingerprint()
    assert fingerprint(Renamed)["engine"] == "other"
