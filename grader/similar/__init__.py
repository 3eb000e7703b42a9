"""Find answers that are more alike than their exercise explains."""
