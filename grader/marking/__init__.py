"""Marking one submission, from the notebook to points and messages."""
