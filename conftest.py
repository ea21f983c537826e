"""Settings for all tests, including those in docstrings."""

import importlib.util
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpus import can_run_kernels

# Skip examples in docstrings that need an extra which is not installed.
EXTRAS = {
    "fastapi": ("explorer", "server", "watching.py"),
    "matplotlib": ("plotting",),
    "optuna": ("tuning/search.py",),
    "pyarrow": tuple(f"vectors/formats/{each}.py" for each in ("arrow", "arrow_tables", "parquet")),
    "sklearn": ("sklearn.py",),
    "spacy": ("vectors/formats/spacy_vocab.py",),
    "torch": ("torch",),
}
collect_ignore = [
    f"src/firth/{place}"
    for package, places in EXTRAS.items()
    if importlib.util.find_spec(package) is None
    for place in places
]
if not can_run_kernels():
    collect_ignore.append("src/firth/gpu")

# Variables that change how commands print: tests compare the output.
PRINTING = (
    "CLICOLOR_FORCE", "FORCE_COLOR", "GITHUB_ACTIONS", "LINES", "NO_COLOR", "PY_COLORS",
    "PYTHONIOENCODING", "PYTHONUTF8", "TERMINAL_WIDTH", "TQDM_DISABLE", "TTY_COMPATIBLE",
)  # fmt: skip
# PyTorch's own threads wait for each other in busy loops, which is very slow on a busy machine.
ENVIRONMENT = {
    "COLUMNS": "100", "LC_ALL": "C.UTF-8", "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1",
}  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Give the tests, and the processes that they start, the same environment on every machine.

    Where the home directory or the checkout cannot be written, what is kept there between runs goes
    to a folder of this run.
    """
    for name in PRINTING:
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT)
    for variable, default in (
        ("HOME", Path(os.path.expanduser("~"))),  # noqa: PTH111, without a home Path raises
        ("HYPOTHESIS_STORAGE_DIRECTORY", config.rootpath),
    ):
        if not os.access(default, os.W_OK | os.X_OK):
            folder = tempfile.TemporaryDirectory(prefix="firth-tests-")
            config.add_cleanup(folder.cleanup)
            os.environ[variable] = folder.name


@pytest.fixture(scope="session", autouse=True)
def interrupts_arrive() -> Iterator[None]:
    """Make SIGINT work: a shell makes background jobs and their children ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
