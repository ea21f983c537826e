"""Requests that schemathesis makes from the OpenAPI description never make the service fail.

Needs schemathesis, which `scripts/test-server` installs.
"""

import importlib.util
import string

import numpy as np
import pytest

from firth import Vectors
from processes import run_python

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "response_headers_conformance", "unsupported_method",
)  # fmt: skip


@pytest.mark.skipif(
    importlib.util.find_spec("schemathesis") is None, reason="schemathesis is not installed"
)
def test_no_request_of_the_description_makes_the_service_fail(serve, tmp_path):
    # Words and names that are tried often, so that requests get beyond the check of words.
    words = [*string.ascii_letters, *string.digits, "00", "\x80", "é", 0, 1, -1, 255]
    matrix = np.random.default_rng(1).normal(size=(len(words), 2)).astype(np.float32)
    Vectors(words, matrix, counts=np.arange(len(words), 0, -1), output_vectors=matrix).save(
        tmp_path / "0"
    )
    _, url = serve("--workers", "2", sets=["0=0", "en=en"])
    done = run_python(
        "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--checks", ",".join(CHECKS),
        "--max-examples", "100", "--seed", "1", "--generation-database", "none",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout or "passed" in done.stdout, done.stdout
