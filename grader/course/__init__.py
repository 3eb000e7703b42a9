"""What a course is on disk: lessons, cells, and the notebooks built from them."""
