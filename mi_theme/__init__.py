"""Carry music from one metre into another, and recognise it again.

>>> import mi_theme as mi
>>> print(mi.theme().to_meter("4/4").grouping)
3+3+1+1

This is the front door: a table of public names, each loaded when first used, and a
table of the methods of values that a room above them answers.
"""

from __future__ import annotations

import sys

from mi_theme.guesses import hint
from mi_theme.hooks import loaded, methods
from mi_theme.version import __version__ as __version__

TYPE_CHECKING = False  # type checkers take it for True; importing typing would double the time of this module
if TYPE_CHECKING:
    from mi_theme.adaptation.onsets import adapt_onsets as adapt_onsets
    from mi_theme.adaptation.plans import Plan as Plan
    from mi_theme.adaptation.strategies import Strategy as Strategy
    from mi_theme.adaptation.strategies import strategies as strategies
    from mi_theme.conversion import align as align
    from mi_theme.conversion import compare as compare
    from mi_theme.conversion import convert as convert
    from mi_theme.conversion import plan as plan
    from mi_theme.conversion.planning.bar_alignment import Alignment as Alignment
    from mi_theme.conversion.planning.comparison import Comparison as Comparison
    from mi_theme.conversion.scoreplan import ScorePlan as ScorePlan
    from mi_theme.credits import Film as Film
    from mi_theme.credits import Lineage as Lineage
    from mi_theme.credits import film as film
    from mi_theme.credits import films as films
    from mi_theme.credits import lineage as lineage
    from mi_theme.engraving import Drawing as Drawing
    from mi_theme.errors import MiThemeError as MiThemeError
    from mi_theme.files import read as read
    from mi_theme.frontend import dossier as dossier
    from mi_theme.frontend import studio as studio
    from mi_theme.index import Index as Index
    from mi_theme.index import IndexChanges as IndexChanges
    from mi_theme.index import build_index as build_index
    from mi_theme.index import open_index as open_index
    from mi_theme.index import update_index as update_index
    from mi_theme.meter import Grouping as Grouping
    from mi_theme.meter import Meter as Meter
    from mi_theme.pitch import Degree as Degree
    from mi_theme.pitch import Tonic as Tonic
    from mi_theme.quantising import Beats as Beats
    from mi_theme.quantising import Quantized as Quantized
    from mi_theme.quantising import beats as beats
    from mi_theme.quantising import quantize as quantize
    from mi_theme.renditions import Arrangement as Arrangement
    from mi_theme.renditions import Form as Form
    from mi_theme.renditions import Style as Style
    from mi_theme.renditions import arrange as arrange
    from mi_theme.renditions import forms as forms
    from mi_theme.renditions import render as render
    from mi_theme.renditions import styles as styles
    from mi_theme.rhythm import Measures as Measures
    from mi_theme.rhythm import MeterGuess as MeterGuess
    from mi_theme.rhythm import induce_meter as induce_meter
    from mi_theme.rhythm import measure as measure
    from mi_theme.score import Score as Score
    from mi_theme.search import Doubling as Doubling
    from mi_theme.search import EvidenceTerm as EvidenceTerm
    from mi_theme.search import Hit as Hit
    from mi_theme.search import Pattern as Pattern
    from mi_theme.search import Ranked as Ranked
    from mi_theme.search import RecurringMotif as RecurringMotif
    from mi_theme.search import find as find
    from mi_theme.search import motifs as motifs
    from mi_theme.search import rank as rank
    from mi_theme.sound import Recording as Recording
    from mi_theme.themes import Adaptation as Adaptation
    from mi_theme.themes import Motif as Motif
    from mi_theme.themes import Theme as Theme
    from mi_theme.themes import theme as theme
    from mi_theme.views import Worksheet as Worksheet
    from mi_theme.views import draw as draw
    from mi_theme.views import worksheet as worksheet
    from mi_theme.warp import Warp as Warp

_ROOMS = {
    "errors": ("MiThemeError",),
    "meter": ("Grouping", "Meter"),
    "warp": ("Warp",),
    "pitch": ("Degree", "Tonic"),
    "score": ("Score",),
    "quantising": ("Beats", "Quantized", "beats", "quantize"),
    "files": ("read",),
    "rhythm": ("Measures", "MeterGuess", "induce_meter", "measure"),
    "conversion": ("align", "compare", "convert", "plan"),
    "conversion.scoreplan": ("ScorePlan",),
    "conversion.planning.bar_alignment": ("Alignment",),
    "conversion.planning.comparison": ("Comparison",),
    "adaptation.plans": ("Plan",),
    "adaptation.strategies": ("Strategy", "strategies"),
    "adaptation.onsets": ("adapt_onsets",),
    "themes": ("Adaptation", "Motif", "Theme", "theme"),
    "credits": ("Film", "Lineage", "film", "films", "lineage"),
    "renditions": ("Arrangement", "Form", "Style", "arrange", "forms", "render", "styles"),
    "search": ("Doubling", "EvidenceTerm", "Hit", "Pattern", "Ranked", "RecurringMotif", "find", "motifs", "rank"),
    "index": ("Index", "IndexChanges", "build_index", "open_index", "update_index"),
    "engraving": ("Drawing",),
    "sound": ("Recording",),
    "views": ("Worksheet", "draw", "worksheet"),
    "frontend": ("dossier", "studio"),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_HOMES)

methods.update(
    {
        "show": "views.drawing:shown",
        "Score.of": "files.score_reading:score_of",
        "Score.save": "files:save",
        "Score.to_bytes": "files.midi:write",
        "Score.from_music21": "files.notation.from_stream:score_of_stream",
        "Score.to_music21": "files.notation.to_stream:stream_of_score",
        "Score.quantized": "quantising:quantize",
        "Score.passage": "quantising.passagecutting:passage",
        "Quantized.score": "quantising.quantizedscore:written",
        "Score.play": "sound:record",
        "Score.to_sound": "sound.recorder:save_sound",
        "Recording.to_bytes": "sound.recorder:encoded",
        "Recording.save": "sound.recorder:save_recording",
        "Recording.player": "sound.recorder:player",
        "Lineage.draw": "views.lineage_pictures:draw_lineage",
        "Plan.words": "adaptation.wording:explained",
        "ScorePlan.words": "conversion.planning.scorewording:explained",
        "ScorePlan.apply": "conversion.applying.application:applied",
        "ScorePlan.replace": "conversion.planning.score_planning:replanned",
        "find.index": "index.opening:index_at",
        "Arrangement.score": "renditions.composing.writing:score_of",
    }
)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        words = f"module 'mi_theme' has no attribute {name!r}{hint((name,))}"
        raise AttributeError(words, name=name, obj=sys.modules[__name__])
    value = getattr(loaded(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
