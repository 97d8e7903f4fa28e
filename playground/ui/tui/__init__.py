"""The app: write, see, branch, on the whole terminal. textual is imported here and nowhere else."""
