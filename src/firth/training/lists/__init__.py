"""What is trained: windows, listed as flat arrays of rows and labels."""
