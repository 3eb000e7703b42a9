"""Interactive figures: one module a lesson, and what they share in `base`."""
