"""What runs inside the sandboxed processes, and what each of them may read."""
