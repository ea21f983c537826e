"""The explorer's application with small vectors, in this process."""

import importlib.util

import numpy as np
import pytest

from firth.vectors import Vectors

NEEDED = ("fastapi", "uvicorn", "prometheus_client", "httpx2")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if MISSING:
    collect_ignore_glob = ["test_*.py"]

V, D = 60, 8


def planted(seed=1, turn=False):
    """Return vectors of three clusters; turned, in another space and with one word moved."""
    random = np.random.default_rng(seed)
    centres = np.eye(3, D)
    matrix = centres[np.arange(V) % 3] + 0.1 * random.normal(size=(V, D))
    if turn:
        rotation, _ = np.linalg.qr(np.random.default_rng(7).normal(size=(D, D)))
        matrix[9] = centres[1]
        matrix = matrix @ rotation
    words = [f"w{row}" for row in range(V)]
    words[4] = "<b>x</b>"
    return Vectors(words, matrix.astype(np.float32), counts=np.arange(V, 0, -1))


@pytest.fixture
def paths(tmp_path):
    planted().save(tmp_path / "old")
    planted(turn=True).save(tmp_path / "new")
    return {"old": tmp_path / "old", "new": tmp_path / "new"}


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("here is w3 and w30 too\nand here is w3 again\n" * 5, "utf-8")
    return path


@pytest.fixture
def client(paths, corpus):
    from fastapi.testclient import TestClient

    from firth.explorer import create_explorer
    from firth.server import ServerOptions, VectorSets

    app = create_explorer(paths, corpus)(VectorSets(paths), ServerOptions())
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client
