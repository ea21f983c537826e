"""Unicode normalization: one spelling for letters that have several."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth import normalization
from firth.normalization import in_form, is_normalized, normalize

TEXT = st.text(st.sampled_from("e\u0301\u0327 \nがか\u3099ﬁ\u1112\u1161\u212b") | st.characters())


@settings(deadline=None, derandomize=True)
@given(TEXT, st.sampled_from(["NFC", "NFKC"]))
def test_line_by_line_is_the_same_as_all_at_once(text, form):
    expected = unicodedata.normalize(form, text)
    assert normalize(text, form) == expected
    assert is_normalized(text, form) == (text == expected)


@pytest.mark.parametrize("text", ["tea", "cafe\u0301", "\uff34"])
def test_none_leaves_text_as_it_is(text):
    assert normalize(text, "none") == text
    assert is_normalized(text, "none")


MARKS = "\u0301\u0327\u0345\u0315\u0f71\u0f73\u0f75\u0f81\u0344\u3099\uff9e\uff9f\u05b0"


@settings(deadline=None, derandomize=True)
@given(
    st.lists(
        st.text(MARKS, min_size=1, max_size=9).map(lambda marks: 300 * marks)
        | st.text("a\u00e9\u1eb1e\u304b茶 ", max_size=3),
        max_size=5,
    ),
    st.sampled_from(["NFC", "NFKC", "NFD"]),
)
def test_long_runs_of_marks_are_in_the_same_form(parts, form):
    text = "".join(parts) + " tea" * 300
    expected = unicodedata.normalize(form, text)
    assert in_form(text, form) == expected
    if form != "NFD":
        assert is_normalized(text, form) == (text == expected)
        assert is_normalized(expected, form)


@pytest.mark.parametrize("form", ["NFC", "NFKC", "NFD"])
def test_python_has_no_long_runs_of_marks_to_sort(form, monkeypatch):
    given_to_python = []

    def recorded(form, text):
        given_to_python.append(text)
        return text

    monkeypatch.setattr(unicodedata, "normalize", recorded)
    monkeypatch.setattr(unicodedata, "is_normalized", lambda form, text: recorded(form, text))
    text = "tea a" + "\u0301\u0327" * 1_000
    in_form(text, form)
    is_normalized(text)
    for one in given_to_python:
        classes = [unicodedata.combining(character) for character in one[5:]]
        assert classes == sorted(classes)
    assert max(map(len, given_to_python)) == len(text)


def test_what_is_written_as_marks_is_known():
    for decomposed, characters in normalization._AS_MARKS.items():
        found = {
            chr(point)
            for point in range(sys.maxunicode + 1)
            if not unicodedata.combining(chr(point))
            and unicodedata.combining(unicodedata.normalize(decomposed, chr(point))[0])
        }
        assert found == set(characters)
