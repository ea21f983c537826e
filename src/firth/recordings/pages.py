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
from importlib import resources
from pathlib import Path

from firth.errors import FirthError
from firth.io.atomic import atomic_write, check_writable
from firth.io.contents import PAGE, kind_of
from firth.io.paths import to_path

# What JSON may hold and HTML must not, and line ends that old scripts do not allow.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def build_page(name: str, data: object, *, title: str) -> str:
    """Return a page as HTML.

    Parameters
    ----------
    name : {"watch", "lesson"}
        The page: its style and its script lie in the folder `page`.
    data : object
        For its script, as JSON holds it.
    title : str
        Text, which may hold any character.

    Examples
    --------
    >>> page = build_page("watch", {"words": ["</script><b>"]}, title="A & B")
    >>> "</script><b>" in page, "<title>A &amp; B</title>" in page
    (False, True)
    """
    style = _part("base.css") + _part(f"{name}.css")
    scripts = [_part("texts.js") + _part("base.js") + _part(f"{name}.js")]
    return "".join(
        [
            PAGE,
            '<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<link rel="icon" href="data:,">\n',
            f"<title>{html.escape(title)}</title>\n<style>\n{style}</style>\n</head>\n",
            f"<body>\n{_part(f'{name}.html')}",
            f'<script type="application/json" id="data">{embedded(data)}</script>\n',
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>\n",
        ]
    )


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


def check_page(path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Raise if a page could not be written to `path`; return it as a Path. Nothing is changed.

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
    if not (overwrite or is_free or kind_of(target) == "page"):
        raise FirthError(
            f"cannot write {target}: the file there is no page of Firth; choose another name, or "
            "overwrite=True (--overwrite) to replace it"
        )
    return target


def write_page(path: str | os.PathLike[str], page: str, *, overwrite: bool = False) -> None:
    """Write a page; an old page is replaced at the end.

    Raises
    ------
    FirthError
        As `check_page` does, or if the disk is full.
    """
    target = check_page(path, overwrite=overwrite)
    with atomic_write(target) as temporary:
        temporary.write_text(page, "utf-8", newline="\n")


def _policy(scripts: list[str]) -> str:
    """Return what a browser may do on a page: run these scripts, and ask the page's own server."""
    digests = (base64.b64encode(hashlib.sha256(each.encode()).digest()) for each in scripts)
    allowed = " ".join(f"'sha256-{digest.decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _part(name: str) -> str:
    return (resources.files("firth.recordings") / "page" / name).read_text("utf-8")
