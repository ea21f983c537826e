"""Damaged files of vectors and phrases are read correctly or refused in one line, and no more.

`tests/fuzzing` does the work, and reports the seed of a failure, which this command repeats:
`python tests/fuzzing word2vec-binary --first SEED`.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FUZZER = Path(__file__).parents[1] / "fuzzing"
READERS = [
    "native-model",
    "native-vocabulary",
    "native-config",
    "native-documents",
    "native-subwords",
    "native-subwords-model",
    "phrases",
    "word2vec-binary",
    "word2vec-text",
    "word2vec-text-without-header",
    "glove",
    "gensim",
    "gensim-array",
    "fasttext",
    "npz",
    "static-embedding-model",
    "static-embedding-tokenizer",
    "finalfusion",
    "floret",
    "qdrant",
    "qdrant-point",
    "projector-vectors",
    "projector-metadata",
    *(
        pytest.param(name, marks=pytest.mark.skipif(find_spec("pyarrow") is None, reason="pyarrow"))
        for name in ("parquet", "arrow", "arrow-stream")
    ),
    "zipped",
    "unknown-suffix",
    *(
        pytest.param(name, marks=pytest.mark.skipif(find_spec("spacy") is None, reason="spacy"))
        for name in ("spacy-rows", "spacy-strings", "spacy-vectors", "spacy-floret")
    ),
]

# Lines of text can be damaged in few ways.
FEW_FAULTS = {"projector-vectors": 3, "projector-metadata": 3}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("first", "count", "faults"),
    [(0, 250, 5), pytest.param(1_000, 100_000, 7, marks=pytest.mark.slow)],
)
def test_damaged_files_are_read_or_refused(reader, first, count, faults, check_damaged):
    check_damaged(reader, first=first, count=count, faults=FEW_FAULTS.get(reader, faults))


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("crash", "killed by SIGABRT"),
        ("allocation", "bytes for a file of"),
        pytest.param("mapping", "Cannot allocate", marks=on_linux),
        ("warning", "RuntimeWarning: 'look out'"),
        ("two-lines", "the message is not one line"),
        ("long-message", "the message has 10,000 characters"),
        ("other-error", "MemoryError"),
        pytest.param("hang", "killed by SIGPROF", marks=pytest.mark.slow),
    ],
)
def test_the_fuzzer_reports_every_fault_and_goes_on(fault, told, fuzz):
    report = fuzz(f"faulty-{fault}", first=0, count=5)
    (failure,) = report["failures"]
    assert failure["seed"] == 3
    assert told in failure["fault"]
    assert report["outcomes"]["refused"] >= 1


def test_memory_that_is_taken_only_once_is_no_fault(fuzz):
    report = fuzz("growing", first=0, count=5)
    assert (report["failures"], report["outcomes"]) == ([], {"refused": 5})


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits for a process")
def test_a_seed_makes_the_same_file_again():
    command = [sys.executable, FUZZER, "native-model", "--show", "--first"]
    one, again, other = (subprocess.check_output([*command, seed]) for seed in ("5", "5", "6"))
    assert one == again != other
