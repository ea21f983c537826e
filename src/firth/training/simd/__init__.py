"""Vector loops, emitted for the processor."""
