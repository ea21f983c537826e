"""Training by several workers with tables of their own, on one machine or on many."""
