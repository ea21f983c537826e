"""The command `firth`: the only package that prints."""

from firth.cli.app import app, main

__all__ = ["app", "main"]
