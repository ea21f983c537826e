"""What `--watch` and `--record` add to a run: a callback, a page, a file."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from firth.cli.app import tell
from firth.errors import ConfigError, FirthError

if TYPE_CHECKING:
    from firth.callbacks import Callback, Watch
    from firth.watching import WatchPage


class Watching:
    """The page and the recording of a run, if they are wanted.

    As a context it stands around training and saving. At its end, which comes after the vectors
    were saved, the recording is written, also that of a run that was interrupted. Then the page
    stays as long as somebody watches.

    Parameters
    ----------
    page : bool
        Whether there is a page.
    port : int, optional
        Its port; a free one by default. It asks for a page too.
    record : str, optional
        Where the recording is written.
    overwrite : bool
        Whether the recording may replace a file that holds something else.
    """

    def __init__(
        self, page: bool, port: int | None, record: str | None, *, overwrite: bool
    ) -> None:
        self._has_page, self._port, self._record = page or port is not None, port or 0, record
        self._overwrite = overwrite
        self._watch: Watch | None = None
        self._page: WatchPage | None = None
        self.callbacks: list[Callback] = []

    def check(self, windows: str | None) -> None:
        """Raise if the page or the recording could not be made. `windows` is the option.

        Raises
        ------
        ConfigError
            If several models would be trained, of which a film has only one.
        FirthError
            If the file cannot be written.
        MissingExtraError
            If the page needs a package that is not installed.
        """
        if self._record is not None:
            from firth.recordings.pages import check_page

            if windows is not None:
                raise ConfigError(
                    "--record has the film of one model, and --windows trains several"
                )
            check_page(self._record, overwrite=self._overwrite)
        if self._has_page:
            import firth.server  # noqa: F401

    def __enter__(self) -> Self:
        """Begin to serve the page."""
        if self._has_page or self._record is not None:
            from firth.callbacks import Watch

            self._watch = Watch()
            self.callbacks = [self._watch, *self._recordings()]
        if self._has_page and self._watch is not None:
            from firth.watching import WatchPage

            self._page = WatchPage(self._watch, self._port)
            tell(f"watch it at {self._page.url}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write the recording, and wait until nobody watches any more."""
        try:
            if error is None:
                self._write()
                self._wait()
            else:
                # The error of the run is what is told.
                with contextlib.suppress(FirthError):
                    self._write()
        finally:
            if self._page is not None:
                self._page.close()

    def _write(self) -> None:
        if self._record is not None and self._watch is not None and self._watch.film is not None:
            self._watch.export(self._record, overwrite=self._overwrite)

    def _wait(self) -> None:
        if self._page is None or not self._page.is_watched():
            return
        # All results are written: now Ctrl-C is an end like any other.
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdout.flush()
            tell(f"the page stays at {self._page.url} until it is closed; Ctrl-C ends")
            self._page.wait()

    def _recordings(self) -> list[Callback]:
        """Return a callback that names the file of the recording, if there is one."""
        if self._record is None:
            return []
        from firth.callbacks import Callback

        path = Path(self._record)

        class Recording(Callback):
            """Names the recording, so that it is not read as a text."""

            def writes(self) -> list[Path]:
                return [path]

        return [Recording()]
