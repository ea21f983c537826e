"""Questions that wait at the same time are answered together, and each gets its own answer."""

import asyncio
import threading

import numpy as np
import pytest

from firth.errors import ConfigError, VocabularyError
from firth.server.batching import Batcher, Question
from firth.vectors import Vectors, load


class Recorder:
    """Vectors that note what they are asked, and answer when they may."""

    def __init__(self, vectors):
        self.vectors = vectors
        self.asked = []
        self.may_answer = threading.Event()

    def __contains__(self, word):
        return word in self.vectors

    def similar(self, words, top, **choice):
        self.asked.append(words)
        assert self.may_answer.wait(60)
        return self.vectors.similar(words, top, **choice)


@pytest.fixture
def recorder(paths):
    return Recorder(load(paths["en"]))


def answers_of(recorder, *questions):
    """Return the answers, or errors, to a first question and to others that come meanwhile."""

    async def ask():
        batcher = Batcher(recorder)
        tasks = [asyncio.create_task(batcher.ask(questions[0]))]
        while not recorder.asked:
            await asyncio.sleep(0.001)
        tasks += [asyncio.create_task(batcher.ask(question)) for question in questions[1:]]
        await asyncio.sleep(0)
        recorder.may_answer.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(ask())


def test_what_comes_meanwhile_is_one_batch(recorder):
    words = ["king", "queen", "tea", "coffee"]
    found = answers_of(recorder, *map(Question, words))
    assert recorder.asked == [["king"], ["queen", "tea", "coffee"]]
    expected = [recorder.vectors.similar(word) for word in words]
    assert [[each.word for each in answer] for answer in found] == [
        [each.word for each in answer] for answer in expected
    ]
    for answer, right in zip(found, expected, strict=True):
        assert [each.score for each in answer] == pytest.approx([each.score for each in right])


def test_only_questions_of_one_kind_are_answered_together(recorder):
    questions = [
        Question("king"), Question("tea", 1), Question("queen", 1), Question("man", 1, 4),
        Question("woman", exclude=("man",)),
    ]  # fmt: skip
    found = answers_of(recorder, *questions)
    assert recorder.asked == [["king"], ["tea", "queen"], ["man"], ["woman"]]
    assert [len(answer) for answer in found] == [6, 1, 1, 1, 5]
    assert found[3] == recorder.vectors.similar("man", 1, restrict=4)


def test_a_wrong_question_is_wrong_for_itself_only(recorder):
    questions = [
        Question("tea"), Question("tea"), Question("kign"), Question("king", exclude=("kign",)),
        Question("man", restrict=0), Question("queen"),
    ]  # fmt: skip
    found = answers_of(recorder, *questions)
    assert [type(found[place]) for place in (2, 3, 4)] == [
        VocabularyError, VocabularyError, ConfigError,
    ]  # fmt: skip
    assert recorder.asked[1] == ["tea", "queen"]
    assert [found[place][0].word for place in (0, 1, 5)] == ["coffee", "coffee", "king"]


def test_a_word_whose_vector_is_zero_leaves_the_others_their_answers():
    vectors = Vectors(["king", "queen", "zero", "man"], np.vstack([np.eye(2), np.zeros((2, 2))]))
    questions = [Question(word) for word in ("king", "queen", "zero", "man")]
    found = answers_of(Recorder(vectors), *questions)
    assert [found[0], found[1]] == [[("queen", 0.0)], [("king", 0.0)]]
    for answer, word in zip(found[2:], ("zero", "man"), strict=True):
        assert isinstance(answer, ConfigError)
        assert f"the vector of '{word}' is zero" in str(answer)


def test_who_has_gone_is_no_hindrance(recorder):
    async def ask():
        batcher = Batcher(recorder)
        tasks = [asyncio.create_task(batcher.ask(Question(word))) for word in ("king", "tea")]
        while not recorder.asked:
            await asyncio.sleep(0.001)
        tasks[0].cancel()
        await asyncio.sleep(0)
        recorder.may_answer.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    gone, answer = asyncio.run(ask())
    assert isinstance(gone, asyncio.CancelledError)
    assert answer[0].word == "coffee"
