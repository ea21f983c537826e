"""The command `firth`: the only package that prints."""

from firth.cli.app import app, main

# isort: off
# The order of the verbs in the help.
from firth.cli import train, query, draw

__all__ = ["app", "draw", "main", "query", "train"]
