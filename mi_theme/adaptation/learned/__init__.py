"""The strategy `best`: an objective whose weights were learned, and the search that minimises it."""
