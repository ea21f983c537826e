"""What `--watch` and `--record` add to a run: a callback, a page, a file."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Self

from firth.checks import whole_number
from firth.cli.app import tell
from firth.cli.parameters import Option
from firth.errors import ConfigError, FirthError

if TYPE_CHECKING:
    from firth.callbacks import Callback, Watch
    from firth.watching import WatchPage


@dataclass
class WatchOptions:
    """The options of a run's page and recording."""

    watch: Annotated[
        bool, Option("--watch", help="Serve a page on which the map settles while it trains.")
    ] = False
    watch_port: Annotated[
        int | None,
        Option(metavar="PORT", help="The port of that page.", show_default="a free one"),
    ] = None
    record: Annotated[
        str | None,
        Option(metavar="FILE.html", help="Write what it shows, as a page that plays back."),
    ] = None


class Watching:
    """The page and the recording of a run, if they are wanted.

    As a context it stands around training and saving. At its end, which comes after the vectors
    were saved, the recording is written, also that of a run that was interrupted. Then the page
    stays as long as somebody watches.

    Parameters
    ----------
    options : WatchOptions
        A port asks for a page too.
    overwrite : bool
        Whether the recording may replace a file that holds something else.
    """

    def __init__(self, options: WatchOptions, *, overwrite: bool) -> None:
        self._has_page = options.watch or options.watch_port is not None
        self._port, self.record = options.watch_port or 0, options.record
        self._overwrite = overwrite
        self._watch: Watch | None = None
        self._page: WatchPage | None = None
        self.callbacks: list[Callback] = []

    @classmethod
    def from_options(cls, options: dict[str, Any], *, overwrite: bool) -> Self:
        """Take the options of watching out of those of a verb."""
        names = [each.name for each in fields(WatchOptions)]
        return cls(WatchOptions(**{name: options.pop(name) for name in names}), overwrite=overwrite)

    def check(self, several: str | None) -> None:
        """Raise if the page or the recording could not be made.

        Parameters
        ----------
        several : str, optional
            The option by which several models are trained, if one does.

        Raises
        ------
        ConfigError
            If several models would be trained, of which a film has only one.
        FirthError
            If the file cannot be written.
        MissingExtraError
            If the page needs a package that is not installed.
        """
        if self.record is not None:
            from firth.io.pages import check_page

            if several is not None:
                raise ConfigError(
                    f"--record has the film of one model, and {several} trains several"
                )
            check_page(self.record, overwrite=self._overwrite, name="watch")
        if self._has_page:
            whole_number("watch_port", self._port, least=0, most=65_535)
            import firth.server  # noqa: F401

    def __enter__(self) -> Self:
        """Begin to serve the page."""
        if self._has_page or self.record is not None:
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
        if self.record is not None and self._watch is not None and self._watch.film is not None:
            self._watch.export(self.record, overwrite=self._overwrite)

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
        if self.record is None:
            return []
        from firth.callbacks import Callback

        path = Path(self.record)

        class Recording(Callback):
            """Names the recording, so that it is not read as a text."""

            def writes(self) -> list[Path]:
                return [path]

        return [Recording()]
