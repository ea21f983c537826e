from firth.phrases import Phrases
from firth.vectors.phrase_rows import PhraseRows


def test_only_texts_with_several_words_are_joined():
    rows = PhraseRows(Phrases([], delimiter="+", reading={"lowercase": False}))
    rows.update({"new+york": 0, "tea": 1, 7: 2})
    assert [rows.get(query) for query in ("new york", "tea", 7)] == [0, 1, 2]
    assert [rows.get(query) for query in ("New York", " tea", "", 8, None)] == [None] * 5
    assert rows.get("x", 5) == 5


def test_an_empty_delimiter_joins_words_of_scripts_without_spaces():
    rows = PhraseRows(Phrases([], delimiter=""))
    rows["北京大学"] = 3
    assert rows.get("北京 大学") == 3
