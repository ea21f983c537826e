"""What a run leaves: vectors are those rows of its tables that are words'."""

import numpy as np
import pytest

from firth.training.engines.base import TableShape
from firth.training.task import TrainResult


@pytest.mark.parametrize(("words_of_output", "rows"), [(3, 3), (2, 2), (0, None), (None, None)])
def test_vectors_are_the_rows_of_words(words_of_output, rows):
    shapes = {"input": TableShape(5, 2, 3)}
    if words_of_output is not None:
        shapes["output"] = TableShape(3, 2, words_of_output)
    tables = {name: np.ones((shape.rows, shape.dim)) for name, shape in shapes.items()}
    result = TrainResult(tables, shapes, (1.0,), (), 1, 1.0)
    assert result.input_vectors.shape == (3, 2)
    assert (None if rows is None else (rows, 2)) == getattr(result.output_vectors, "shape", None)
