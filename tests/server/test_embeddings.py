"""`/v1/embeddings`, as clients of OpenAI's service call it."""

import base64

import numpy as np
import pytest

from firth import Phrase, Phrases, Vectors, load
from firth.server.texts import split_function


def ask(client, **request):
    return client.post("/v1/embeddings", json={"model": "en", **request})


def test_the_mean_of_the_words_of_a_text(client, paths):
    vectors = load(paths["en"])
    answer = ask(client, input="The KING, and tea").json()
    (data,) = answer.pop("data")
    assert answer == {
        "object": "list", "model": "en", "usage": {"prompt_tokens": 5, "total_tokens": 5}
    }  # fmt: skip
    assert (data["object"], data["index"]) == ("embedding", 0)
    mean = vectors[["king", "tea"]].mean(axis=0)
    np.testing.assert_allclose(data["embedding"], mean, rtol=1e-6)


def test_texts_are_cut_into_the_phrases_that_have_vectors():
    phrases = Phrases([[Phrase(("new", "york"), 9, 9.0), Phrase(("san", "jose"), 9, 9.0)]])
    vectors = Vectors(["new_york", "san"], np.eye(2), phrases=phrases)
    cut = split_function(vectors, "whitespace")
    assert cut("new york and san jose") == ["new_york", "and", "san", "jose"]


def test_lists_and_base64(client):
    texts = ["king", "tea and coffee", "nothing known"]
    numbers = ask(client, input=texts).json()
    packed = ask(client, input=texts, encoding_format="base64").json()
    assert [each["index"] for each in numbers["data"]] == [0, 1, 2]
    for each, other in zip(numbers["data"], packed["data"], strict=True):
        row = np.frombuffer(base64.b64decode(other["embedding"]), "<f4")
        assert row.tolist() == each["embedding"]
    assert numbers["data"][2]["embedding"] == [0, 0, 0]
    assert numbers["usage"]["total_tokens"] == 6


def test_lists_of_integers_are_words_of_sets_of_integers(client, paths):
    vectors = load(paths["items"])
    answer = ask(client, model="items", input=[17, 4]).json()
    np.testing.assert_allclose(answer["data"][0]["embedding"], vectors[[17, 4]].mean(axis=0))
    answers = ask(client, model="items", input=[[17], [4, 99]]).json()["data"]
    np.testing.assert_allclose(answers[1]["embedding"], vectors[[4, 99]].mean(axis=0))
    # As text too: items are separated by white space.
    text = ask(client, model="items", input="17 4").json()["data"][0]["embedding"]
    assert text == answer["data"][0]["embedding"]


def test_models(client):
    data = client.get("/v1/models").json()["data"]
    assert [(each["id"], each["object"]) for each in data] == [("en", "model"), ("items", "model")]


@pytest.mark.parametrize(
    ("request_", "status", "part"),
    [
        ({"model": "gpt", "input": "tea"}, 404, "there is no set 'gpt'"),
        ({}, 422, "input: field required"),
        ({"input": ""}, 422, "input: the text is empty: leave it out"),
        ({"input": []}, 422, "input: the list is empty: give at least one text"),
        ({"input": [[]]}, 422, "input: item 0 is an empty list: leave it out"),
        ({"input": ["tea", ""]}, 422, "input: item 1 is empty: leave it out"),
        ({"input": None}, 422, "input: give a text, a list of texts, a list of integers, or a"),
        ({"input": {"text": "tea"}}, 422, "got an object"),
        ({"input": 7}, 422, "got an integer"),
        ({"input": True}, 422, "got true or false"),
        ({"input": ["tea", 7]}, 422, "input: item 1 is an integer and item 0 is text: give items"),
        ({"input": ["tea", None]}, 422, "item 1 is null and item 0 is text"),
        ({"input": [["tea"]]}, 422, "input: item 0 of item 0 is text: give a text, a list of"),
        ({"input": [[1, 2], [3, [4]]]}, 422, "input: item 1 of item 1 is a list: give a text"),
        ({"input": [1.5]}, 422, "input: item 0 is a number with a point: give a text"),
        ({"input": [True]}, 422, "input: item 0 is true or false: give a text"),
        ({"input": [1, 1 << 63]}, 422, "input: item 1 is an integer of more than 64 bits"),
        ({"input": [1, 2]}, 422, "send texts, not token ids"),
        ({"input": [[1, 2], [3]]}, 422, "send texts, not token ids"),
        ({"input": [[1]] * 2_049}, 422, "input: there may be at most 2,048 texts, got 2,049"),
        ({"input": "tea", "dimensions": 2}, 422, "'en' has 3"),
        ({"input": "tea", "encoding_format": "int8"}, 422, "encoding_format: "),
        ({"input": ["tea"] * 2_049}, 422, "input: there may be at most 2,048 texts, got 2,049"),
    ],
)
def test_errors(client, request_, status, part):
    answer = ask(client, **request_)
    assert answer.status_code == status
    assert part in answer.json()["error"]["message"]


def test_other_fields_of_openai_are_taken(client):
    assert ask(client, input="tea", dimensions=3, user="somebody").status_code == 200


def test_the_client_of_openai(serve):
    openai = pytest.importorskip("openai")
    _, url = serve()
    client = openai.OpenAI(base_url=f"{url}/v1", api_key="none")
    with client:
        answer = client.embeddings.create(model="en", input=["king", "tea"])
        assert answer.data[0].embedding == [5, 1, 0]
        with pytest.raises(openai.NotFoundError, match="there is no set 'no'"):
            client.embeddings.create(model="no", input="king")
