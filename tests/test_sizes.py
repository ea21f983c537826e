"""Limits of size: lines of modules, scripts of pages and functions; parameters of signatures."""

import ast
from pathlib import Path

import firth

PACKAGE = Path(firth.__file__).parent
SOURCES = {path.relative_to(PACKAGE): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
MODULES = {path: ast.parse(source) for path, source in SOURCES.items()}
# The options of a run and of reading are keywords; `firth.train` has those of `TrainConfig` too.
LONG_SIGNATURES = {
    ("pipeline.py", "train"),
    ("training/config.py", "TrainConfig"),
    ("corpus/reading.py", "read_corpus"),
}


def nodes(*kinds):
    """Yield each node of some kinds, with the path of its module and its name with line number."""
    for path, module in MODULES.items():
        for node in ast.walk(module):
            if isinstance(node, kinds):
                yield path.as_posix(), f"{path}:{node.lineno} {node.name}", node


def length(function):
    """Count the lines of a function without its docstring."""
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= docstring.end_lineno - docstring.lineno + 1
    return lines


def parameters(node):
    """Count the parameters of a function, or the fields of a dataclass."""
    if isinstance(node, ast.ClassDef):
        is_dataclass = any("dataclass" in ast.unparse(maker) for maker in node.decorator_list)
        return sum(isinstance(each, ast.AnnAssign) for each in node.body) if is_dataclass else 0
    signature = node.args
    named = [*signature.posonlyargs, *signature.args, *signature.kwonlyargs]
    rest = [each for each in (signature.vararg, signature.kwarg) if each is not None]
    return len([each for each in [*named, *rest] if each.arg not in ("self", "cls")])


def test_no_module_is_longer_than_400_lines():
    lines = {str(path): len(source.splitlines()) for path, source in SOURCES.items()}
    assert {path: count for path, count in lines.items() if count > 400} == {}


def test_no_script_of_a_page_is_longer_than_300_lines():
    scripts = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.js")}
    lines = {name: len(path.read_text("utf-8").splitlines()) for name, path in scripts.items()}
    pages = {name.partition("/page/")[0] for name in lines}
    assert pages == {"explorer", "plotting", "recordings"}
    assert {name: count for name, count in lines.items() if count > 300} == {}


def test_no_function_is_longer_than_60_lines_without_its_docstring():
    functions = nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    lines = {place: length(node) for _, place, node in functions}
    assert len(lines) > 100
    assert {place: count for place, count in lines.items() if count > 60} == {}


def test_no_signature_has_more_than_12_parameters():
    long = {
        (path, node.name): f"{place}: {parameters(node)}"
        for path, place, node in nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        if parameters(node) > 12
    }
    assert [place for name, place in long.items() if name not in LONG_SIGNATURES] == []
    assert long.keys() >= LONG_SIGNATURES
