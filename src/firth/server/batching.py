"""Questions that wait at the same time are answered together: the table is read once for all."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool

from firth.vectors import Vectors

# More gain little, and let the first of them wait.
_MOST_TOGETHER = 64


class Question(NamedTuple):
    """What `Vectors.similar` is asked for one word."""

    word: str | int
    top: int = 10
    restrict: int | None = None
    exclude: tuple[str | int, ...] = ()


class Batcher:
    """Asks vectors for the neighbours of words, in one other thread.

    While it answers some questions, others arrive; they are the next batch. So nobody waits for a
    batch to fill, and batches grow with the load. It belongs to one event loop.
    """

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._waiting: list[tuple[Question, asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Any:  # noqa: ANN401
        """Return the neighbours of a word.

        Raises
        ------
        FirthError
            If `Vectors.similar` raises it for this question.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._answer_waiting())
        return await answer

    async def _answer_waiting(self) -> None:
        while self._waiting:
            batch = self._waiting[:_MOST_TOGETHER]
            del self._waiting[:_MOST_TOGETHER]
            questions = [question for question, _ in batch]
            found: list[Any]
            try:
                found = await run_in_threadpool(answer_together, self._vectors, questions)
            except Exception as error:
                # There is no thread for it, for example. Who asked waits for an answer.
                found = [error] * len(batch)
            for (_, future), answer in zip(batch, found, strict=True):
                if future.done():
                    # Whoever asked has been cancelled.
                    continue
                if isinstance(answer, BaseException):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)


def answer_together(vectors: Vectors, questions: Sequence[Question]) -> list[Any]:
    """Return the answer to each question, or the error that it raised.

    Words that have a row are looked up together; the others, which are unknown or composed of
    n-grams, one by one.
    """
    answers: list[Any] = [None] * len(questions)
    together = defaultdict(list)
    for place, question in enumerate(questions):
        known = question.word in vectors and all(word in vectors for word in question.exclude)
        together[question[1:] if known else place].append(place)
    for places in together.values():
        _, top, restrict, exclude = questions[places[0]]
        words = [questions[place].word for place in places]
        try:
            found: Any = vectors.similar(words, top, restrict=restrict, exclude=exclude)
        except Exception as error:
            found = [error]
            if len(places) > 1:
                # One of them is at fault: the others have answers.
                found = [
                    each
                    for place in places
                    for each in answer_together(vectors, [questions[place]])
                ]
        for place, answer in zip(places, found, strict=True):
            answers[place] = answer
    return answers
