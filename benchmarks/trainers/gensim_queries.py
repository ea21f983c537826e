"""Time gensim's `most_similar`, one word at a time.

    python gensim_queries.py MATRIX QUERIES TOP

MATRIX is a file of NumPy (V, D), whose words are the numbers of its rows. The last line printed is
the report, as JSON. This program needs gensim and not Firth.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from gensim.models import KeyedVectors


def main() -> None:
    """Ask for the neighbours of the first words."""
    matrix, queries, top = np.load(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    vectors = KeyedVectors(matrix.shape[1], count=len(matrix))
    vectors.add_vectors([f"w{row}" for row in range(len(matrix))], matrix)
    vectors.most_similar("w0", topn=top)
    began = time.perf_counter()
    found = [vectors.most_similar(f"w{row}", topn=top) for row in range(queries)]
    seconds = time.perf_counter() - began
    answers = [[word for word, _ in each] for each in found]
    print(json.dumps({"milliseconds": 1e3 * seconds / queries, "answers": answers}))


if __name__ == "__main__":
    main()
