"""Whole tunes by their likeness: scores, performances, repertoires."""
