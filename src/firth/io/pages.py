"""Pages: a script, a style sheet and data in one HTML file, which loads nothing else.

Words may hold HTML. They stand in a block of JSON, in which no `<` is left, and scripts write them
as text. A browser runs only the scripts whose digests the page names.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
from pathlib import Path

from firth.errors import FirthError
from firth.io.atomic import atomic_write, check_writable
from firth.io.contents import PAGE, kind_of
from firth.io.paths import to_path

# What JSON may hold and HTML must not, and line ends that old scripts do not allow.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
# What the pages of a name are.
_KINDS = {
    "": "page of Firth",
    "map": "map that Firth wrote",
    "picture": "picture that Firth wrote as a page",
    "lesson": "lesson that Firth wrote",
    "watch": "recording that Firth wrote",
}
# Bytes in which the name of a page stands.
_BEGIN = 200


def assemble_page(
    name: str,
    *,
    title: str,
    style: str,
    body: str,
    script: str,
    data: object,
    head: str = "",
    policy: str = "",
) -> str:
    """Return a page as HTML.

    Parameters
    ----------
    name : str
        The kind of page, by which `check_page` knows it.
    title : str
        Text, which may hold any character.
    style, body, script : str
        CSS, HTML and JavaScript of the page.
    data : object
        For its script, as JSON holds it, in an element with the id `data`.
    head : str
        HTML for the head of the page.
    policy : str
        What else than its script and style a browser may load, as a Content-Security-Policy.

    Examples
    --------
    >>> parts = {"style": "", "body": "<p></p>", "script": "f()"}
    >>> page = assemble_page("map", title="A & B", data={"words": ["</script><b>"]}, **parts)
    >>> "</script><b>" in page, "<title>A &amp; B</title>" in page
    (False, True)
    """
    # A title may hold half of a surrogate pair, which no encoding has.
    title = title.encode("utf-8", "backslashreplace").decode("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
    return "".join(
        [
            PAGE,
            f'<html lang="en" {_mark(name)}>\n<head>\n<meta charset="utf-8">\n',
            '<meta http-equiv="Content-Security-Policy" ',
            f"content=\"{allowed}{policy}base-uri 'none'; form-action 'none'\">\n",
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            head,
            f"<title>{html.escape(title)}</title>\n<style>\n{style}</style>\n</head>\n",
            f"<body>\n{body}",
            f'<script type="application/json" id="data">{embedded(data)}</script>\n',
            f"<script>{script}</script>\n",
            "</body>\n</html>\n",
        ]
    )


def _mark(name: str) -> str:
    return f'data-page="{name}"'


def embedded(data: object) -> str:
    r"""Return data as JSON that can stand in an HTML file.

    Examples
    --------
    >>> embedded(["</script>", "茶", "a&b"])
    '["\\u003c/script\\u003e","茶","a\\u0026b"]'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Half of a surrogate pair, which no encoding has.
    safe = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return safe.translate(_ESCAPES)


def check_page(path: str | os.PathLike[str], *, overwrite: bool = False, name: str = "") -> Path:
    """Raise if a page could not be written to `path`; return it as a Path. Nothing is changed.

    A page is replaced only by one of the same `name`, if it is given.

    Raises
    ------
    FirthError
        If the suffix is not .html, the file cannot be written, or holds something else.

    Examples
    --------
    >>> check_page("run.txt")
    Traceback (most recent call last):
    firth.errors.FirthError: a page ends in .html, got 'run.txt'
    """
    target = to_path("the path of a page", path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise FirthError(f"a page ends in .html, got {str(path)!r}")
    check_writable(target)
    is_free = not target.is_file() or target.stat().st_size == 0
    if not (overwrite or is_free or (kind_of(target) == "page" and _has_name(target, name))):
        raise FirthError(
            f"cannot write {target}: the file there is no {_KINDS[name]}; choose another name, or "
            "overwrite=True (--overwrite) to replace it"
        )
    return target


def _has_name(path: Path, name: str) -> bool:
    with path.open("rb") as file:
        begin = file.read(_BEGIN)
    return not name or _mark(name).encode() in begin


def write_page(
    path: str | os.PathLike[str], page: str, *, overwrite: bool = False, name: str = ""
) -> None:
    """Write a page; an old page, of the same `name` if it is given, is replaced at the end.

    Raises
    ------
    FirthError
        As `check_page` does, or if the disk is full.
    """
    target = check_page(path, overwrite=overwrite, name=name)
    with atomic_write(target) as temporary:
        temporary.write_text(page, "utf-8", newline="\n")
