"""The version of Firth, read by the build and by `firth --version`."""

__version__ = "0.1.0"
