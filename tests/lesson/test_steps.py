"""The steps of the lesson's page: the numbers are those of the equations."""

import json
import math

import numpy as np
import pytest

from firth.errors import ConfigError

# Four digits of numbers up to some tens.
CLOSE = 2e-3


@pytest.fixture(scope="module")
def steps():
    from firth.lesson import lesson_steps

    return lesson_steps("en", epochs=(0, 5))


def every(steps, model):
    """Yield each window of a model, with its states."""
    for trained in steps["states"][model]:
        yield from zip(steps["windows"], trained, strict=True)


def arrays(state):
    return [np.array(state[name]) for name in "xypg"]


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_probabilities_errors_and_losses_follow_from_the_vectors(steps, model):
    for _, states in every(steps, model):
        x, y, p, g = arrays(states["before"])
        np.testing.assert_allclose(p, 1 / (1 + np.exp(-x @ y.T)), atol=CLOSE)
        labels = np.eye(1, len(y)).repeat(len(x), axis=0)
        np.testing.assert_allclose(g, labels - p, atol=CLOSE)
        loss = -np.log(np.where(labels == 1, p, 1 - p)).sum()
        assert math.isclose(states["before"]["loss"], loss, rel_tol=0.02, abs_tol=0.02)


def test_a_step_is_that_of_the_equations(steps):
    for window, states in every(steps, "skipgram"):
        x, y, _, g = arrays(states["before"])
        contexts = [steps["sentences"][window["sentence"]][each] for each in window["contexts"]]
        targets = [steps["sentences"][window["sentence"]][window["place"]], *window["noise"]]
        for lr, after in zip(steps["lrs"], states["after"], strict=True):
            # The changes of a word that is listed twice add up.
            for words, rows, changes, name in (
                (contexts, x, g @ y, "x"), (targets, y, g.T @ x, "y"),
            ):  # fmt: skip
                same = np.array([[a == b for b in words] for a in words], float)
                expected = rows + lr * same @ changes
                np.testing.assert_allclose(after[0][name], expected, atol=5e-3)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_small_steps_lower_the_loss_again_and_again(steps, model):
    for _, states in every(steps, model):
        losses = [states["before"]["loss"], *(each["loss"] for each in states["after"][0])]
        assert losses == sorted(losses, reverse=True)


def test_windows_are_those_of_the_sentences(steps):
    for window in steps["windows"]:
        sentence, place = steps["sentences"][window["sentence"]], window["place"]
        near = [k for k in range(len(sentence)) if k != place and abs(k - place) <= steps["window"]]
        assert window["contexts"] == near
        own = {sentence[k] for k in (*near, place)}
        assert not own & set(window["noise"])


def test_it_tells_what_it_does_and_takes_one_thread_meanwhile():
    import torch

    from firth.lesson import lesson_steps

    told, threads = [], []
    before = torch.get_num_threads()
    torch.set_num_threads(2)

    def say(line):
        told.append(line)
        threads.append(torch.get_num_threads())

    try:
        lesson_steps("en", epochs=(0, 2), say=say)
        after = torch.get_num_threads()
    finally:
        torch.set_num_threads(before)
    assert told == [
        "loading PyTorch",
        "Skip-gram: steps on 31 windows (1 of 4)",
        "Skip-gram: training for 2 epochs, then steps on 31 windows (2 of 4)",
        "CBOW: steps on 31 windows (3 of 4)",
        "CBOW: training for 2 epochs, then steps on 31 windows (4 of 4)",
    ]
    assert threads == [2, 1, 1, 1, 1]
    assert after == 2


def test_it_is_json_and_repeatable(steps):
    from firth.lesson import lesson_steps

    text = json.dumps(steps, allow_nan=False)
    assert text == json.dumps(lesson_steps("en", epochs=(0, 5)))


def test_an_unknown_language_is_refused(tmp_path):
    from firth.lesson import write_lesson_page

    with pytest.raises(ConfigError, match="language"):
        write_lesson_page(tmp_path / "x.html", language="de")
