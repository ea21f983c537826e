"""Who is answered, and how much is taken."""

import re

import pytest
from fastapi import APIRouter

from firth.errors import ConfigError
from firth.server import ServerOptions

TOKEN = "a-secret"


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:1", "[::1]:8000", "10.1.2.3"]
)
def test_own_names_and_addresses_are_answered(client, host):
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil", ""]
)
def test_a_name_that_was_bound_to_this_address_is_refused(client, host):
    for path in ("/health", "/similar?word=king", "/nothing"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 403
        assert answer.json()["error"]["type"] == "wrong_host"
        # Not all that is served has the option.
        assert "ask by an address or by localhost" in answer.json()["error"]["message"]


def test_names_can_be_allowed(make_client):
    client = make_client(hosts=("vectors.example",))
    assert client.get("/health", headers={"Host": "Vectors.example:80"}).status_code == 200
    assert client.get("/health", headers={"Host": "other.example"}).status_code == 403
    assert make_client(hosts=("*",)).get("/health", headers={"Host": "any"}).status_code == 200


@pytest.mark.parametrize(
    ("option", "names"),
    [
        ("hosts", ("https://vectors.example",)),
        ("hosts", ("good.example", "vectors.example:8000")),
        ("hosts", ("vectors.example/page",)),
        ("hosts", ("",)),
        ("origins", ("page.example",)),
        ("origins", ("https://page.example", "https://page.example/page")),
        ("origins", ("https://",)),
        ("origins", ("",)),
    ],
)
def test_names_that_no_request_gives_are_refused(option, names):
    with pytest.raises(ConfigError, match=re.escape(f"or * for all; got {names[-1]!r}")):
        ServerOptions(**{option: names})


@pytest.mark.parametrize(
    ("option", "given", "told"),
    [
        ("host", 5, "host must be text, got 5"),
        ("host", None, "host must be text, got None"),
        ("token", b"secret", "^token must be text, got bytes$"),
        ("hosts", "vectors.example", "hosts must be a list of names, got 'vectors.example'"),
        ("origins", ("https://page.example", 5), "origins must be a list of names, got"),
    ],
)
def test_options_of_other_types_are_refused(option, given, told):
    with pytest.raises(ConfigError, match=told):
        ServerOptions(**{option: given})


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[", "https://localhost"])
def test_pages_of_other_hosts_are_refused(client, origin):
    answer = client.get("/similar?word=king", headers={"Origin": origin})
    assert answer.status_code == 403
    assert "king" not in answer.text
    assert "access-control-allow-origin" not in answer.headers


def test_its_own_page_may_ask(client):
    headers = {"Origin": "http://localhost:8000"}
    answer = client.get("/similar?word=king", headers=headers)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_origins_can_be_allowed(make_client):
    client = make_client(origins=("https://page.example/",), token=TOKEN)
    asked = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "authorization,content-type"}  # fmt: skip
    before = client.options("/similar", headers=asked)
    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == "https://page.example"
    headers = {"Origin": "https://page.example", "Authorization": f"Bearer {TOKEN}"}
    answer = client.get("/similar?word=king", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "https://page.example"
    assert client.get("/health", headers={"Origin": "https://other.example"}).status_code == 403


@pytest.mark.parametrize(
    "given",
    [None, "", "Bearer", "Bearer ", "Bearer a-secreT", f"Basic {TOKEN}", TOKEN, "Bearer \xe9"],
)
def test_without_the_token_nothing_is_told(make_client, given):
    client = make_client(token=TOKEN)
    headers = {} if given is None else {"Authorization": given.encode("latin-1")}
    for path in ("/similar?word=king", "/openapi.json", "/metrics", "/v1/models", "/nothing"):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert TOKEN not in answer.text
    assert client.get("/health", headers=headers).json() == {"status": "ok"}


def test_with_the_token_all_is_answered(make_client):
    client = make_client(token=TOKEN, headers={"Authorization": f"bearer {TOKEN}"})
    assert client.get("/similar?word=king").status_code == 200
    assert len(client.get("/health").json()["sets"]) == 2


def test_further_routes_are_behind_the_same_checks(make_client):
    router = APIRouter()

    @router.get("/page")
    def page():
        return {"is": "there"}

    client = make_client(token=TOKEN, routers=[router])
    assert client.get("/page").status_code == 401
    answer = client.get("/page", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.json() == {"is": "there"}


def test_a_large_body_is_refused(make_client):
    client = make_client(max_body=1_000)
    headers = {"Content-Type": "application/json"}
    fits = b'{"queries": ["king"]}' + b" " * 979
    assert client.post("/similar", content=fits, headers=headers).status_code == 200
    answer = client.post("/similar", content=fits + b" ", headers=headers)
    assert answer.status_code == 413
    assert "more than 1,000 bytes" in answer.json()["error"]["message"]
    parts = iter([b" " * 400] * 3)
    assert client.post("/similar", content=parts, headers=headers).status_code == 413


def test_an_error_of_ours_tells_nothing(make_client):
    router = APIRouter()

    @router.get("/broken")
    def broken():
        raise RuntimeError("a secret")

    answer = make_client(routers=[router]).get("/broken")
    assert answer.status_code == 500
    assert answer.json()["error"]["message"] == "the service failed; its log says more"
