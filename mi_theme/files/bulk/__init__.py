"""Notes and nothing else, fast: what a search needs of a file."""
