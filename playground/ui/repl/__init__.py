"""The REPL: a prompt to live in. prompt_toolkit is imported here and nowhere else."""
