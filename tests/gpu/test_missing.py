"""Without the extra `gpu`, one line says what to install."""

import importlib.util
import sys

import pytest

from firth.errors import MissingExtraError
from firth.training.engines.registry import engine_named


@pytest.mark.parametrize("package", ["torch", "triton"])
def test_a_missing_package_is_named_with_its_extra(monkeypatch, package):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec",
        lambda name, *rest: None if name == package
        else (True if name in ("torch", "triton") else find_spec(name, *rest)),
    )  # fmt: skip
    for name in [name for name in sys.modules if name.startswith("firth.gpu")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingExtraError, match=rf"{package} is not .* 'firth\[gpu\]'"):
        engine_named("gpu")
