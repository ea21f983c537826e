"""Firth: word vectors by negative sampling, as fast as the processor allows."""

from __future__ import annotations
