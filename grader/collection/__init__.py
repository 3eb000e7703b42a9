"""Place what was handed in: the archives and folders that Moodle, Canvas and people give."""
