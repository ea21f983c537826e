"""Which browser the tests of pages run."""

import os
import shutil

# The first has no windows: a page takes it a tenth of the time. FIRTH_CHROMIUM names another one.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "chrome")


def chromium_path():
    """Return where the browser is, or None."""
    given = os.environ.get("FIRTH_CHROMIUM")
    return given or next(filter(None, map(shutil.which, NAMES)), None)
