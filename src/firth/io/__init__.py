"""Files, folders and the machine, below everything else."""
