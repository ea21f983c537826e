"""Serve gensim's `most_similar` by FastAPI and uvicorn, in as many processes as are asked for.

    python gensim_server.py MATRIX PORT WORKERS

MATRIX is a file of NumPy (V, D), whose words are the numbers of its rows. This program needs
gensim, FastAPI and uvicorn, and not Firth.
"""

from __future__ import annotations

import os
import sys

import numpy as np
import uvicorn
from fastapi import FastAPI
from gensim.models import KeyedVectors
from pydantic import BaseModel


class Neighbour(BaseModel):
    """A word and its score."""

    word: str
    score: float


class Answer(BaseModel):
    """The words nearest to a word."""

    answers: list[Neighbour]


def make_app() -> FastAPI:
    """Return an application with one route."""
    matrix = np.load(os.environ["GENSIM_MATRIX"])
    vectors = KeyedVectors(matrix.shape[1], count=len(matrix))
    vectors.add_vectors([f"w{row}" for row in range(len(matrix))], matrix)
    vectors.fill_norms()
    app = FastAPI()

    @app.get("/similar")
    def similar(word: str, top: int = 10) -> Answer:
        found = vectors.most_similar(word, topn=top)
        return Answer(answers=[Neighbour(word=word, score=score) for word, score in found])

    return app


def main() -> None:
    """Serve until a signal comes."""
    matrix, port, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.environ["GENSIM_MATRIX"] = matrix
    uvicorn.run(
        "gensim_server:make_app", factory=True, port=port, workers=workers, http="h11",
        log_level="error", access_log=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
