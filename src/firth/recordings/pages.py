"""The pages of a run and of a lesson, from the parts in the folder `page`."""

from __future__ import annotations

from importlib import resources

from firth.io.pages import assemble_page

# A page that is served asks its own server for more, and for no picture of its own.
_HEAD = '<link rel="icon" href="data:,">\n'
_POLICY = "connect-src 'self'; img-src data:; "


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
    return assemble_page(
        name,
        title=title,
        style=_part("base.css") + _part(f"{name}.css"),
        body=_part(f"{name}.html"),
        script=_part("texts.js") + _part("base.js") + _part(f"{name}.js"),
        data=data,
        head=_HEAD,
        policy=_POLICY,
    )


def _part(name: str) -> str:
    return (resources.files("firth.recordings") / "page" / name).read_text("utf-8")
