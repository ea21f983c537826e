"""Importing Numba, which reads variables of its own."""

from __future__ import annotations

import warnings

from firth.errors import FirthError, warn

_ADVICE = "correct or unset the variable, whose name begins with NUMBA_"


def load_numba() -> None:
    """Import Numba, and tell in one line what is wrong with its variables.

    Raises
    ------
    FirthError
        If Numba refuses one, such as `NUMBA_NUM_THREADS=0`.
    """
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            import numba  # noqa: F401
        except ValueError as error:
            reason = str(error).rstrip(".")
            raise FirthError(f"cannot load Numba: {reason}; {_ADVICE}") from error
    for warning in told:
        message = str(warning.message)
        if message.startswith("Environment variable"):
            # A traceback follows in further lines.
            reason = message.splitlines()[0].rstrip(".")
            warn(f"Numba ignores a setting: {reason}; {_ADVICE}")
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
