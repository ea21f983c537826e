"""Texts without spaces between words are told of, and only those."""

import random
import warnings

import pytest

from firth.corpus import read_corpus
from firth.corpus.chunk_table import ChunkTable
from firth.corpus.chunks import cut_text
from firth.corpus.spacing import find_unspaced_script
from firth.errors import FirthWarning

CHINESE = "中文的词语之间没有空格，所以要先分词。\n今天的天气很好，我们去公园散步吧！\n"
SEGMENTED = (
    "中文 的 词语 之间 没有 空格 ， 所以 要 先 分词 。\n今天 的 天气 很 好 ， 我们 去 公园\n"
)
JAPANESE = "吾輩は猫である。名前はまだ無い。\nどこで生れたかとんと見当がつかぬ。\n"
THAI = "ภาษาไทยเป็นภาษาที่ไม่มีช่องว่าง ระหว่างคำในประโยค\n"
ENGLISH = "There are no spaces between the words of a Chinese sentence.\n"


def found_in(text):
    table = ChunkTable()
    table.number(cut_text(text))
    return find_unspaced_script(table)


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        (CHINESE, "Chinese or Japanese"),
        (JAPANESE, "Chinese or Japanese"),
        (CHINESE * 3 + ENGLISH, "Chinese or Japanese"),
        (THAI, "Thai"),
        ("ພາສາລາວບໍ່ມີຊ່ອງວ່າງລະຫວ່າງຄຳ\n", "Lao"),
        ("ភាសាខ្មែរមិនមានចន្លោះរវាងពាក្យទេ\n", "Khmer"),
        ("မြန်မာဘာသာစကားတွင်စကားလုံးများကြားနေရာလွတ်မရှိပါ\n", "Burmese"),
        (SEGMENTED, None),
        (" ".join(CHINESE) + "\n", None),
        ("吾輩 は 猫 で ある 。 名前 は まだ 無い 。\n", None),
        ("ภาษา ไทย เป็น ภาษา ที่ ไม่ มี ช่อง ว่าง ระหว่าง คำ\n", None),
        (ENGLISH * 5 + CHINESE, None),
        # Two letters of five are Chinese.
        (ENGLISH + CHINESE, None),
        ("한국어는 띄어쓰기를 합니다. 그래서 괜찮습니다.\n", None),
        ("हिन्दी में शब्दों के बीच जगह होती है।\n", None),
        (ENGLISH, None),
        ("\n", None),
    ],
)
def test_most_of_the_text_decides(text, languages):
    assert found_in(text) == languages


@pytest.mark.parametrize(("chinese", "languages"), [(2_000, None), (20_000, "Chinese or Japanese")])
def test_a_sample_of_a_large_text_decides_by_its_counts(chinese, languages):
    draw = random.Random(1)
    letters = [chr(0x4E00 + number) for number in range(3_000)]
    sentences = ["".join(draw.choices(letters, k=10)) for _ in range(chinese)]
    # Distinct words are few, but make up much of the text.
    words = [f"word{draw.randrange(5_000)}" for _ in range(10_000)]
    assert found_in(" ".join([*words, *sentences]) + "\n") == languages


@pytest.mark.parametrize("place", range(4))
def test_the_most_frequent_chunk_is_in_the_sample_wherever_it_stands(place):
    words = [f"word{number}" for number in range(8_000)]
    words[place:place] = [CHINESE.split("\n")[0]] * 10_000
    assert found_in(" ".join(words) + "\n") == "Chinese or Japanese"


@pytest.mark.parametrize("tokenizer", ["whitespace", "words", "textbook"])
def test_reading_warns_of_chinese(write, tokenizer):
    path = write((CHINESE.replace("\n", " ") + "\n") * 5)
    told = rf"Chinese or Japanese without spaces.*'{tokenizer}'.*--tokenizer chinese.*callable"
    with pytest.warns(FirthWarning, match=told):
        read_corpus(path, tokenizer=tokenizer)


def test_reading_warns_of_thai_without_naming_chinese(write):
    with pytest.warns(FirthWarning, match=r"Thai without spaces.*use a callable") as caught:
        read_corpus(write(THAI * 5))
    assert "chinese" not in str(caught[0].message)


@pytest.mark.parametrize(
    ("text", "tokenizer"), [(SEGMENTED, "whitespace"), (CHINESE, list), (CHINESE, "chinese")]
)
def test_no_warning_where_words_are_found(write, text, tokenizer):
    if tokenizer == "chinese":
        pytest.importorskip("rjieba")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_corpus(write(text * 5), tokenizer=tokenizer)
