"""Vectors on the Hugging Face hub, if huggingface_hub is installed: a server stands in for it."""

import base64
import http.server
import json
import os
import re
import threading

import numpy as np
import pytest

from firth.errors import ConfigError, FirthError, MissingExtraError
from firth.vectors import Vectors, check_destination, load
from processes import run_python

MATRIX = np.random.default_rng(6).normal(size=(2, 3)).astype(np.float32)
COMMIT = "c" * 40
PUSH_AND_LOAD = """
import sys, firth
vectors = firth.load(sys.argv[1])
vectors.save(sys.argv[2], format=sys.argv[3])
found = firth.load(sys.argv[2])
assert found.words == vectors.words
assert found.input_vectors.tolist() == vectors.input_vectors.tolist()
"""


class Hub(http.server.BaseHTTPRequestHandler):
    """The calls of the hub that huggingface_hub makes, for one repository."""

    def log_message(self, *_):
        """Print nothing."""

    def _answer(self, content, status=200, **headers):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_POST(self):
        """Make the repository, or take files."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        state = self.server
        if self.path == "/api/repos/create":
            state.created = json.loads(body)
            self._answer({"url": f"{state.address}/user/name", "name": "user/name"})
        elif "/preupload/" in self.path:
            names = [file["path"] for file in json.loads(body)["files"]]
            mode = {"uploadMode": "regular", "shouldIgnore": False}
            self._answer({"files": [{"path": name, **mode} for name in names]})
        elif "/commit/" in self.path:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    value = line["value"]
                    state.files[value["path"]] = base64.b64decode(value["content"])
                else:
                    state.message = line["value"]["summary"]
            place = f"{state.address}/user/name/commit/{COMMIT}"
            self._answer({"success": True, "commitUrl": place, "commitOid": COMMIT})
        else:
            self._answer({"error": self.path}, 404)

    def do_GET(self):
        """List the files, or send one."""
        files = self.server.files
        found = re.match(rf"/user/name/resolve/{COMMIT}/(.+)", self.path)
        if found and found[1] in files:
            told = {"ETag": f'"{found[1]}"', "X_Repo_Commit": COMMIT}
            self._answer(files[found[1]], **told)
        elif re.match(r"/api/models/user/name/(revision|tree)/", self.path):
            listed = [{"rfilename": name, "path": name, "type": "file", "size": len(files[name]),
                       "oid": name} for name in files]  # fmt: skip
            whole = {"id": "user/name", "sha": COMMIT, "siblings": listed}
            self._answer(listed if "/tree/" in self.path else whole)
        else:
            self._answer({"error": "not found"}, 404, X_Error_Code="RepoNotFound")

    do_HEAD = do_GET


@pytest.fixture
def server():
    """Start a stand-in for the hub."""
    pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    made.files, made.created, made.message = {}, None, None
    made.address = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def run(server, tmp_path):
    """Run a program of Python that has the stand-in for the hub."""
    settings = {
        "HF_ENDPOINT": server.address,
        "HF_HOME": str(tmp_path / "home"),
        "HF_TOKEN": "hf_" + "x" * 30,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }

    def call(*arguments, **more):
        return run_python(*arguments, env={**os.environ, **settings, **more})

    return call


@pytest.mark.parametrize("name", ["static-embedding", "firth"])
@pytest.mark.parametrize("address", ["hf://user/name", "hf://user/name/small"])
def test_vectors_go_there_and_back(name, address, server, run, tmp_path):
    Vectors(["tea", "茶"], MATRIX).save(tmp_path / "v")
    done = run("-c", PUSH_AND_LOAD, tmp_path / "v", address, name)
    assert done.returncode == 0, done.stderr
    told = server.created
    assert told.get("private") is True or told.get("visibility") == "private"
    assert server.message.startswith("Vectors written by Firth")
    within = "small/" if address.endswith("small") else ""
    assert f"{within}model.safetensors" in server.files


def test_commands_take_addresses(server, run, tmp_path):
    Vectors(["tea", "茶"], MATRIX).save(tmp_path / "v")
    firth = ("-m", "firth", "convert")
    done = run(*firth, tmp_path / "v", "hf://user/name", "--to", "static-embedding")
    assert done.returncode == 0, done.stderr
    server.files["README.md"] = b"mine"
    done = run(*firth, "hf://user/name", tmp_path / "w.txt")
    assert done.returncode == 0, done.stderr
    assert load(tmp_path / "w.txt").words == ("tea", "茶")


def test_what_is_not_there_is_told_in_one_line(run, tmp_path):
    done = run("-m", "firth", "info", "hf://user/other")
    assert done.returncode == 1
    assert done.stderr.startswith("firth: cannot read hf:/user/other: ")
    assert done.stderr.count("\n") == 1
    Vectors(["tea"], MATRIX[:1]).save(tmp_path / "v")
    done = run("-m", "firth", "convert", tmp_path / "v", "hf://user/name", HF_TOKEN="")
    assert "log in with 'hf auth login' first" in done.stderr


def test_addresses_are_checked(tmp_path, monkeypatch):
    with pytest.raises(FirthError, match="is no address on the Hugging Face hub, such as hf://"):
        load("hf://name")
    with pytest.raises(ConfigError, match="as word2vec text: the hub takes a folder of files only"):
        check_destination("hf://user/name", format="word2vec-text")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for attempt in (load, Vectors(["a"], MATRIX[:1]).save):
        with pytest.raises(MissingExtraError, match=r"firth\[hub\]"):
            attempt("hf://user/name")
