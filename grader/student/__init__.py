"""What a student does with a copy of the course besides checking it."""
