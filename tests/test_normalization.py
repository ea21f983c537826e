"""Unicode normalization: one spelling for letters that have several."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.normalization import is_normalized, normalize

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
