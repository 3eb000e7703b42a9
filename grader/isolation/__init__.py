"""Processes and the kernel: sandboxes, limits and messages. Knows nothing of notebooks."""
