"""UMAP in the background: what happens if it cannot be kept, or the vectors change."""

import time
from importlib.util import find_spec

import numpy as np
import pytest
import safetensors

from firth.explorer import map_file
from firth.explorer.map_file import KeptMap
from firth.explorer.umap_job import UmapJob
from firth.vectors import Vectors, load


@pytest.fixture
def job(paths):
    vectors = load(paths["old"])
    return UmapJob(paths["old"], len(vectors), KeptMap(paths["old"], vectors))


class Told:
    """The end of a pipe through which a process has told something, and then ended."""

    def __init__(self, *told):
        self.told = list(told)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def recv(self):
        if not self.told:
            raise EOFError
        return self.told.pop(0)


def full_disk(*_):
    # As safetensors tells it.
    raise safetensors.SafetensorError("Error while serializing: I/O error: No space left on device")


def no_memory(*_):
    raise MemoryError


@pytest.mark.parametrize(
    ("fails", "reason"), [(full_disk, "No space"), (no_memory, "out of memory")]
)
def test_points_that_cannot_be_kept_are_shown(job, monkeypatch, fails, reason):
    points = np.random.default_rng(1).normal(size=(60, 2)).astype(np.float32)
    monkeypatch.setattr(map_file, "save_file", fails)
    job._listen(Told(("epoch", 500, 500), ("points", points, "UMAP")))
    progress = job.progress()
    assert (progress.stage, progress.kind) == ("done", "not_kept")
    assert "the map could not be kept: " in progress.message
    assert reason in progress.message
    assert np.array_equal(job.points(), points)
    assert not job.kept.path.exists()


@pytest.mark.skipif(find_spec("umap") is None, reason="umap-learn is not installed")
def test_vectors_of_which_there_is_no_map_say_so(tmp_path):
    vectors = Vectors([f"w{row}" for row in range(5)], np.ones((5, 3), np.float32))
    vectors.save(tmp_path / "same")
    job = UmapJob(tmp_path / "same", 5, KeptMap(tmp_path / "same", vectors))
    assert until_the_end(job) == ("failed", "no_map")
    assert "a map needs vectors of different directions" in job.progress().message


def until_the_end(job):
    """Begin; return the last stage, and its kind."""
    job.start()
    latest = time.monotonic() + 120
    while job.progress().stage not in ("failed", "done") and time.monotonic() < latest:
        time.sleep(0.05)
    return job.progress().stage, job.progress().kind


def test_vectors_that_changed_meanwhile_have_no_map(job, paths):
    load(paths["new"]).save(paths["old"])
    assert until_the_end(job) == ("failed", "other_vectors")
    assert "the vectors have just changed: ask again" in job.progress().message
    assert not job.kept.path.exists()
