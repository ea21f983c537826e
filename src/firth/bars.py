"""Progress bars: on standard error, or as widgets in a notebook that has them.

A bar that cannot be written is given up; the run goes on.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from firth.checks import shown
from firth.errors import ConfigError

if TYPE_CHECKING:
    from tqdm import tqdm


def are_bars_shown(progress: bool | None) -> bool:
    """Return whether to show bars: as asked, by default in a notebook and on a terminal.

    Raises
    ------
    ConfigError
        If `progress` is neither True, False nor None.
    """
    if progress is None:
        return _is_notebook() or (sys.stderr is not None and sys.stderr.isatty())
    if not isinstance(progress, bool):
        raise ConfigError(f"progress must be True, False or None, got {shown(progress)}")
    return progress


def _is_notebook() -> bool:
    """Return whether this runs in a notebook, whose standard error is no terminal."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in shell.config


def _bar_class() -> Any:  # noqa: ANN401
    # tqdm.auto would warn in a notebook without widgets; the plain bar works there too.
    if _is_notebook() and importlib.util.find_spec("ipywidgets") is not None:
        from tqdm.notebook import tqdm as widget

        return widget
    from tqdm import tqdm

    return tqdm


def _shape() -> dict[str, Any]:
    """Return the options that tell a bar how wide it is: as wide as the terminal.

    A terminal that does not know its size, as in a container, tells 0; a bar would be left out.
    """
    try:
        size = os.get_terminal_size(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):
        return {"dynamic_ncols": True}
    return {"dynamic_ncols": True} if size.lines else {"ncols": 80, "nrows": 24}


class Bar:
    """A bar that appears with the first report, and stays as a line at the end.

    Parameters
    ----------
    description : str
        What is done.
    unit : str
        Of what the reports count.
    shown : bool
        Whether there is a bar at all.
    """

    def __init__(self, description: str, unit: str, *, shown: bool) -> None:
        self._options = {"desc": description, "unit": unit}
        self._bar: tqdm[None] | None = None
        self.begin = 0
        # A process may be started without standard error.
        self._is_shown = shown and sys.stderr is not None

    def __enter__(self) -> Self:
        """Return the bar itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            with self._giving_up():
                self._bar.close()

    def move(self, done: int, total: int | None, **figures: str) -> None:
        """Show that `done` of `total` are done, with these figures behind them."""
        if not self._is_shown:
            return
        with self._giving_up():
            if self._bar is None:
                self._bar = _bar_class()(
                    total=total,
                    initial=self.begin,
                    unit_scale=True,
                    **_shape(),
                    **self._options,
                )
            if figures:
                self._bar.set_postfix(figures, refresh=False)
            self._bar.update(done - self._bar.n)

    @contextlib.contextmanager
    def _giving_up(self) -> Iterator[None]:
        """Show nothing more once standard error is closed or cannot be written."""
        try:
            yield
        except (OSError, ValueError):
            self._is_shown = False
            if self._bar is not None:
                # Or it would write once more when it is closed.
                self._bar.disable = True
