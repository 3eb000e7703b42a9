"""Build, check, mark and report the course: what stands behind the command ``grader``."""
