"""Files of vectors: one module for each format, and `registry`, which chooses among them."""
