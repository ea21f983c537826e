"""Parameters of the explorer's routes: what a route does not take is refused."""

import pytest


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/explorer/word?word=w3&tpo=5", "/explorer/word has no parameter 'tpo' in the "
         "address; it takes set, top, word"),
        ("GET", "/explorer/word?word=w3&word=w5", "word: give one, got 2"),
        ("GET", "/explorer/points?layuot=pca", "no parameter 'layuot'"),
        ("GET", "/explorer/sets?set=new", "no parameter 'set' in the address; it takes none"),
        ("GET", "/explorer/moved?set=new", "no parameter 'set'"),
        ("GET", "/explorer/moved?top=3&top=5", "top: give one, got 2"),
        ("POST", "/explorer/equation?top=1", "no parameter 'top' in the address; it takes none"),
        ("POST", "/explorer/umap?sett=new", "no parameter 'sett'"),
        ("GET", "/explorer/umap?set=new&set=old", "set: give one, got 2"),
        ("GET", "/health?set=new", "/health has no parameter 'set' in the address"),
        ("GET", "/metrics?set=new", "/metrics has no parameter 'set' in the address"),
    ],
)  # fmt: skip
def test_what_a_route_does_not_take_is_refused(client, method, path, told):
    body = {"terms": [{"words": ["w3"], "weight": 1}]}
    answer = client.request(method, path, json=body if "equation" in path else None)
    assert answer.status_code == 422
    message = answer.json()["error"]["message"]
    assert told in message
    # None of these has a POST that asks many at a time.
    assert "POST" not in message


def test_each_route_of_the_explorer_takes_what_it_describes(client):
    given = {"word": "w3", "set": "old", "layout": "pca", "top": "3", "among": "10"}
    paths = client.get("/openapi.json").json()["paths"]
    asked = [path for path in paths if path.startswith("/explorer") and "get" in paths[path]]
    assert len(asked) > 8
    for path in asked:
        described = paths[path]["get"].get("parameters", ())
        answer = client.get(path, params={each["name"]: given[each["name"]] for each in described})
        assert answer.status_code == 200, path
