"""The loss on text that is not trained on."""

from __future__ import annotations

from firth.errors import CorpusError
from firth.training.engines.base import Engine
from firth.training.engines.threads import train_in_threads
from firth.training.schedule import stretches
from firth.training.task import Task


def measure_held_out(task: Task, engine: Engine) -> float:
    """Return the mean loss on the held-out text, with the same draws each time.

    Raises
    ------
    CorpusError
        If subsampling leaves no window in it.
    """
    loss, pairs, size, tokens = 0.0, 0, task.size, task.corpus.tokens
    # With a step size of 0 the engine changes nothing.
    for done in train_in_threads(engine, stretches(size, tokens.size, task.schedule.length)):
        loss, pairs = loss + done.loss, pairs + done.pairs
        tokens.release(done.stretch.start, done.stretch.stop)
    if pairs == 0:
        raise CorpusError(
            "subsampling left no window with two words in the held-out text; hold out more, "
            f"or switch subsampling off with sample=0 (got {task.config.sample:g})"
        )
    return loss / pairs
