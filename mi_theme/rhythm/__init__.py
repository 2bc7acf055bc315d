"""Rhythm in numbers, and which metre it is in.

>>> from mi_theme.rhythm import measure
>>> print(measure([0, 1.5, 3, 4], "5/4:3+3+2+2").beside(measure([0, 1.5, 3, 3.5], "4/4")))  # doctest: +SKIP
"""

from mi_theme.rhythm.cycles import (
    directed_swap_distance,
    euclidean,
    evenness,
    is_euclidean,
    off_beatness,
    swap_distance,
)
from mi_theme.rhythm.heard_files import measure_files, which_meters
from mi_theme.rhythm.induction import MeterGuess, induce_meter, sure_guess
from mi_theme.rhythm.measures import MEASURES, Measures, measure
from mi_theme.rhythm.offbeats import indispensability, keith, metric_complexity, syncopation, wnbd
from mi_theme.rhythm.regularity import InnerMeter, inner_meter, ioi_entropy, npvi

__all__ = [
    "MEASURES",
    "InnerMeter",
    "Measures",
    "MeterGuess",
    "directed_swap_distance",
    "euclidean",
    "evenness",
    "indispensability",
    "induce_meter",
    "inner_meter",
    "ioi_entropy",
    "is_euclidean",
    "keith",
    "measure",
    "measure_files",
    "metric_complexity",
    "npvi",
    "off_beatness",
    "sure_guess",
    "swap_distance",
    "syncopation",
    "which_meters",
    "wnbd",
]
