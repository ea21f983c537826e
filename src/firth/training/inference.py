"""Vectors of documents trained by themselves: no row of a word changes."""

from __future__ import annotations

from contextlib import closing

import numpy as np

from firth.corpus import Corpus
from firth.training.config import TrainConfig
from firth.training.engines.base import INPUT, Floats, Initial, Tables
from firth.training.engines.registry import DEFAULT, engine_named
from firth.training.estimate import check_fits, estimate
from firth.training.task import Task


def train_documents(corpus: Corpus, config: TrainConfig, trained: Tables) -> Floats:
    """Return the vectors of the documents of a corpus, (units, D); words stay as they are.

    Parameters
    ----------
    corpus : Corpus
        Each unit is a document. Its vocabulary is that of the tables.
    config : TrainConfig
        How they are trained.
    trained : mapping
        The rows of the words (V, D) in each table.

    Raises
    ------
    ConfigError
        If training diverges, or does not fit in memory.
    """
    if config.model == "skipgram":
        # Words are inputs of their own there, and change nothing for the document.
        config = config.replace(documents="alone")
    ids = np.arange(len(corpus.vocabulary))
    task = Task(corpus, config, engine_named(DEFAULT), Initial(ids, trained), ids)
    check_fits(estimate(task), task)
    with closing(task.make_engine()) as engine:
        engine.compile()
        engine.restore(trained, ids)
        for epoch in range(config.epochs):
            for stretch in task.schedule.stretches(epoch, 0):
                engine.train(0, stretch)
        tables = engine.tables()
        task.check.check_tables(tables, config.epochs - 1, config.lr)
        return np.array(tables[INPUT][-len(corpus.tokens) :])
