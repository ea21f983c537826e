"""Lists that kernels make are those of the processor, bit by bit."""

import numpy as np
import pytest

from firth.gpu import GpuEngine
from firth.training import TrainConfig
from firth.training.draws import epoch_key
from firth.training.engines.base import Stretch
from firth.training.lists.stretch import list_stretch
from firth.training.lists.windows import sampling_of, window_of
from gpu_case import make_corpus


def listed_on_device(engine, stretch):
    """Return (position, step size, inputs, targets) of each window that has inputs."""
    made = engine.windows(stretch)
    words, lows, highs, targets = (
        each.tolist() for each in (made.words, made.lows, made.highs, made.targets)
    )
    _, first, count = made.extent.tolist()
    return [
        (
            int(made.positions[w]),
            float(made.steps[w]),
            [words[i] for i in range(lows[w], highs[w]) if i != first + w],
            [word for word in targets[w] if word >= 0],
        )
        for w in range(count)
        if lows[w] < highs[w]
    ]


@pytest.mark.parametrize(
    "options",
    [{}, {"shrink_windows": False}, {"sample": 0.02}, {"sample": 0.002, "window": 8},
     {"negative": 1, "noise_exponent": -0.5}, {"seed": 3}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("units", [(40, 15), (3, 700)], ids=["short units", "long units"])
def test_lists_are_those_of_the_processor(options, units):
    corpus = make_corpus(*units)
    config = TrainConfig(**{"dim": 4, "window": 3, "negative": 4, "sample": 0.1, **options})
    counts, tokens = corpus.vocabulary.counts, corpus.tokens
    engine = GpuEngine(config, counts, tokens, tokens.size)
    sampling, size = sampling_of(counts, config), tokens.size
    found = 0
    for start, stop in [(0, size), (17, 90), (50, 50), (size - 30, size)]:
        listed = list_stretch(
            tokens.ids, tokens.offsets, start, stop, epoch_key(config.seed, 2), sampling,
            window_of(config),
        )  # fmt: skip
        expected = [
            (
                int(position),
                float(np.float32(0.05 - 1e-6 * position)),
                listed.inputs[w, : listed.m[w]].tolist(),
                listed.targets[w, : listed.t[w]].tolist(),
            )
            for w, position in enumerate(listed.positions)
        ]
        assert listed_on_device(engine, Stretch(2, start, stop, 0.05, -1e-6)) == expected
        found += len(expected)
    assert found > 50
