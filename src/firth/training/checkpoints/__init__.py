"""Checkpoints of a run: written, kept, read back, refused."""
