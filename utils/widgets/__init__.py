"""Interactive figures: a module for each lesson, and their common classes in `base`."""
