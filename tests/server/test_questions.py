"""Questions over HTTP have the answers that `Vectors` gives."""

import numpy as np
import pytest

from firth import Vectors, load


@pytest.fixture
def vectors(paths):
    return load(paths["en"])


def told(answers):
    return [answer._asdict() for answer in answers]


def test_similar(client, vectors):
    answer = client.get("/similar", params={"word": "king", "top": 3})
    assert answer.status_code == 200
    assert answer.json() == {
        "set": "en", "composed": [], "answers": told(vectors.similar("king", 3))
    }  # fmt: skip


def test_similar_with_a_choice_of_answers(client, vectors):
    parameters = {"word": "king", "restrict": 4, "exclude": ["queen", "man"]}
    answer = client.get("/similar", params=parameters).json()["answers"]
    assert answer == told(vectors.similar("king", restrict=4, exclude=["queen", "man"]))
    assert [each["word"] for each in answer] == ["woman"]


def test_many_queries_of_all_kinds_at_a_time(client, vectors):
    queries = ["king", {"king": 1, "man": -1, "woman": 1}, [0, 0, 2]]
    request = {"queries": queries, "top": 2, "restrict": ["queen", "tea", "coffee"]}
    answer = client.post("/similar", json=request).json()["answers"]
    asked = [{"king": 1}, {"king": 1, "man": -1, "woman": 1}, [(np.array([0.0, 0.0, 2.0]), 1)]]
    assert answer == [
        told(each) for each in vectors.similar(asked, 2, restrict=["queen", "tea", "coffee"])
    ]


def test_analogy(client, vectors):
    parameters = {"positive": ["king", "woman"], "negative": ["man"], "top": 2}
    expected = told(vectors.analogy(["king", "woman"], ["man"], 2))
    assert expected[0]["word"] == "queen"
    assert client.get("/analogy", params=parameters).json()["answers"] == expected
    question = {"positive": ["king", "woman"], "negative": ["man"]}
    request = {"questions": [question, question], "top": 2, "method": "mul"}
    by_products = told(vectors.analogy(["king", "woman"], ["man"], 2, method="mul"))
    assert client.post("/analogy", json=request).json()["answers"] == [by_products] * 2


def test_similarity(client, vectors):
    found = client.get("/similarity", params={"a": "tea", "b": "coffee"}).json()
    assert found["similarity"] == vectors.similarity("tea", "coffee")
    request = {"pairs": [["tea", "coffee"], ["king", "tea"]]}
    assert client.post("/similarity", json=request).json()["similarities"] == [
        vectors.similarity("tea", "coffee"), vectors.similarity("king", "tea"),
    ]  # fmt: skip


def test_vectors(client, vectors):
    answer = client.get("/vectors", params={"word": ["tea", "king"]}).json()
    assert answer["dim"] == 3
    assert [each["vector"] for each in answer["vectors"]] == vectors[["tea", "king"]].tolist()
    assert client.post("/vectors", json={"words": ["tea", "king"]}).json() == answer


def test_words_that_are_integers(client):
    answer = client.get("/similar", params={"set": "items", "word": "17"}).json()
    assert {each["word"] for each in answer["answers"]} == {4, 99}
    request = {"set": "items", "queries": [17, "17", {"17": 1}]}
    answers = client.post("/similar", json=request).json()["answers"]
    assert answers[0] == answers[1] == answers[2] == answer["answers"]


@pytest.fixture
def trained(tmp_path, paths):
    import firth

    units = [["green", "tea"], ["tea", "evergreen"], ["old", "king"], ["king", "old"]] * 200
    options = {"dim": 8, "sample": 0, "threads": 1, "progress": False}
    vectors = firth.train(units, subwords=(3, 6), **options)
    vectors.save(tmp_path / "trained")
    paths["trained"] = tmp_path / "trained"
    return vectors


def test_company(trained, client):
    answer = client.get("/company", params={"word": "tea", "top": 2, "set": "trained"}).json()
    assert answer["answers"] == told(trained.company("tea", 2))
    assert answer["answers"][0]["word"] in ("green", "evergreen")
    both = {"word": "tea", "other": "king", "set": "trained"}
    shared = client.get("/company", params=both).json()["answers"]
    assert shared == told(trained.shared_company("tea", "king"))
    request = {"words": ["tea", "old"], "set": "trained"}
    answers = client.post("/company", json=request).json()["answers"]
    assert answers == [told(trained.company(word)) for word in ("tea", "old")]


def test_a_composed_word_is_told(trained, client):
    answer = client.get("/similar", params={"word": "greens", "set": "trained"}).json()
    assert answer["composed"] == ["greens"]
    assert answer["answers"] == told(trained.similar("greens"))
    answer = client.get("/vectors", params={"word": ["greens", "tea"], "set": "trained"}).json()
    assert answer["composed"] == ["greens"]


def test_a_question_that_the_set_cannot_answer_says_why(client):
    answer = client.get("/company", params={"word": "tea"})
    assert answer.status_code == 422
    assert "needs output vectors" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("/similar?word=kign", 404, "'kign' is not among the 7 words; near: king"),
        ("/similar?word=king&set=xx", 404, "there is no set 'xx'; there are: en, items"),
        ("/similar", 422, "word: field required"),
        ("/similar?word=king&top=0", 422, "top: input should be greater than or equal to 1, got 0"),
        ("/similar?word=king&top=1001", 422, "top: input should be less than or equal to 1000, "
         "got 1001"),
        ("/similar?word=king&top=", 422, "unable to parse string as an integer, got ''"),
        ("/similar?word=king&top=ten", 422, "unable to parse string as an integer, got ten"),
        ("/similar?word=king&restrict=0", 422, "restrict: "),
        ("/similar?word=" + "x" * 1001, 422, "word: string should have at most 1000 characters, "
         "got text of 1,001 characters"),
        ("/analogy?positive=king&method=no", 422, "method: input should be 'add' or 'mul', got no"),
        ("/similar?word=king&tpo=3", 422, "/similar has no parameter 'tpo' in the address; it "
         "takes exclude, restrict, set, top, word"),
        ("/similar?word=king&word=tea", 422, "word: give one, got 2"),
        ("/company?word=king&other=man&other=tea&other=tea", 422, "other: give one, got 3"),
        ("/similar?word=king&top=3&top=5", 422, "top: give one, got 2"),
        ("/similarity?a=king&b=tea&set=en&set=items", 422, "set: give one, got 2"),
        ("/nothing", 404, "there is nothing at /nothing; see /openapi.json"),
        ("/../../etc/passwd", 404, "there is nothing at /etc/passwd"),
        ("/%2e%2e/%2e%2e/etc/passwd", 404, "there is nothing at "),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence(client, path, status, part):
    answer = client.get(path)
    assert answer.status_code == status
    (error,) = answer.json().values()
    assert set(error) == {"message", "type"}
    assert part in error["message"]
    assert "\n" not in error["message"]


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b"{", 400, "no JSON"),
        (b"\xff", 400, "no JSON"),
        (b"[" * 100_000, 400, "no JSON"),
        (b'{"queries": [' + b"9" * 10_000 + b"]}", 400, "no JSON"),
        (b"[]", 422, "the body: "),
        (b"{}", 422, "queries: field required"),
        (b'{"queries": []}', 422, "queries: list should have at least 1 item"),
        (b'{"queries": [true]}', 422, "queries.0: must be a word, a vector"),
        (b'{"queries": [true]}', 422, "whole number of 64 bits, got true"),
        (b'{"queries": ["king"], "top": true}', 422, "top: input should be a valid integer, got t"),
        (
            b'{"queries": ["king"], "top": "5"}',
            422,
            'top: input should be a valid integer, got "5"',
        ),
        (
            b'{"queries": ["king"], "top": 2.0}',
            422,
            "top: input should be a valid integer, got 2.0",
        ),
        (b'{"queries": ["king"], "top": null}', 422, "top: input should be a valid integer, got n"),
        (b'{"queries": ["king"], "set": 1}', 422, "set: input should be a valid string, got 1"),
        (b'{"queries": "king"}', 422, 'queries: input should be a valid list, got "king"'),
        (b'{"queries": [[]]}', 422, "whole number of 64 bits, got a list of 0 items"),
        (b'{"queries": ["\\ud800"]}', 422, "queries.0: must be a word, a vector"),
        (b'{"queries": [[1, NaN, 3]]}', 422, "queries.0: must be a word, a vector"),
        (
            b'{"queries": [[1, 1e999, 3]]}',
            422,
            "queries.0: must be a word, a vector of finite numb",
        ),
        (b'{"queries": [[1, 2]]}', 422, "(3,)"),
        (b'{"queries": ["king"], "topp": 3}', 422, "topp: extra inputs are not permitted"),
        (
            b'{"queries": ["king"], "restrict": []}',
            422,
            "restrict: must be a whole number from 1, or a list",
        ),
        (b'{"queries": [{"king": 1.7e308, "queen": 1.7e308}]}', 422, "smaller weights"),
        (b'{"queries": [' + b'"king",' * 500 + b'"king"], "top": 1000}', 422, "must be at most"),
        (
            b'{"queries": [99999999999999999999999]}',
            422,
            "queries.0: must be a word, a vector of finite numb",
        ),
    ],
)
def test_a_bad_body_is_one_sentence(client, body, status, part):
    headers = {"Content-Type": "application/json"}
    answer = client.post("/similar", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert part in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/similar", "GET, POST"), ("/health", "GET"), ("/v1/embeddings", "POST")],
)
def test_a_method_that_is_not_there_is_told_with_all_that_are(client, path, methods):
    answer = client.delete(path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == methods
    assert answer.json()["error"]["message"] == f"{path} does not take DELETE; see /openapi.json"


def test_a_post_takes_no_parameters_in_the_address(client):
    answer = client.post("/similar?top=3", json={"queries": ["king"]})
    assert answer.status_code == 422
    assert "no parameter 'top' in the address; it takes none" in answer.json()["error"]["message"]


def test_a_body_of_another_kind_is_told_so(client):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/similar", content=b'{"queries": ["king"]}', headers=headers)
    assert answer.status_code == 422
    assert "send 'Content-Type: application/json'" in answer.json()["error"]["message"]


def test_html_in_words_stays_data(client):
    answer = client.get("/similar", params={"word": "<b>x</b>"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    answer = client.get("/similar", params={"word": "<script>"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


def test_the_description_names_every_request(client):
    described = client.get("/openapi.json").json()["paths"]
    assert set(described) == {
        "/similar", "/analogy", "/similarity", "/vectors", "/company", "/health", "/metrics",
        "/v1/embeddings", "/v1/models",
    }  # fmt: skip


def test_the_pages_that_load_scripts_from_other_hosts_are_not_there(client):
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


@pytest.fixture
def with_zero(paths):
    """Write a third set, whose most frequent word has a vector of zeros."""
    matrix = np.vstack([np.zeros((1, 3)), np.eye(3)])
    Vectors(["zero", "king", "queen", "man"], matrix).save(paths["en"].parent / "zero")
    paths["zero"] = paths["en"].parent / "zero"


@pytest.mark.parametrize(
    ("method", "path", "given", "told"),
    [
        ("GET", "/similar", {"word": "zero"}, "the vector of 'zero' is zero"),
        ("POST", "/similar", {"queries": ["king", "zero"]}, "weighted sum +1 * 'zero' is zero"),
        ("POST", "/similar", {"queries": ["king", [0, 0, 0]]}, "sum +1 * a vector is zero"),
        ("POST", "/similar", {"queries": [{"king": 0}]}, "the weighted sum +0 * 'king' is zero"),
        ("GET", "/analogy", {"positive": "king", "negative": "king"}, "'king' - 'king' is zero"),
        ("POST", "/analogy", {"questions": [{"positive": ["zero"]}]}, "the sum 'zero' is zero"),
    ],
)
def test_what_has_no_direction_is_told(with_zero, make_client, method, path, given, told):
    given = {**given, "set": "zero"}
    where = {"params": given} if method == "GET" else {"json": given}
    answer = make_client().request(method, path, **where)
    assert answer.status_code == 422
    assert answer.json()["error"]["type"] == "no_direction"
    assert f"{told}, so it has no direction" in answer.json()["error"]["message"]
