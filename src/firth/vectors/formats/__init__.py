"""Vector files: one module for each format, and `registry`, which chooses the format."""
