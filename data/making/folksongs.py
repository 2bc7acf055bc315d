"""Folk tunes of music21's corpora as plain values.

>>> tune = next(iter(songs("oneills1850")))                     # doctest: +SKIP
>>> tune.title, tune.meter, tune.onsets[:3]                     # doctest: +SKIP

The tunes are read from the installed music21 and are not part of this project:
``oneills1850``, ``ryansMammoth`` and ``airdsAirs`` (old prints, typed by
volunteers) may serve to count and train, ``essenFolksong`` (whose licence is
not clear) to evaluate only. Written bars are read once: repeats are not played
out. As a script, this reads all four and prints what is in them.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import lcm
from pathlib import Path
from typing import Any

import msgspec

TRAINING = ("oneills1850", "ryansMammoth", "airdsAirs")
EVALUATION = ("essenFolksong",)
COLLECTIONS = (*TRAINING, *EVALUATION)
VERSION = 1  # of the cache


class Song(msgspec.Struct, frozen=True):
    """One tune, a single line; chords give their highest note, grace notes are left out.

    Attributes
    ----------
    id
        ``collection/file#number``; a second tune of that number has ``-2`` behind it.
    meter
        ``"6/8"``; the first where it changes, empty for free or unstated metre.
    changes
        (onset of the change in ticks, metre) of every metre, the header's included.
    steady
        One metre throughout, and nine in ten of its full bars where the first puts them.
    per_quarter
        Ticks in a quarter, exact for this tune.
    ticks, lengths
        Onset and duration of each note; 0 is the first full bar line, a pick-up negative.
    pitches
        MIDI numbers.
    fifths, mode
        Key signature (sharps, or flats negative) and the mode's name ("" if unknown).
    """

    id: str
    title: str
    meter: str
    changes: tuple[tuple[int, str], ...]
    steady: bool
    per_quarter: int
    ticks: tuple[int, ...]
    lengths: tuple[int, ...]
    pitches: tuple[int, ...]
    fifths: int
    mode: str

    @property
    def onsets(self) -> tuple[Fraction, ...]:
        """Onsets in quarters."""
        return tuple(Fraction(tick, self.per_quarter) for tick in self.ticks)

    @property
    def durations(self) -> tuple[Fraction, ...]:
        """Durations in quarters."""
        return tuple(Fraction(length, self.per_quarter) for length in self.lengths)

    @property
    def has_one_meter(self) -> bool:
        """Whether it states a metre and keeps it."""
        return bool(self.meter) and len({meter for _, meter in self.changes}) == 1


def songs(collection: str) -> Iterator[Song]:
    """The tunes of a collection, in file order; the first call in a music21's life takes seconds."""
    if collection not in COLLECTIONS:
        raise ValueError(f"no collection {collection!r}: there are {', '.join(COLLECTIONS)}")
    cache = cache_folder() / f"{collection}.{_music21_version()}.{VERSION}.jsonl.gz"
    if not cache.is_file():
        _write(cache, _parsed(collection))
    yield from _stored(cache)


def cache_folder() -> Path:
    """``$MI_THEME_CACHE``, else ``~/.cache/mi_theme``."""
    return Path(os.environ.get("MI_THEME_CACHE") or Path.home() / ".cache" / "mi_theme")


def _write(cache: Path, tunes: Iterator[Song]) -> None:
    import gzip

    lines = [msgspec.json.encode(tune) for tune in tunes]
    cache.parent.mkdir(parents=True, exist_ok=True)
    part = cache.with_suffix(".part")
    part.write_bytes(gzip.compress(b"\n".join(lines), mtime=0))
    part.replace(cache)


def _stored(cache: Path) -> Iterator[Song]:
    import gzip

    with gzip.open(cache) as lines:
        yield from map(msgspec.json.Decoder(Song).decode, lines)


def _music21_version() -> str:
    from importlib.metadata import version

    return version("music21")


def _parsed(collection: str) -> Iterator[Song]:
    """Parse every file of a collection, tune by tune; a tune that music21 cannot read is left out."""
    import music21

    folder = Path(music21.__file__).parent / "corpus" / collection
    for path in sorted(folder.glob("*.abc")):
        seen: Counter[str] = Counter()
        for text in re.split(r"^(?=X:)", path.read_text("utf-8", errors="replace"), flags=re.M)[1:]:
            number = text[2:].split("\n", 1)[0].strip()
            seen[number] += 1
            twice = f"-{seen[number]}" if seen[number] > 1 else ""
            tune = _tune(f"{collection}/{path.name}#{number}{twice}", text)
            if tune:
                yield tune


def _tune(name: str, text: str) -> Song | None:
    from music21 import abcFormat
    from music21.exceptions21 import Music21Exception

    handler = abcFormat.ABCHandler()
    try:
        handler.process(text)
        return _Reading(handler.tokens).song(name)
    except (Music21Exception, ValueError, ZeroDivisionError, TypeError, AttributeError, IndexError, KeyError):
        return None


class _Reading:
    """One pass over the tokens of a tune."""

    def __init__(self, tokens: list[Any]) -> None:
        self.notes: list[list[Any]] = []  # [onset, duration, pitch]
        self.bars: list[Fraction] = []  # places of the bar lines
        self.changes: list[tuple[Fraction, str]] = []
        self.title, self.fifths, self.mode = "", 0, ""
        self.now, self.tied = Fraction(0), False
        for token in tokens:
            getattr(self, "read_" + type(token).__name__, self.skip)(token)

    def skip(self, token: Any) -> None:
        """Nothing to do with time."""

    def read_ABCMetadata(self, token: Any) -> None:  # noqa: N802
        if token.isMeter():
            found = token.getTimeSignatureParameters()
            self.changes.append((self.now, f"{found[0]}/{found[1]}" if found else ""))
        elif token.isTitle() and not self.title:
            self.title = token.data.strip()
        elif token.isKey() and not self.notes:
            fifths, mode = token.getKeySignatureParameters()
            self.fifths, self.mode = int(fifths), mode or ""

    def read_ABCBar(self, token: Any) -> None:  # noqa: N802
        if self.now and self.now not in self.bars[-1:]:
            self.bars.append(self.now)

    def read_ABCNote(self, token: Any) -> None:  # noqa: N802
        from music21.pitch import Pitch

        self.add(token, None if token.isRest else Pitch(token.pitchName).midi)

    def read_ABCChord(self, token: Any) -> None:  # noqa: N802
        from music21.pitch import Pitch

        self.add(token, max((Pitch(part.pitchName).midi for part in token.subTokens), default=None))

    def add(self, token: Any, pitch: int | None) -> None:
        """A note or rest; one tied to a note of its own pitch lengthens it."""
        if token.inGrace:
            return
        length = Fraction(token.quarterLength).limit_denominator(960)
        if token.activeTuplet:
            length *= Fraction(token.activeTuplet.tupletMultiplier())
        if pitch is not None and length > 0:
            if self.tied and token.tie in ("stop", "continue") and self.notes[-1][2] == pitch:
                self.notes[-1][1] += length
            else:
                self.notes.append([self.now, length, pitch])
        self.tied = token.tie in ("start", "continue") and pitch is not None
        self.now += length

    def song(self, name: str) -> Song | None:
        """The value; None where there are no notes."""
        if not self.notes:
            return None
        meter = self.changes[0][1] if self.changes else ""
        start, steady = self.first_bar(Fraction(meter) * 4 if meter else None)
        steady = steady and len({text for _, text in self.changes}) == 1
        values = [value for onset, length, _ in self.notes for value in (onset - start, length)]
        values += [at - start for at, _ in self.changes]
        per_quarter = lcm(*(value.denominator for value in values))
        ticks = [int(value * per_quarter) for value in values]
        count = 2 * len(self.notes)
        changes = zip(ticks[count:], (text for _, text in self.changes), strict=True)
        return Song(
            name, self.title, meter, tuple(changes), steady, per_quarter, tuple(ticks[:count:2]),
            tuple(ticks[1:count:2]), tuple(pitch for *_, pitch in self.notes), self.fifths, self.mode,
        )  # fmt: skip

    def first_bar(self, bar: Fraction | None) -> tuple[Fraction, bool]:
        """Where the first full bar begins, and whether nine in ten full bars follow from that.

        Bar lines inside a bar (the end of a section before its pick-up) do not count.
        """
        if bar is None:
            return Fraction(0), False
        lines = [*self.bars, self.now]
        full = [at for at, after in pairwise(lines) if (after - at) % bar == 0]
        if self.bars and self.bars[0] % bar == 0:
            full.insert(0, Fraction(0))
        if not full or 2 * len(full) < len(self.bars):
            return self.bars[0] % bar if self.bars else Fraction(0), False
        (place, hits), *_ = Counter(at % bar for at in full).most_common(1)
        return place, hits >= 0.9 * len(full)


def main() -> None:
    """Print what is in the collections."""
    for collection in COLLECTIONS:
        tunes = list(songs(collection))
        meters = Counter(tune.meter or "none" for tune in tunes)
        single, steady = (sum(test) for test in zip(*((t.has_one_meter, t.steady) for t in tunes), strict=True))
        notes = sum(len(tune.ticks) for tune in tunes)
        print(f"{collection}: {len(tunes)} tunes, {notes} notes, {single} in one metre, {steady} of them steady")
        print("   " + ", ".join(f"{meter} {count}" for meter, count in meters.most_common()))


if __name__ == "__main__":
    main()
