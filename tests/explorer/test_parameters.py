"""Parameters of the explorer's routes: others are refused, and so are those of other vectors."""

import pytest

from firth.vectors import load


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/explorer/word?word=w3&tpo=5", "/explorer/word has no parameter 'tpo' in the "
         "address; it takes set, top, vectors, word"),
        ("GET", "/explorer/word?word=w3&word=w5", "word: give one, got 2"),
        ("GET", "/explorer/points?layuot=pca", "no parameter 'layuot'"),
        ("GET", "/explorer/sets?set=new", "no parameter 'set' in the address; it takes vectors"),
        ("GET", "/explorer/moved?set=new", "no parameter 'set'"),
        ("GET", "/explorer/moved?top=3&top=5", "top: give one, got 2"),
        ("POST", "/explorer/equation?top=1", "no parameter 'top' in the address; it takes vectors"),
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
    given["vectors"] = client.get("/explorer/sets").json()["vectors"]
    paths = client.get("/openapi.json").json()["paths"]
    asked = [path for path in paths if path.startswith("/explorer") and "get" in paths[path]]
    assert len(asked) > 8
    for path in asked:
        described = paths[path]["get"].get("parameters", ())
        answer = client.get(path, params={each["name"]: given[each["name"]] for each in described})
        assert answer.status_code == 200, path


@pytest.mark.parametrize("changed", ["old", "new"])
def test_a_page_gets_no_answer_of_other_vectors(client, paths, changed):
    described = client.get("/explorer/sets").json()
    asked = {"word": "w3", "vectors": described["vectors"]}
    equation = {"terms": [{"words": ["w3"], "weight": 1}]}

    def ask():
        for route in ("word", "moved/word", "lines", "spelled"):
            yield client.get(f"/explorer/{route}", params=asked)
        for route in ("words", "counts", "points", "clusters", "legend", "umap", "moved"):
            yield client.get(f"/explorer/{route}", params={"vectors": described["vectors"]})
        parameters = {"vectors": described["vectors"]}
        yield client.post("/explorer/equation", params=parameters, json=equation)

    assert {answer.status_code for answer in ask()} == {200}
    load(paths[changed]).save(paths[changed])
    client.app.state.sets.refresh(at_once=True)
    told = [(answer.status_code, answer.json()["error"]["type"]) for answer in ask()]
    assert set(told) == {(409, "other_vectors")}
    assert client.get("/explorer/sets").json()["vectors"] != described["vectors"]
    assert client.get("/explorer/word", params={"word": "w3"}).status_code == 200
