"""Pictures of words, losses, noise, windows and scores (extra `plot`), as figures of Matplotlib.

A picture is a `matplotlib.figure.Figure`: a notebook shows it, `picture.show()` opens a window,
and `save` writes it without a screen. Only `show` uses pyplot.

Examples
--------
>>> from firth.plotting import loss_curve, save
>>> import tempfile, pathlib
>>> with tempfile.TemporaryDirectory() as folder:
...     save(loss_curve([0.69, 0.41, 0.32]), f"{folder}/loss.png")
...     pathlib.Path(f"{folder}/loss.png").read_bytes()[1:4]
b'PNG'
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from firth._lazy import lazy_names
from firth.errors import MissingExtraError
from firth.plotting.loading import first_import

if TYPE_CHECKING:
    from firth.plotting.content import content_words
    from firth.plotting.curves import loss_curve, noise_distribution
    from firth.plotting.interactive import MapPage, check_page, interactive_map
    from firth.plotting.maps import scatter
    from firth.plotting.neighbours import drift_path, neighbour_graph
    from firth.plotting.picture import Picture, check_picture, save
    from firth.plotting.scores import score_bars, search_curve
    from firth.plotting.sentences import window_diagram

__all__ = [
    "MapPage",
    "Picture",
    "check_page",
    "check_picture",
    "content_words",
    "drift_path",
    "interactive_map",
    "loss_curve",
    "neighbour_graph",
    "noise_distribution",
    "save",
    "scatter",
    "score_bars",
    "search_curve",
    "window_diagram",
]

_home = lazy_names(
    __name__,
    {
        "firth.plotting.content": "content_words",
        "firth.plotting.curves": "loss_curve noise_distribution",
        "firth.plotting.interactive": "MapPage check_page interactive_map",
        "firth.plotting.maps": "scatter",
        "firth.plotting.neighbours": "drift_path neighbour_graph",
        "firth.plotting.picture": "Picture check_picture save",
        "firth.plotting.scores": "score_bars search_curve",
        "firth.plotting.sentences": "window_diagram",
    },
)


def __getattr__(name: str) -> Any:  # noqa: ANN401
    try:
        if "matplotlib" in sys.modules:
            return _home(name)
        with first_import():
            return _home(name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "matplotlib":
            raise
        raise MissingExtraError("matplotlib", "plot") from error


def __dir__() -> list[str]:
    return __all__
