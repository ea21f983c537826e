"""What programs that run on gensim and on Firth share."""

import numpy as np
import pytest

SMALL = {"vector_size": 8, "workers": 1, "sample": 0, "epochs": 2, "seed": 1}
SENTENCES = [["tea", "milk", "tea"]] * 40 + [["tea", "sugar", "milk"]] * 20 + [["jam", "tea"]] * 7
# Errors of programs, in the order in which they are looked for.
KINDS = (
    KeyError, UnicodeDecodeError, EOFError, ZeroDivisionError, FileNotFoundError, AttributeError,
    TypeError, ValueError, RuntimeError,
)  # fmt: skip


def kind_of(value):
    return type(value).__name__


def error_of(ask, *kinds):
    """Return the kind of an error that a program catches, one of `kinds` if it is, or None."""
    try:
        ask()
    except Exception as error:
        return next(kind.__name__ for kind in (*kinds, *KINDS) if isinstance(error, kind))
    return None


def message_of(ask):
    with pytest.raises(KeyError) as raised:
        ask()
    return raised.value.args[0]


def rounded(found):
    return [(word, round(float(score), 4)) for word, score in found]


def vectors(api):
    keyed = api.KeyedVectors(3)
    rows = np.array([[1, 0.5, 0], [-2, 0.25, 3], [0.1, 7, 1], [0, 1, 1]], np.float32)
    keyed.add_vectors(["tea", "milk", "jam", "bread"], rows)
    return keyed


def run_on_both(program, ours, theirs, tmp_path):
    """Return what a program finds on Firth and on gensim, each in a folder of its own."""
    found = []
    for name, api in (("ours", ours), ("theirs", theirs)):
        folder = tmp_path / name
        folder.mkdir()
        # Names of folders are of one length.
        found.append(program(api, folder.rename(tmp_path / "folder")))
        (tmp_path / "folder").rename(folder)
    return found
