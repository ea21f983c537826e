"""gensim's `test.utils`, which its examples import: a tiny text, and places for files."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator

from firth.compat.gensim.elsewhere import TEST_DATA, not_here

__getattr__ = not_here("gensim.test.utils", TEST_DATA)

# Nine titles, without function words and words that stand once: Deerwester, Dumais, Furnas,
# Landauer and Harshman (1990), "Indexing by latent semantic analysis", table 2.
common_texts = [
    title.split()
    for title in (
        "human interface computer",
        "survey user computer system response time",
        "eps user interface system",
        "system human system eps",
        "user response time",
        "trees",
        "graph trees",
        "graph minors trees",
        "graph minors survey",
    )
]


def get_tmpfile(suffix: str) -> str:
    """Return the path of a file in a new temporary folder, which stays there."""
    return os.path.join(tempfile.mkdtemp(), suffix)  # noqa: PTH118 (gensim has text)


@contextlib.contextmanager
def temporary_file(name: str = "") -> Iterator[str]:
    """Yield the path of a file in a temporary folder, which is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield os.path.join(folder, name)  # noqa: PTH118 (gensim has text)
