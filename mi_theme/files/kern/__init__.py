"""Kern: the notes of Humdrum (Huron, 1995), read spine by spine."""
