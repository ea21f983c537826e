"""The team of the deterministic engine, where one of its members cannot begin."""

import numpy as np
import pytest

from firth.corpus import read_corpus
from firth.training import TrainConfig, deterministic, lockstep, simd
from firth.training.deterministic import LockstepEngine
from firth.training.engine import Stretch


def test_a_member_that_cannot_begin_leaves_none_waiting(monkeypatch):
    monkeypatch.setattr(deterministic, "available_processors", lambda: 4)
    units = np.random.default_rng(0).integers(0, 60, (500, 8))
    corpus = read_corpus([[f"w{k}" for k in unit] for unit in units], min_count=1)
    config = TrainConfig(dim=24 * simd.WIDTH, threads=4, sample=0, deterministic=True)
    tokens = corpus.tokens
    engine = LockstepEngine(config, corpus.vocabulary.counts, tokens, tokens.size)
    assert len(engine._team) == 4
    begun, submit = [], engine._others.submit

    def submit_once(*arguments):
        if begun:
            raise RuntimeError("can't start new thread")
        begun.append(submit(*arguments))
        return begun[0]

    monkeypatch.setattr(engine._others, "submit", submit_once)
    stretch = Stretch(epoch=0, start=0, stop=tokens.size, lr=0.025, slope=0.0)
    try:
        with pytest.raises(RuntimeError, match="can't start new thread"):
            engine.train(0, stretch)
        assert begun[0].done()
    finally:
        lockstep.give_up(engine._team[0].signals)
