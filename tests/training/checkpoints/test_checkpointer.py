"""What a run says of checkpoints that cannot be written."""

import warnings

from firth.errors import FirthError
from firth.training.checkpoints.checkpointer import Checkpointer


class Failing:
    """Checkpoints of which each fails."""

    last = None

    def __init__(self, *failures):
        self.failures = list(failures)

    def wait(self, seconds):
        return FirthError(self.failures.pop(0))


def test_each_failure_is_told_once():
    checkpointer = Checkpointer(Failing("full", "full", "gone"), None, None)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            checkpointer.finish()
    assert [str(warning.message) for warning in told] == [
        "full; the last checkpoint is none",
        "gone; the last checkpoint is none",
    ]
