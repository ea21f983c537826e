"""Films for tests: nasty words, and the figures of a moment."""

from firth.recordings.frames import Figures

# Words that are markup, in several ways.
NASTY = [
    "<script>hit()</script>",
    "</script><img src=x onerror=hit()>",
    "茶",
    "a&b",
    "'\"`",
    "\u2028",
]


def figures_at(second):
    """Return the figures of a moment."""
    return Figures(
        epoch=1 + second // 10, words=100 * second, seconds=float(second), lr=0.05, loss=2.0,
        speed=100.0, left=50.0,
    )  # fmt: skip
