"""Recordings of a run: maps of its words over time, kept in bounded memory, and written as a page.

A page is one HTML file that needs nothing else: no network, no server, no other file.
"""

from firth.io.pages import write_page
from firth.recordings.frames import Film, Frame
from firth.recordings.packing import pack_film
from firth.recordings.pages import build_page

__all__ = ["Film", "Frame", "build_page", "pack_film", "write_page"]
