"""The verb `explore`: a page that shows vectors as a map."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import Annotated

from firth.cli.app import tell, verb
from firth.cli.parameters import Argument, Option
from firth.cli.serve import named_paths


@verb(epilog="Example: firth explore vectors, or firth explore old new --corpus text.txt")
def explore(
    given: Annotated[
        list[str],
        Argument(
            metavar="VECTORS [VECTORS_2]",
            help="A folder or file of vectors, or two of them, to see what moved; NAME=VECTORS "
            "gives a name.",
        ),
    ],
    port: Annotated[int, Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    browser: Annotated[bool, Option(help="Open the page in a browser.")] = True,
    corpus: Annotated[
        Path | None,
        Option(metavar="FILE", help="The text, to see lines in context."),
    ] = None,
) -> None:
    """Show vectors as a map in the browser: search, neighbours, equations, regions.

    The page is served on this machine alone, and loads nothing from elsewhere. It ends with
    Ctrl-C, and when its terminal is closed.
    """
    from firth.explorer import create_explorer
    from firth.server.options import ServerOptions
    from firth.server.running import bind, run_here, url_of
    from firth.server.sets import VectorSets

    paths = named_paths(given)
    create = create_explorer(paths, corpus)
    options = ServerOptions(port=port)
    with bind(options) as listener:
        url = url_of(listener)

        def announce(sets: VectorSets) -> None:
            described = ", ".join(each.describe() for each in sets)
            tell(f"exploring {described} at {url}; Ctrl-C ends")
            if browser:
                # A browser of the terminal would hold up the service.
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

        run_here(paths, options, listener, announce, create=create, with_terminal=True)
    tell("ended")
