"""Faces of other libraries on Firth."""
