"""Files, folders, locks, and what resources the machine has left."""
