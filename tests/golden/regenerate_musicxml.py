"""Write the golden MusicXML anew: python tests/golden/regenerate_musicxml.py, then read the diff."""

from pathlib import Path

import mi_theme as mi
from mi_theme.files.musicxml.from_score import write
from mi_theme.score import Event, MeterMap, Track
from mi_theme.score import messages as m

FOLDER = Path(__file__).with_name("musicxml")


def figure() -> mi.Score:
    """The figure of the theme, 3+3+2+2, its last note leading to the tonic."""
    score = mi.theme().to_score(repeats=1)
    return mi.Score(score.ticks_per_quarter, score.tracks)


def played() -> mi.Score:
    """A tune in D minor as a player has it: early and late, let go early, with C sharps that lead; words and a pick-up."""
    onsets = [0.02, 0.98, 2.01, 2.49, 3.02, 4, 4.99, 5.5, 6.02, 6.98]
    lasts = [0.8, 0.85, 0.4, 0.42, 0.8, 0.2, 0.4, 0.45, 0.7, 1.6]
    pitches = [69, 74, 73, 74, 77, 77, 76, 73, 74, 74]
    meters = MeterMap.of([(0, mi.Meter("1/4")), (1, mi.Meter("3/4"))])
    onsets, lasts = ([round(value * 480) / 480 for value in values] for values in (onsets, lasts))
    score = mi.Score.from_notes(onsets, lasts, pitches, meter=meters, tempo=96, names=["Voice"])
    quarter = score.ticks_per_quarter
    sung = [
        Event(int(onset * quarter), m.meta(m.LYRIC, text))
        for onset, text in zip(onsets, ["La", "le-", "lu"], strict=False)
    ]
    return mi.Score(quarter, (score.tracks[0], Track.sorted([*score.tracks[1], *sung])))


def band() -> mi.Score:
    """Drums with an open hi-hat, a bass below its staff, triplets and two voices."""
    bass = mi.Score.from_notes([0, 1.5, 2, 3], [1.5, 0.5, 1, 1], [26, 26, 33, 38], part=0, names=["Bass"])
    rows = [
        (0, 4, 60),
        (0, 2 / 3, 76),
        (2 / 3, 2 / 3, 77),
        (4 / 3, 2 / 3, 79),
        (2, 1 / 3, 81),
        (7 / 3, 2 / 3, 79),
        (3, 1, 76),
    ]
    onset, duration, pitch = zip(*rows, strict=True)
    keys = mi.Score.from_notes(onset, duration, pitch, names=["Keys"])
    strokes = [(i / 2, 42 if i % 4 != 3 else 46) for i in range(8)] + [(0, 36), (1, 38), (2.5, 36), (3, 38)]
    kit = mi.Score.from_notes([at for at, _ in strokes], 0.1, [key for _, key in strokes], names=["Drums"])
    ticks = bass.ticks_per_quarter, keys.ticks_per_quarter, kit.ticks_per_quarter
    common = max(ticks)
    tracks = [
        Track.of(event._replace(tick=event.tick * common // own) for event in track)
        for own, track in zip(ticks, (bass.tracks[1], keys.tracks[1], kit.tracks[1].on_channel(9)), strict=True)
    ]
    tracks[1] = Track.of(
        event._replace(message=bytes((event.message[0] | 1, *event.message[1:])))
        if event.message[0] & 0xE0 == 0x80
        else event
        for event in tracks[1]
    )
    head = Track.of(event._replace(tick=event.tick * common // ticks[0]) for event in bass.tracks[0])
    return mi.Score(common, (head, *tracks))


SCORES = {"figure": figure, "played": played, "band": band}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, score in SCORES.items():
        (FOLDER / f"{name}.golden").write_bytes(write(score()))
