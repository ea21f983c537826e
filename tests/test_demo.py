import sys
from itertools import islice
from pathlib import Path

import pytest

from firth.demo import documentation_folders, documentation_units, run_demo
from firth.vectors import load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "library"
    place.mkdir()
    return place


def read(folder: Path, words: int = 1_000) -> list[str]:
    return [" ".join(unit) for unit in documentation_units(words, [folder])]


def test_docstrings_of_modules_classes_and_functions_are_read(folder: Path):
    (folder / "kettle.py").write_text(
        '#!/usr/bin/env python3\n"""How to boil water for tea."""\n\n'
        "class Kettle:\n    r'''A vessel with a spout\n    and a lid.'''\n\n"
        '    async def boil(self):\n        """Heat the water until it sings."""\n',
    )
    assert read(folder) == [
        "how to boil water for tea",
        "a vessel with a spout and a lid",
        "heat the water until it sings",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'text = """this text is a value only"""',
        'f"""this text is a template only {x}"""',
        '# a comment with a lonely """ in it',
        'quote = \'"""\'',
        "quote = \"'''\"",
        "quotes = '\\'\"\"\"'",
        "quotes = \"\\\"'''\"",
    ],
)
def test_other_strings_and_comments_are_not_read(folder: Path, line: str):
    (folder / "other.py").write_text(
        line + '\n"""But this is a docstring."""\n' + "'''And this is another one.'''\n"
    )
    assert read(folder) == ["but this is a docstring", "and this is another one"]


def test_a_docstring_ends_only_at_quotes_that_are_not_escaped(folder: Path):
    (folder / "quotes.py").write_text('"""Three quotes \\""" stand for text here."""\n')
    assert read(folder) == ["three quotes stand for text here"]


def test_nothing_is_run(folder: Path):
    marker = folder / "marker"
    (folder / "bomb.py").write_text(
        f'"""This module must never be run."""\nopen({str(marker)!r}, "w")\nraise SystemExit\n'
    )
    assert read(folder) == ["this module must never be run"]
    assert not marker.exists()


def test_broken_files_do_no_harm(folder: Path):
    (folder / "a.py").write_bytes(b'"""A string that never ends at all\n')
    (folder / "b.py").write_bytes(b"\xff\xfe\x00def (:\n")
    (folder / "c.py").write_text('def (:\n    "\\d"\n    """The syntax here is all wrong."""\n')
    (folder / "pydoc_data").mkdir()
    (folder / "pydoc_data/topics.py").write_text("topics = {'a': 'no brace ends this text'\n")
    (folder / "z.py").write_text('"""A good file that comes last."""\n')
    assert read(folder) == ["the syntax here is all wrong", "a good file that comes last"]


@pytest.mark.skipif(sys.platform == "win32", reason="making links takes a privilege there")
def test_files_that_cannot_be_read_are_passed_over(folder: Path):
    (folder / "a.py").symlink_to(folder / "nowhere.py")
    (folder / "b.py").write_text('"""This file can be read well."""')
    assert read(folder) == ["this file can be read well"]


def test_folders_of_tests_and_caches_are_passed_over(folder: Path):
    for name in ("tests", "idlelib", "package"):
        (folder / name).mkdir()
        (folder / name / "a.py").write_text(f'"""This text stands in {name}."""')
    assert read(folder) == ["this text stands in package"]


def test_help_topics_are_read(folder: Path):
    (folder / "pydoc_data").mkdir()
    (folder / "pydoc_data/topics.py").write_text(
        "topics = {'assert': 'Assertions are a way to insert '\n"
        "'checks.\\n\\n  assert x == (1)\\n'}"
    )
    assert read(folder) == ["assertions are a way to insert checks"]


def test_only_prose_is_kept(folder: Path):
    (folder / "prose.py").write_text(
        '"""Don\'t call :py:func:`read_all` on a socket.\n\n'
        "Too short.\n\n"
        "x = [f(a, b) for a, b in {1: 2}.items()]\n\n"
        "The example shows how:\n    >>> for line in lines: print(line)\n"
        '    a line of its output\n"""'
    )
    assert read(folder) == ["don't call read_all on a socket"]


def test_what_precedes_a_doctest_is_kept(folder: Path):
    (folder / "doctest.py").write_text('"""Double the number given here:\n>>> double(4)\n8\n"""')
    assert read(folder) == ["double the number given here"]


def test_equal_paragraphs_are_read_once(folder: Path):
    licence = "Permission is granted to anyone."
    (folder / "a.py").write_text(f'"""{licence}\n\n    {licence}\n\nThe first of two files."""')
    (folder / "b.py").write_text(f'"""{licence}\n\nThe second of two files."""')
    assert read(folder) == [
        "permission is granted to anyone",
        "the first of two files",
        "the second of two files",
    ]


@pytest.mark.parametrize(("words", "units"), [(0, 0), (1, 1), (6, 1), (7, 2), (12, 2), (13, 3)])
def test_reading_stops_at_the_number_of_words(folder: Path, words: int, units: int):
    for name in ("one", "two", "three"):
        (folder / f"{name}.py").write_text(f'"""Exactly six words are in {name}."""')
    assert len(read(folder, words)) == units


def test_folders_are_read_in_the_order_given_and_files_by_name(tmp_path: Path):
    subfolders = [f"early/{name}/a" for name in "cdefgh"]
    for name in ("late/a", "early/b", "early/a", *reversed(subfolders)):
        file = tmp_path / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'"""The text of file {name}."""')
    units = documentation_units(folders=[tmp_path / "early", tmp_path / "late"])
    assert ["/".join(unit[4:]) for unit in units] == ["early/a", "early/b", *subfolders, "late/a"]


def test_the_standard_library_comes_first():
    assert (documentation_folders()[0] / "textwrap.py").is_file()
    assert list(islice(documentation_units(), 20)) == list(
        islice(documentation_units(folders=documentation_folders()[:1]), 20)
    )


def test_the_demo_trains_saves_and_tells(tmp_path: Path):
    said: list[str] = []
    folder = tmp_path / "vectors"
    run_demo(folder, say=said.append, progress=False, words=60_000)
    report = "\n".join(said)
    vectors = load(folder)
    assert 60_000 <= vectors.config["corpus"]["words_read"] < 61_000
    assert f"{vectors.config['corpus']['words_read']:,} words" in report
    assert f"{vectors.config['losses'][-1]:.3f}" in report
    assert f"  firth similar {folder} WORD" in said
    neighbours = [word for word, _ in vectors.similar("directory", top=5)]
    shown = next(line for line in said if line.startswith("  directory "))
    assert all(word in shown for word in neighbours)
    assert any("read is to reading as write is to: " in line for line in said)


def test_vectors_are_saved_before_anything_is_told_of_them(tmp_path: Path):
    def say(line: str) -> None:
        if line.startswith("Trained"):
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        run_demo(tmp_path / "vectors", say=say, progress=False, words=20_000)
    assert len(load(tmp_path / "vectors")) > 100
