"""What says that a place is a copy: alignment, evidence, chance, the bar map that explains it."""
