"""Checkpoints of a run: written aside, kept, read back, refused."""
