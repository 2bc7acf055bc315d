"""What tools are asked with: each argument with its type, and what a chat model is told of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mi_theme.adaptation.strategies import STRATEGIES

__all__ = [
    "Accompaniment",
    "Bars",
    "Drums",
    "Feel",
    "Groups",
    "How",
    "Keep",
    "Metre",
    "Music",
    "Overwrite",
    "Part",
    "Place",
    "Ratio",
    "Runs",
    "SaveAs",
    "Source",
    "Theme",
]

Music = Annotated[
    str,
    Field(
        description="A score: the whole text of a tune in ABC (X:1, T:, M:, L:, K:, then the notes) or of a MusicXML file, or the "
        "name of a MIDI, MusicXML, ABC or kern file in an opened folder; book.abc#3 is the third tune of a book."
    ),
]
Place = Annotated[str, Field(description="As `score`, or the name of a folder, searched to its depths.")]
Theme = Annotated[
    str | None,
    Field(
        description="Without it the quoted eight notes of the Mission: Impossible theme, in 5/4:3+3+2+2. Else a score, as text or as the "
        "name of a file, of which `bars` are the theme."
    ),
]
Metre = Annotated[
    str, Field(description="Such as 4/4, 6/8, 5/4:3+3+2+2, 7/8:2+2+3; after the colon how its pulses are grouped.")
]
How = Annotated[
    str | None,
    Field(
        description=f"Strategy: {', '.join(name for name, strategy in STRATEGIES.items() if strategy.offered)}, or groups "
        "such as 3+3+2; without it an arranger's first choice."
    ),
]
Bars = Annotated[str | None, Field(description="One bar or a range, such as 5 or 5-12.")]
Part = Annotated[str | int | None, Field(description="A part by its name, or by its number from 0.")]
Groups = Annotated[str | None, Field(description="How a bar of the source is grouped, in pulses, such as 3+3+2.")]
Ratio = Annotated[
    Literal["1/4", "1/2", "1", "2", "4"] | None,
    Field(description="Target bars for one source bar; what suits without it."),
]
Source = Annotated[
    str | None, Field(description="The score's own metre, where the file does not say it, or says it without groups.")
]
Drums = Annotated[
    Literal["pulse", "keep", "pattern", "mute"],
    Field(description="Drums: with the band, even strokes on the new pulse; by the map; a stock pattern; none."),
]
Accompaniment = Annotated[
    Literal["pattern", "keep"],
    Field(description="Running figures stay even, bass and chords find the new beats; or all by the map."),
]
Feel = Annotated[
    Literal["auto", "even", "long-short"],
    Field(description="For best: what two notes that fill a beat become; auto takes what suits the tune."),
]
Runs = Annotated[
    Literal["thin", "keep"], Field(description="For ease: a run may lose a note and stay even; or every note is kept.")
]
Keep = Annotated[Literal["pulse", "beat", "bar"] | None, Field(description="What lasts as long as before.")]
SaveAs = Annotated[
    str | None,
    Field(
        description="Name of a file to write in an opened folder; its ending is the form: .mid, .musicxml, .mxl, .svg, .png, .pdf, .html "
        "(pictures of before and after), .json (the plan), .wav, .ogg, .flac, .mp3. Without it `convert` gives the result in its answer."
    ),
]
Overwrite = Annotated[bool, Field(description="Whether a file of that name may be written over.")]
