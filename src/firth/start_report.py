"""What is checked and told when the command begins to train."""

from collections.abc import Callable
from pathlib import Path

from firth.errors import FirthError
from firth.io.resources import free_disk
from firth.training import Callback, RunStart
from firth.training.estimate import size_of, vectors_bytes


class StartReport(Callback):
    """Checks that there is room for the vectors, and tells how a run begins.

    Parameters
    ----------
    output
        Where the vectors will be written.
    folder
        Where checkpoints are written, if they are.
    resume
        Whether the run shall go on from a checkpoint.
    tell
        What says a line to the user, if anything does.
    """

    def __init__(
        self,
        output: Path,
        folder: str | None,
        *,
        resume: bool,
        tell: Callable[[str], None] | None,
    ) -> None:
        self._output = output
        self._folder = folder
        self._resume = resume
        self._tell = tell

    def writes(self) -> list[Path]:
        """Return where the vectors will be."""
        return [self._output]

    def on_start(self, start: RunStart) -> None:
        """Check the room, then tell where the run begins and what it needs.

        Raises
        ------
        FirthError
            If there is no room for the vectors.
        """
        self._check_room(start)
        if self._tell is not None:
            for line in (self._beginning(start), self._needs(start)):
                if line is not None:
                    self._tell(line)

    def _check_room(self, start: RunStart) -> None:
        needed = vectors_bytes(len(start.vocabulary), start.config.dim)
        if self._output.suffix:
            # A file holds the input vectors alone.
            needed //= 2
        room = free_disk(self._output)
        if room is not None and needed > room:
            raise FirthError(
                f"the vectors need about {size_of(needed)} in {self._output}, and {size_of(room)} "
                "are left there; give another place (--output), or lower --dim or --max-vocab"
            )

    def _beginning(self, start: RunStart) -> str | None:
        epochs = start.config.epochs
        if start.checkpoint is None:
            if self._resume:
                return f"no checkpoint in {self._folder} yet: starts from the beginning"
            return None
        if start.epoch > epochs:
            return f"nothing is left to train: {start.checkpoint} is of the finished run"
        trained = 100 * start.words / (start.tokens * epochs)
        return (
            f"goes on from {start.checkpoint}: {trained:.1f} % trained, "
            f"epoch {start.epoch} of {epochs}"
        )

    def _needs(self, start: RunStart) -> str | None:
        if start.estimate.seconds is None:
            return None
        minutes, memory = start.estimate.seconds / 60.0, size_of(start.estimate.memory)
        kept = "" if self._folder else "; nothing is kept before its end without --checkpoint"
        return f"training will take about {minutes:.1f} minutes and {memory} of memory{kept}"
