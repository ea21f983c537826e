"""What is trained: windows as flat arrays."""
