"""Sandboxed processes, resource limits and messages between processes.

Nothing here depends on notebooks or lessons.
"""
