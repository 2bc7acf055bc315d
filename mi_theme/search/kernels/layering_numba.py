"""The loops of `layering_numpy`, compiled with numba."""

from __future__ import annotations

from mi_theme.search.kernels import layering_numpy
from mi_theme.search.kernels.choosing import compiled

__all__ = ["in_lines", "in_order", "in_rows", "in_ticks", "layered", "leaving", "outer_lines"]

in_lines = compiled(layering_numpy.in_lines)
in_order = compiled(layering_numpy.in_order)
in_rows = compiled(layering_numpy.in_rows)
in_ticks = compiled(layering_numpy.in_ticks)
layered = compiled(layering_numpy.layered)
outer_lines = compiled(layering_numpy.outer_lines)
leaving = compiled(layering_numpy.leaving)
