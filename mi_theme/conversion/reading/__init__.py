"""What is read off a score, once: its notes in groups and layers, its grid, its figures."""
