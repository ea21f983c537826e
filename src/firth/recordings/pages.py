"""The pages of a run and of a lesson, from the parts in the folder `page`."""

from __future__ import annotations

import posixpath
import re
from importlib import resources
from typing import Final

from firth.errors import FirthError
from firth.io.pages import assemble_page

# A page that is served asks its own server for more, and for no picture of its own.
_HEAD = '<link rel="icon" href="data:,">\n'
_POLICY = "connect-src 'self'; img-src data:; "
# The forms that scripts of pages use, each at the begin of a line.
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=const |let |(?:async )?function\b|class )", re.MULTILINE)
_OTHER: Final = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def build_page(name: str, data: object, *, title: str) -> str:
    """Return a page as HTML.

    Parameters
    ----------
    name : {"watch", "lesson"}
        The page: its style, body and modules lie in the folder `page/NAME`.
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
    return assemble_page(
        name,
        title=title,
        style=_part("base.css") + _part(f"{name}/style.css"),
        body=_part(f"{name}/body.html"),
        script=bundle(f"{name}/main.js"),
        data=data,
        head=_HEAD,
        policy=_POLICY,
    )


def bundle(entry: str) -> str:
    """Return a module and all that it imports as one script, for a page that loads nothing.

    Modules stand in one scope, each after those that it imports: no name is declared in two of
    them, and an import takes no other name.

    Parameters
    ----------
    entry : str
        Path of the module in the folder `page`.

    Raises
    ------
    FirthError
        If a module imports or exports in another form than `import { a, b } from "./file.js";`
        and `export const`, `let`, `function` or `class`.
    """
    return '"use strict";\n' + "\n".join(_modules(entry, set()))


def _modules(path: str, taken: set[str]) -> list[str]:
    if path in taken:
        return []
    taken.add(path)
    source = _part(path)
    imported = [
        posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
        for other in _IMPORT.findall(source)
    ]
    own = _EXPORT.sub("", _IMPORT.sub("", source))
    if (other := _OTHER.search(own)) is not None:
        raise FirthError(
            f"{path}: a module of a page imports by `import {{ a, b }} from` and exports what it "
            f"declares, got {other[0]!r}"
        )
    return [*(part for module in imported for part in _modules(module, taken)), own]


def _part(name: str) -> str:
    return (resources.files("firth.recordings") / "page" / name).read_text("utf-8")
