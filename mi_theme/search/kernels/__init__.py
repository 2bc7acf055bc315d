"""The inner loops, compiled where numba is there and in numpy where it is not, with equal results."""
