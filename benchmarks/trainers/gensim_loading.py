"""The seconds that gensim takes to read a file and to answer analogies, as a line of JSON.

python gensim_loading.py VECTORS QUESTIONS

The vectors are in word2vec's binary format if their name ends in `.bin`, else in its text format.
"""

import json
import sys
import time

from gensim.models import KeyedVectors


def main() -> None:
    """Read, answer, print."""
    began = time.perf_counter()
    vectors = KeyedVectors.load_word2vec_format(sys.argv[1], binary=sys.argv[1].endswith(".bin"))
    loaded = time.perf_counter() - began
    began = time.perf_counter()
    _, sections = vectors.evaluate_word_analogies(
        sys.argv[2], restrict_vocab=len(vectors), case_insensitive=False
    )
    taken = time.perf_counter() - began
    answered = len(sections[-1]["correct"]) + len(sections[-1]["incorrect"])
    result = {
        "seconds": loaded,
        "questions": answered,
        "milliseconds_a_question": 1e3 * taken / answered,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
