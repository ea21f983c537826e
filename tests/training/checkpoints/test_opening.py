"""The folders of checkpoints of a config."""

import pytest

from firth.errors import ConfigError
from firth.training import TrainConfig
from firth.training.checkpoints import opening
from firth.training.checkpoints.opening import open_checkpoints


@pytest.mark.parametrize(
    ("every", "keep", "expected"), [(None, None, ("10m", 2)), ("5s", 7, ("5s", 7))]
)
def test_options_reach_the_folder(tmp_path, monkeypatch, every, keep, expected):
    asked = []

    class Noted(opening.Checkpoints):
        def __init__(self, folder, **options):
            super().__init__(folder, **options)
            asked.append((options["every"], options["keep"]))

    monkeypatch.setattr(opening, "Checkpoints", Noted)
    with open_checkpoints(TrainConfig(), tmp_path / "c", every, keep, resume=False):
        pass
    assert asked == [expected]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((None, None, True), "resume"),
        (("5s", None, False), "checkpoint_every"),
        ((None, 3, False), "keep_checkpoints"),
    ],
)
def test_options_without_a_folder_are_refused(options, named):
    with (
        pytest.raises(ConfigError, match=f"^{named} needs a folder of checkpoints"),
        open_checkpoints(TrainConfig(), None, *options),
    ):
        pass
