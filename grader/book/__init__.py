"""How does the course become a book? As one static folder that needs no kernel."""
