"""Questions asked of vectors: one small function for each, and the methods of `Vectors`."""
