"""A change of metre is a map of the bar: strategies make maps, a plan shows one."""

from mi_theme.adaptation.adapting import LAST_RESORTS, adapt, first_able, first_choices, variants
from mi_theme.adaptation.frames import known_ratio

__all__ = ["LAST_RESORTS", "adapt", "first_able", "first_choices", "known_ratio", "variants"]
