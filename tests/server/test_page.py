"""The requests on the page about the service are answered."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from firth import Vectors

PAGE = Path(__file__).parents[2] / "docs/howto/serve.md"
WORDS = ["king", "queen", "man", "woman", "tea", "coffee", "the", "drinks", "a", "violin"]


def requests():
    """Return the commands of the page that ask, as lists of arguments."""
    blocks = re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("curl ")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_requests_of_the_page_are_answered(serve, tmp_path):
    matrix = np.random.default_rng(1).normal(size=(len(WORDS), 4)).astype(np.float32)
    Vectors(WORDS, matrix).save(tmp_path / "vectors")
    _, url = serve(sets=["vectors"])
    asked = requests()
    assert len(asked) == 6
    for command in asked:
        command = [part.replace("http://127.0.0.1:8000", url) for part in command]
        done = subprocess.run(
            [*command, "--silent", "--fail"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, command
        assert done.stdout.startswith("{")
