"""Damaged files of vectors: read well or refused in one line, and nothing else happens.

`tests/fuzzing` does the work. It tells of a failure with the seed that repeats it:
`python tests/fuzzing word2vec-binary --first SEED`.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource")  # limits of a process, which Windows has not

FUZZER = Path(__file__).parents[1] / "fuzzing"
READERS = [
    "native-model",
    "native-vocabulary",
    "native-config",
    "word2vec-binary",
    "word2vec-text",
    "word2vec-text-without-header",
    "unknown-suffix",
]


def fuzz(reader, *, first, count):
    done = subprocess.run(
        [sys.executable, FUZZER, reader, "--first", str(first), "--count", str(count)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout), done.returncode


def check(reader, *, first, count):
    report, _ = fuzz(reader, first=first, count=count)
    assert report["failures"] == []
    outcomes = report["outcomes"]
    assert sum(outcomes.values()) == count
    # Some damage does no harm; the rest is found in many places, not all in the first line.
    assert 0.01 * count < outcomes.pop("read") < 0.5 * count
    assert len(outcomes) >= 5
    assert max(outcomes.values()) < 0.6 * count


@pytest.mark.parametrize("reader", READERS)
def test_damaged_files_are_read_or_refused(reader):
    check(reader, first=0, count=500)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_a_hundred_thousand_damaged_files_are_read_or_refused(reader):
    check(reader, first=1_000, count=100_000)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("crash", "killed by SIGABRT"),
        ("allocation", "bytes for a file of"),
        pytest.param(
            "mapping",
            "Cannot allocate",
            marks=pytest.mark.skipif(sys.platform != "linux", reason=""),
        ),
        ("warning", "RuntimeWarning: 'look out'"),
        ("two-lines", "the message is not one line"),
        ("long-message", "the message has 10,000 characters"),
        ("other-error", "MemoryError"),
        pytest.param("hang", "killed by SIGPROF", marks=pytest.mark.slow),
    ],
)
def test_the_fuzzer_tells_of_every_fault_and_goes_on(fault, told):
    report, status = fuzz(f"faulty-{fault}", first=0, count=5)
    (failure,) = report["failures"]
    assert failure["seed"] == 3
    assert told in failure["fault"]
    assert report["outcomes"]["refused"] >= 1
    assert status == 1


def test_a_seed_makes_the_same_file_again():
    command = [sys.executable, FUZZER, "native-model", "--show", "--first"]
    one, again, other = (subprocess.check_output([*command, seed]) for seed in ("5", "5", "6"))
    assert one == again != other
