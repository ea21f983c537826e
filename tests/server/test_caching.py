"""ETags and compression."""


def test_an_answer_that_the_client_has_is_not_sent_again(client):
    first = client.get("/similar?word=king")
    tag = first.headers["etag"]
    again = client.get("/similar?word=king", headers={"If-None-Match": f'"x", {tag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    # A client takes up the headers of this answer: it would forget the one that it keeps.
    assert again.headers["cache-control"] == first.headers["cache-control"] == "private, no-cache"
    for path in ("/similar?word=queen", "/similar?word=king&set=items", "/similarity?a=tea&b=tea"):
        assert client.get(path, headers={"If-None-Match": tag}).status_code != 304
    assert client.get("/similar?word=king", headers={"If-None-Match": '"x"'}).status_code == 200


def test_other_vectors_have_another_tag(client, paths):
    from firth import Vectors, load

    before = client.get("/similar?word=king")
    vectors = load(paths["en"])
    Vectors(vectors.words, vectors.input_vectors[::-1].copy()).save(paths["en"])
    client.app.state.sets.refresh(at_once=True)
    headers = {"If-None-Match": before.headers["etag"]}
    after = client.get("/similar?word=king", headers=headers)
    assert after.status_code == 200
    assert after.json() != before.json()


def test_large_answers_are_compressed(client):
    words = ["king"] * 200
    answer = client.post("/vectors", json={"words": words}, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["vectors"]) == 200
    plain = client.post("/vectors", json={"words": words}, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == answer.json()
