"""The programs of the tutorial run from top to bottom, and both languages have the same content."""

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "tutorial"
LANGUAGES = {"en": FOLDER / "negative-sampling.md", "zh": FOLDER / "negative-sampling.zh.md"}
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(text):
    """Return each program with empty lines before it, so that errors name its line of the page."""
    for block in BLOCK.finditer(text):
        yield "\n" * text.count("\n", 0, block.start(1)) + block[1]


@pytest.mark.parametrize(
    ("language", "seeds"),
    [
        ("en", 1),
        pytest.param("en", 5, marks=pytest.mark.slow),
        pytest.param("zh", 5, marks=pytest.mark.slow),
    ],
)
def test_every_program_runs(language, seeds, capsys):
    page = LANGUAGES[language]
    text = page.read_text(encoding="utf-8")
    programs = list(blocks(text))
    assert len(programs) == len(re.findall("^```python", text, re.MULTILINE)) > 10
    namespace = {"__name__": "tutorial"}
    assert sum(program.count("in range(5)") for program in programs) == 2
    for program in programs:
        program = program.replace("in range(5)", f"in range({seeds})")
        exec(compile(program, page, "exec"), namespace)
    # The page shows what the programs print.
    printed = capsys.readouterr().out
    assert printed.startswith("Epoch [50/100]  Loss 0.")
    shown = "\n".join(re.findall(r"^```text\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    assert without_digits(printed) == without_digits(shown)


def test_both_languages_have_the_same_programs():
    english, chinese = (
        [without_constants(program) for program in blocks(page.read_text(encoding="utf-8"))]
        for page in LANGUAGES.values()
    )
    assert english == chinese


def without_constants(program):
    """Remove texts, numbers, and the argument that selects the language."""
    tree = ast.parse(program)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = None
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("lesson_"):
            node.args.clear()
        elif isinstance(node, ast.List) and all(isinstance(e, ast.Constant) for e in node.elts):
            node.elts.clear()
    return ast.unparse(tree)


def without_digits(text):
    """Remove the last digits of losses, which differ between machines."""
    return re.sub(r"(Loss \d\.\d)\d+", r"\1", text)


def test_both_languages_have_the_same_parts():
    english, chinese = (page.read_text(encoding="utf-8") for page in LANGUAGES.values())
    for part in (r"^#+ ", r"^\|", r"^```", r"^    \S", r"!\[", r"^\*\*\d+\.\*\*"):
        found = [len(re.findall(part, text, re.MULTILINE)) for text in (english, chinese)]
        assert found[0] == found[1] > 0, part
    links = [set(re.findall(r"https://[^)\s]+", text)) for text in (english, chinese)]
    assert links[0] == links[1]


def test_a_chinese_paragraph_is_one_line():
    """Line ends are shown as spaces, which Chinese does not use."""
    page = LANGUAGES["zh"].read_text(encoding="utf-8")
    text = re.sub("^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    prose = r"^(?![ |#!-]|$)"
    assert not re.findall(rf"{prose}.*\n{prose}.*$|^ {{1,3}}\S.*$", text, re.MULTILINE)
