"""The examples of README and of the pages run, and print what the pages show.

`test_tutorial.py` and `test_callbacks.py` run those of their pages.
"""

import contextlib
import importlib.util
import inspect
import io
import json
import pkgutil
import re
import shlex
import tomllib
from pathlib import Path

import pytest

import firth
from firth.other_names import OPTIONS, VECTORS
from firth.training.kernel import AHEAD
from firth.training.lists import gathering
from firth.training.lists.windows import WindowList
from processes import output_of

ROOT = Path(__file__).parents[1]
REPOSITORY = "https://github.com/firth-vectors/firth/blob/main/"
OTHER_TESTS = {"callbacks.md", "negative-sampling.md", "negative-sampling.zh.md"}
ALL_PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in ALL_PAGES if page.name not in OTHER_TESTS]
BLOCK = re.compile(
    r"^```(?P<language>\w+)\n(?P<text>.*?)^```$(?:\n\n```text\n(?P<shown>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)
# What installs, runs for minutes, or needs a file that is not there.
NOT_RUN = re.compile(
    r"pip install|source |scripts/|python benchmarks/|firth (demo|lesson|serve|explore)|ray |"
    r"torchrun|helm |.*--cluster|.*--budget"
)

# Pages whose examples need a package.
NEEDED = {
    "fastapi": "serve", "matplotlib": "plotting|README|tour", "optuna": "tune", "rjieba": "chinese",
    "sklearn": "elsewhere", "torch": "elsewhere", "usearch": "search",
}  # fmt: skip

ENGLISH = (
    "the king and the queen drink tea in the city of paris in france",
    "a man and a woman drink coffee for breakfast in rome in italy",
    "the man has cereal for lunch and the woman plays a violin",
    "the queen is a woman and the king is a man of the city",
)
CHINESE = ("今天天气很好，我们一起喝茶。", "明天天气不好，他们在家里喝茶。")
FILES = {
    "text.txt": "\n".join(ENGLISH * 50),
    # The content tells the compression, not the name.
    "enwiki_a.txt.zst": "\n".join(ENGLISH * 50),
    "reviews.txt": "\n".join(ENGLISH * 50),
    "corpus.txt": "\n".join(ENGLISH * 50),
    "more.txt": "\n".join(ENGLISH[::-1] * 50),
    "zh.txt": "\n".join(CHINESE * 50),
    "segmented.txt": "今天 天气 很 好\n明天 天气 不 好\n" * 50,
    "sessions.txt": "17 4 99\n4 23 17\n99 23 17 4\n" * 100,
    "questions-words.txt": ": family\nman king woman queen\n",
    "wordsim353.tsv": "king queen 8\ntea coffee 7\nman violin 1\n",
}
# Runs commands one after the other in one process, which imports Numba once.
RUN_ALL = """
import json, sys
from firth.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["firth", *arguments]
    try:
        main()
    except SystemExit as end:
        if end.code:
            sys.exit(f"firth {' '.join(arguments)} ended with {end.code}")
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Make a folder of small files under the names that the pages use, and go there."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, "utf-8")


def examples(language):
    """Return the blocks of a language, by page; translations have the same examples."""
    for page in (page for page in PAGES if ".zh" not in page.name):
        blocks = [m for m in BLOCK.finditer(page.read_text("utf-8")) if m["language"] == language]
        if blocks:
            name = str(page.relative_to(ROOT))
            marks = [
                pytest.mark.skipif(importlib.util.find_spec(package) is None, reason=package)
                for package, where in NEEDED.items()
                if re.search(where, name)
            ]
            yield pytest.param(page, blocks, id=name, marks=marks)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("page", "blocks"), list(examples("python")))
def test_programs_run_in_sequence_and_print_what_is_shown(page, blocks):
    namespace = {"__name__": "page"}
    for block in blocks:
        line = page.read_text("utf-8").count("\n", 0, block.start("text"))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * line + block["text"], page, "exec"), namespace)
        assert printed.getvalue() == (block["shown"] or "")
    for name in re.findall(r'"([\w-]+\.(?:png|svg|pdf))"', page.read_text("utf-8")):
        assert Path(name).is_file()


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("page", "blocks"), list(examples("sh")))
def test_commands_run_in_sequence(page, blocks):
    lines = "".join(block["text"] for block in blocks).replace("\\\n", " ").splitlines()
    words = [shlex.split(line, comments=True) for line in lines if not NOT_RUN.match(line)]
    commands = [command for command in words if command]
    assert {command[0] for command in commands} <= {"firth"}
    commands = [command[1:] for command in commands if "demo-vectors" not in command]
    if commands and commands[0][0] == "plot":
        commands.insert(0, ["train", "text.txt", "--output", "vectors"])
    output_of("-W", "ignore", "-c", RUN_ALL, json.dumps(commands))


def test_the_page_on_chinese_has_the_same_examples_in_both_languages():
    english, chinese = (
        [block[0] for block in BLOCK.finditer((ROOT / "docs/howto" / page).read_text("utf-8"))]
        for page in ("chinese.md", "chinese.zh.md")
    )
    assert english == chinese


@pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_is_linked_or_named_is_there(page):
    """Links work on a code host too; the site's own build checks their anchors."""
    text = re.sub("^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if target.startswith(REPOSITORY):
            assert (ROOT / target.removeprefix(REPOSITORY)).is_file(), target
        elif not target.startswith("https://"):
            assert (page.parent / target).is_file(), target
    # The log tells of files that are gone.
    for name in re.findall(r"`((?:docs|src|benchmarks|scripts)/[\w/.-]+)`", text):
        assert (ROOT / name).exists() or page.name == "log.md", name


@pytest.mark.parametrize(("part", "told"), [("Options", OPTIONS), ("Vectors", VECTORS)])
def test_the_names_of_gensim_are_those_that_firth_answers(part, told):
    section = part_of("docs/howto/from-gensim.md", part)
    rows = re.findall(r"^\| (`.*) \| (.*) \|$", section, re.MULTILINE)
    told = {name: "; ".join(ours) for name, ours in told.items()}
    assert len(rows) > 10
    for gensim, ours in rows:
        for name in re.findall(r"`(\w+)[^`]*`", gensim):
            if ours == "the same names":
                assert name in inspect.signature(firth.train).parameters
            elif ours.startswith("none"):
                assert told[name].startswith("Firth") or "similarity" in told[name]
            else:
                assert re.match(r"`([\w.]+)", ours)[1] in told[name], name


def test_every_entry_of_the_log_is_in_its_index_with_a_verdict():
    log = (ROOT / "docs/log.md").read_text("utf-8")
    entries = re.findall(r"^## (\d{4}-\d\d-\d\d · .*)$", log, re.MULTILINE)
    anchors = [re.sub(r"[^\w -]", "", entry.lower()).replace(" ", "-") for entry in entries]
    rows = re.findall(r"^\| \[.*?\]\(#(.*?)\) \| .* \| (.*) \|$", log, re.MULTILINE)
    assert [anchor for anchor, _ in rows] == anchors
    verdicts = ("measured", "kept", "not kept", "no gain", "superseded", "fixed")
    assert all(verdict.startswith(verdicts) for _, verdict in rows)
    parts = re.findall(r"^### (\S+)\n(.*?)(?=^##)", log, re.DOTALL | re.MULTILINE)
    assert [day for day, _ in parts] == sorted({anchor[:10] for anchor in anchors})
    for day, part in parts:
        assert set(re.findall(r"\]\(#(\d{4}-\d\d-\d\d)", part)) == {day}


def part_of(page, title):
    text = (ROOT / page).read_text("utf-8")
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)[1]


def test_the_algorithm_tells_how_far_ahead_windows_are_listed_and_fetched():
    page = (ROOT / "docs/algorithm.md").read_text("utf-8")
    assert f"in blocks of {gathering.BLOCK} centres" in page
    assert f"the rows of window w + {AHEAD} are" in page


def test_every_file_where_a_change_goes_is_there():
    table = part_of("docs/architecture.md", "Where a change goes")
    named = re.findall(r"`(\w+/[\w/.]*)`", table)
    assert len(named) > 8
    for name in named:
        assert (ROOT / "src/firth" / name).exists(), name


def is_defined(name):
    """Look a dotted name up in the package and in those packages that pages do not spell out."""
    for package in ("firth", "firth.training", "firth.vectors", "firth.torch"):
        with contextlib.suppress(ImportError, AttributeError):
            return pkgutil.resolve_name(f"{package}.{name}") is not None
    return False


def test_the_functions_beside_equations_and_along_the_trip_are_there():
    pytest.importorskip("torch")
    equations = (ROOT / "docs/algorithm.md").read_text("utf-8")
    cells = "".join(re.findall(r"^\|.*\| ([^|]*) \|$", equations, re.MULTILINE))
    trip = part_of("docs/architecture.md", "One trip") + part_of("docs/architecture.md", "The list")
    beside, along = (
        re.findall(r"`((?:\w+\.)*\w*[A-Za-z]\w*)(?:\([^`]*)?`", cells),
        re.findall(r"`(\w+(?:\.\w+)+)`", trip),
    )
    assert len(beside) > 40
    assert len(along) > 20
    assert [name for name in [*beside, *along] if not is_defined(name)] == []


def test_the_tree_names_every_module():
    tree = part_of("docs/architecture.md", "The tree")
    lines = re.findall(r"^    ( +)([\w.]+/?) ", tree, re.MULTILINE)
    folders, named = [], set()
    for indent, name in lines:
        del folders[len(indent) // 2 - 1 :]
        if name.endswith("/"):
            folders.append(name)
        else:
            named.add("".join([*folders, name]))
    package = ROOT / "src/firth"
    files = (path for path in package.rglob("*") if path.suffix in (".py", ".toml"))
    there = {path.relative_to(package).as_posix() for path in files}
    assert named == {name for name in there if not name.endswith("/__init__.py")}


def test_the_layers_are_those_that_are_enforced():
    shown = part_of("docs/architecture.md", "Layers")
    rows = re.findall(r"^    ([\w |]*?\w)(?:  .*)?$", shown, re.MULTILINE)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    assert rows == contract["layers"]


def test_the_arrays_of_the_list_are_described():
    table = part_of("docs/architecture.md", "The list")
    cells = "".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))
    assert sorted(re.findall(r"`(\w+)(?:\[w\])?`", cells)) == sorted(WindowList._fields)
