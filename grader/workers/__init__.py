"""The code that runs inside the sandboxed worker processes, and what each of them may read."""
