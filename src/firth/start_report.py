"""What the command checks and says when training begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from firth.errors import FirthError, counted, size_of
from firth.io.resources import free_disk
from firth.training import Callback, RunStart
from firth.training.defaults import describe_chosen, describe_model


class StartReport(Callback):
    """Checks that the vectors will fit on the disk, and says how the run begins.

    Parameters
    ----------
    output : Path
        Where the vectors will be written.
    folder : str, optional
        The folder of checkpoints.
    resume : bool
        Whether the run continues from a checkpoint, if there is one.
    tell : callable, optional
        Prints a line; without it, nothing is said.
    """

    def __init__(
        self,
        output: Path,
        folder: str | None,
        *,
        resume: bool,
        tell: Callable[[str], None] | None,
    ) -> None:
        self._output, self._folder = output, folder
        self._resume, self._tell = resume, tell

    def writes(self) -> list[Path]:
        """Return where the vectors will be."""
        return [self._output]

    def on_start(self, start: RunStart) -> None:
        """Check the room on the disk, then say where the run begins and what it needs.

        Raises
        ------
        FirthError
            If there is no room for the vectors.
        """
        self._check_room(start)
        if self._tell is not None:
            for line in (*_chosen(start), *self._beginning(start), *self._needs(start)):
                self._tell(line)

    def _check_room(self, start: RunStart) -> None:
        needed = start.estimate.vectors
        if self._output.suffix:
            # A file holds the vectors of the words alone.
            needed = 4 * len(start.vocabulary) * start.config.dim
        room = free_disk(self._output)
        if room is not None and needed > room:
            raise FirthError(
                f"the vectors need about {size_of(needed)} in {self._output}, and {size_of(room)} "
                "are left there; give another place (--output), or lower --dim or --max-vocab"
            )

    def _beginning(self, start: RunStart) -> Iterator[str]:
        epochs = start.config.epochs
        if start.checkpoint is None:
            if self._resume:
                folder = Path(self._folder or "")
                if start.config.windows is not None:
                    folder /= f"window-{start.config.window}"
                yield f"no checkpoint in {folder} yet: starts from the beginning"
        elif start.epoch > epochs:
            yield f"nothing is left to train: {start.checkpoint} is of the finished run"
        else:
            trained = 100 * start.words / (start.tokens * epochs)
            yield (
                f"continues from {start.checkpoint}: {trained:.1f} % trained, "
                f"epoch {start.epoch} of {epochs}"
            )

    def _needs(self, start: RunStart) -> Iterator[str]:
        memory = size_of(start.estimate.memory)
        if start.documents:
            yield f"trains {counted(start.documents, 'document')} too, in about {memory} of memory"
        if start.estimate.seconds is not None:
            minutes = start.estimate.seconds / 60.0
            kept = "" if self._folder else "; nothing is kept before its end without --checkpoint"
            yield f"training will take about {minutes:.1f} minutes and {memory} of memory{kept}"


def _chosen(start: RunStart) -> Iterator[str]:
    """Yield what was chosen of the options that were not given, and which model is trained."""
    for told in (describe_chosen(start.config, start.tokens), describe_model(start.config)):
        if told is not None:
            yield told
