import copy
import errno
import gc
import mmap
import pickle
import re
import tempfile
import threading

import numpy as np
import pytest

from firth.corpus import read_corpus
from firth.corpus.tokens import ScratchArray, TokenStore, UnitDocuments
from firth.errors import CorpusError


@pytest.fixture
def store():
    return TokenStore(np.array([5, 6, 7, 8], np.int32), np.array([0, 3, 4]))


def test_units_are_views(store):
    assert len(store) == 2
    assert store.size == 4
    assert [store.unit(index).tolist() for index in range(2)] == [[5, 6, 7], [8]]
    assert np.shares_memory(store.unit(0), store.ids)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_of_a_corpus_hold_it_in_memory_read_only(duplicate):
    corpus = read_corpus([["tea", "milk"], ["tea"]] * 5, min_count=1)
    with corpus.tokens:
        other = duplicate(corpus)
        assert other.digest() == corpus.digest()
    for array in (other.tokens.ids, other.tokens.offsets, other.vocabulary.counts):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize("index", [-1, 2])
def test_a_unit_that_is_not_there(store, index):
    with pytest.raises(IndexError, match=f"from 0 to 1, got {index}"):
        store.unit(index)


def test_release_of_plain_memory_does_nothing(store):
    store.release(0, 4)
    assert store.ids.tolist() == [5, 6, 7, 8]


def test_release_takes_pages_out_of_memory_and_they_come_back(mapped_store, resident_kilobytes):
    size = 8 << 20
    store = mapped_store(size)
    expected = size * (size - 1) // 2
    assert int(store.ids.sum(dtype=np.int64)) == expected
    before = resident_kilobytes()
    for start in range(0, size, size // 7):
        store.release(start, min(start + size // 7, size))
    assert before - resident_kilobytes() > 0.95 * size * 4 / 1024
    assert int(store.ids.sum(dtype=np.int64)) == expected


def test_tokens_with_documents_leave_memory_too(mapped_store, resident_kilobytes):
    size = 1 << 20
    plain = mapped_store(size)
    store = plain.with_documents(UnitDocuments(np.array([0, 1]), np.zeros(1, np.int64), 1))
    assert int(store.ids.sum(dtype=np.int64)) == size * (size - 1) // 2
    before = resident_kilobytes()
    store.release(0, size)
    assert before - resident_kilobytes() > 0.9 * size * 4 / 1024


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (3, 3), (5, 7), (0, 10_000), (9_999, 10_000)])
def test_release_of_any_stretch(mapped_store, start, stop):
    store = mapped_store(10_000)
    store.release(start, stop)
    assert store.ids.tolist() == list(range(10_000))


def test_mapped_ids_can_not_be_changed(mapped_store):
    with pytest.raises(ValueError, match="read-only"):
        mapped_store(3).ids[0] = 1


def test_closed_store_refuses_and_arrays_stay(mapped_store):
    with mapped_store(3) as store:
        ids = store.ids
    gc.collect()
    assert ids.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="closed"):
        _ = store.ids


def test_scratch_arrays_are_in_the_cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with ScratchArray(np.int32) as file:
        file.append(np.arange(3, dtype=np.int32))
        assert file.map()[0].tolist() == [0, 1, 2]


def test_scratch_array_gives_back_what_was_written():
    with ScratchArray(np.int64) as file:
        file.append(np.arange(3))
        file.append(np.arange(0))
        file.append(np.arange(10)[::2])
        assert [block.tolist() for block in file.blocks(5)] == [[0, 1, 2, 0, 2], [4, 6, 8]]
        array, mapping = file.map()
        assert array.tolist() == [0, 1, 2, 0, 2, 4, 6, 8]
        assert isinstance(mapping, mmap.mmap)


def test_scratch_array_can_be_cleared_and_filled_anew():
    with ScratchArray(np.int64) as file:
        file.append(np.arange(5))
        file.clear()
        file.append(np.arange(2))
        assert [block.tolist() for block in file.blocks(5)] == [[0, 1]]


def test_scratch_array_without_items():
    with ScratchArray(np.int32) as file:
        array, mapping = file.map()
    assert array.dtype == np.int32
    assert array.tolist() == []
    assert mapping is None


class FullDisk:
    """Takes some bytes and then no more, as a raw file on a full disk does."""

    def __init__(self, room):
        self.room = room

    def write(self, data):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = min(self.room, len(data))
        self.room -= written
        return written

    def close(self):
        pass


def test_full_disk_is_told_with_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr("firth.corpus.tokens.cache_folder", lambda: tmp_path)
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: FullDisk(room=10))
    with ScratchArray(np.int32) as file:
        file.append(np.arange(2, dtype=np.int32))
        with pytest.raises(CorpusError) as caught:
            file.append(np.arange(2, dtype=np.int32))
    assert str(caught.value) == (
        f"cannot write token ids to {tmp_path}: No space left on device; "
        "set FIRTH_CACHE_DIR to a folder with more room"
    )


def test_a_disk_that_refuses_any_step_is_told(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("firth.corpus.tokens.cache_folder", lambda: tmp_path)
    told = rf"token ids (to|in) {re.escape(str(tmp_path))}: Input/output error; set FIRTH_CACHE"
    with ScratchArray(np.int32) as file:
        file.append(np.arange(2, dtype=np.int32))
        for called in ("numpy.fromfile", "mmap.mmap", "tempfile.TemporaryFile"):
            monkeypatch.setattr(called, refuse)
        blocks = file.blocks(1)
        for step in (lambda: next(blocks), file.map, lambda: ScratchArray(np.int32)):
            with pytest.raises(CorpusError, match=told):
                step()


@pytest.mark.parametrize("lines", [1, 100])
def test_full_disk_is_told_from_whatever_thread_writes(tmp_path, monkeypatch, lines):
    monkeypatch.setattr("firth.corpus.sources.BLOCK_BYTES", 32)
    monkeypatch.setattr("firth.corpus.tokens.cache_folder", lambda: tmp_path)
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: FullDisk(room=16))
    text = tmp_path / "text.txt"
    # The last word stands in a block of its own, since more may follow it.
    text.write_text("some words, and some more\n" * (lines - 1) + "some words, and some more")
    threads = threading.active_count()
    with pytest.raises(CorpusError, match="No space left on device"):
        read_corpus(text, min_count=1)
    assert threading.active_count() == threads
