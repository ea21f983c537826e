"""Check that the pages of a site fetch nothing from other hosts: `python check_site.py SITE`.

Links that a reader follows may lead anywhere. What a browser loads by itself may not: scripts,
styles, fonts, pictures. The theme's own script asks other hosts where a page holds certain
elements, so these are refused too.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

ELSEWHERE = re.compile(r"\s*(?:https?:|wss?:|ftp:)?//", re.IGNORECASE)
FETCHED = {"src", "srcset", "poster", "data", "background", "xlink:href"}
# Elements whose href a reader follows, and relations of a <link> that a browser does not load.
LINKS = {"a", "area", "base"}
FOLLOWED = {"alternate", "author", "canonical", "edit", "help", "license", "next", "prev"}
# The theme's script loads Mermaid, and asks a code host how popular the project is.
ASKS = {"mermaid": "class", "source": "data-md-component", "giscus": "class"}
IN_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)
IN_SCRIPT = re.compile(
    r"""(?:\bimport|\bfetch|importScripts|\bfrom)\s*\(?\s*["'`]((?:https?:)?//[^"'`]+)"""
)


class Page(HTMLParser):
    """Collects what a page fetches from other hosts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes of an element."""
        values = {name: value or "" for name, value in attrs}
        for name, value in values.items():
            if name == "style":
                self.found += IN_STYLE.findall(value)
            elif name in FETCHED and any(ELSEWHERE.match(part) for part in value.split(",")):
                self.found.append(f"<{tag} {name}={value}>")
        followed = tag in LINKS or set(values.get("rel", "").lower().split()) & FOLLOWED
        if not followed and ELSEWHERE.match(values.get("href", "")):
            self.found.append(f"<{tag} href={values['href']}>")
        for word, attribute in ASKS.items():
            if word in values.get(attribute, "").split():
                self.found.append(f"<{tag} {attribute}={word}>")

    def handle_data(self, data: str) -> None:
        """Look at the styles and scripts that are written in a page."""
        if self.cdata_elem == "style":
            self.found += IN_STYLE.findall(data)
        elif self.cdata_elem == "script":
            self.found += IN_SCRIPT.findall(data)


def fetched(path: Path) -> list[str]:
    """Return what a file of a site fetches from other hosts."""
    text = path.read_text("utf-8")
    if path.suffix == ".css":
        return IN_STYLE.findall(text)
    if path.suffix == ".js":
        return IN_SCRIPT.findall(text)
    page = Page()
    page.feed(text)
    return page.found


def problems(site: Path) -> Iterator[str]:
    """Yield a line for each thing that a site fetches from other hosts."""
    for path in sorted(site.rglob("*")):
        if path.suffix in (".html", ".css", ".js", ".svg"):
            for what in fetched(path):
                yield f"{path.relative_to(site)} fetches from another host: {what}"


def main(site: str) -> None:
    """Check a site; exit with 1 and tell what it fetches."""
    if not (Path(site) / "index.html").is_file():
        sys.exit(f"{site} holds no site: it has no index.html")
    found = list(problems(Path(site)))
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
