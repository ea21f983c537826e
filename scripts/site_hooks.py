"""What the build of the documentation does with its pages (`hooks` in mkdocs.yml)."""

from __future__ import annotations

import os
import re
import subprocess
import sys

HELP = re.compile(r"^<!-- help of (firth.*) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: object) -> str:
    """Put the help of a command in the place of each comment that asks for it."""
    return HELP.sub(lambda comment: f"```text\n{help_of(comment[1])}```", markdown)


def help_of(command: str) -> str:
    """Return what a command prints as its help."""
    _, *verb = command.split()
    done = subprocess.run(
        [sys.executable, "-m", "firth", *verb, "--help"],
        stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    return done.stdout.strip().replace("python -m firth", "firth") + "\n"
