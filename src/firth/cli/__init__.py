"""The command `firth`: the only package that prints."""

from firth.cli.app import app, main

# isort: off
# The help lists the verbs in this order.
from firth.cli import (
    train, tune, phrases, count, query, classes, several, draw, shell, serve, explore, ancestors,
)  # fmt: skip

__all__ = [
    "ancestors",
    "app",
    "classes",
    "count",
    "draw",
    "explore",
    "main",
    "phrases",
    "query",
    "serve",
    "several",
    "shell",
    "train",
    "tune",
]
