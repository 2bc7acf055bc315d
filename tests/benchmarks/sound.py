"""Renditions as a listener has them: ``python tests/benchmarks/sound.py [--all] [--soundfont FILE]``.

How long thirty seconds of music take to become sound, and a block for each
style and form, from the stems that add up to it:

level   of a part while it plays, in dB below the whole
out     how many of its notes stand out: at some moment it is louder in some third of an
        octave than everything else together
hole    the longest silence inside, seconds
peak    of the whole, dB below full scale, before anything is brought down
LUFS    loudness, K-weighted, gated as in ITU-R BS.1770
low     what lies below 60 Hz, high what lies above 5 kHz, in dB of the whole
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import mi_theme as mi
from mi_theme.renditions import stems, styles
from mi_theme.score import Score
from mi_theme.sound import find_soundfont, record

RATE = 48000
WINDOW, HOP = 4096, 1024
EDGES = 44.7 * 2 ** (np.arange(26) / 3)  # thirds of an octave, 45 Hz to 14 kHz
FORMS = ("tv", "clayton-mullen", "limp-bizkit")
ATTACK = 0.03  # seconds
QUIET = 1e-3  # of full scale: 60 dB below it
FAINT, BURIED = 60, 26  # per cent of notes that stand out, dB below the whole: worth a look


def bands(samples: np.ndarray) -> np.ndarray:
    """Energy by frame and third of an octave, shape (frames, bands)."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, WINDOW // 2), WINDOW)[::HOP]
    spectra = np.concatenate(
        [np.abs(np.fft.rfft(part * np.hanning(WINDOW))) ** 2 for part in np.array_split(frames, len(frames) // 500 + 1)]
    )
    edges = np.searchsorted(np.fft.rfftfreq(WINDOW, 1 / RATE), EDGES)
    return np.add.reduceat(spectra, edges, axis=1)[:, :-1]


def loudness(samples: np.ndarray) -> float:
    """LUFS of the two channels, the K-weighting applied to the spectrum of each block of 400 ms."""
    size = int(0.4 * RATE)
    blocks = np.lib.stride_tricks.sliding_window_view(samples, size, axis=0)[:: size // 4]
    weight = weighting(np.fft.rfftfreq(size, 1 / RATE))
    power = np.array(
        [sum((np.abs(np.fft.rfft(c)) ** 2 * weight).sum() * 2 / size**2 for c in block) for block in blocks]
    )
    power = power[-0.691 + 10 * np.log10(power + 1e-12) > -70]
    kept = power[power > power.mean() / 10]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def weighting(f: np.ndarray) -> np.ndarray:
    """K-weighting as power: a shelf of 4 dB above 1.7 kHz, a high pass at 38 Hz (the analogue filters behind the norm)."""
    shelf_f, gain, q = 1681.97, 10 ** (3.99984 / 20), 0.7072
    s = 1j * f / shelf_f
    shelf = (gain * s**2 + gain**0.4996667 / q * s + 1) / (s**2 + s / q + 1)
    s = 1j * f / 38.135
    return np.abs(shelf * s**2 / (s**2 + s / 0.5003 + 1)) ** 2


def measured(score: Score, font: Path) -> tuple[str, list[tuple[str, float, float, int]]]:
    """A line about the whole, and (name, level, per cent that stand out, notes) of each part."""
    recordings = {name: record(stem, tail=2, soundfont=font) for name, stem in stems(score).items()}
    sounds = {name: recording.samples / np.float32(recording.gain) for name, recording in recordings.items()}
    whole = sum(sounds.values())
    heard = {name: bands(samples.mean(axis=1)) for name, samples in sounds.items()}
    total = sum(heard.values())
    rows = [(name, *part(score, name, energy, total - energy)) for name, energy in heard.items()]
    peak = 20 * np.log10(np.abs(whole).max())
    low, high = ends(whole.mean(axis=1))
    line = f"peak {peak:5.1f}  LUFS {loudness(whole):5.1f}  hole {hole(whole, score):4.1f}"
    return f"{line}  low {low:6.1f}  high {high:6.1f}", rows


def ends(samples: np.ndarray) -> tuple[float, float]:
    """Energy below 60 Hz and above 5 kHz, dB of all of it."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    places = np.fft.rfftfreq(len(samples), 1 / RATE)
    low, high = (power[part].sum() / power.sum() for part in (places < 60, places > 5000))
    return float(10 * np.log10(low)), float(10 * np.log10(high))


def part(score: Score, name: str, energy: np.ndarray, others: np.ndarray) -> tuple[float, float, int]:
    """Level while it plays, per cent of its notes that stand out at some moment, and their number."""
    notes = score.notes(name)
    start, stop = (score.tempos.clock(at) for at in (notes["onset"], notes["onset"] + notes["duration"]))
    first = np.minimum(np.rint((start + ATTACK) * RATE / HOP).astype(int), len(energy) - 1)
    last = np.clip(np.rint((stop - ATTACK) * RATE / HOP).astype(int), first, len(energy) - 1) + 1
    stands = ((energy > others) & (energy > energy.max() / 1e5)).any(axis=1)
    out = [stands[a:b].any() for a, b in zip(first, last, strict=True)]
    playing = np.unique(np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)]))
    mine, rest = energy[playing].sum(), (energy + others)[playing].sum()
    return float(10 * np.log10(mine / rest)), float(100 * np.mean(out)), len(notes)


def hole(samples: np.ndarray, score: Score) -> float:
    """Seconds of the longest silence between the first and the last note."""
    last = int(score.tempos.seconds(int(score.note_table()["onset"].max())) * RATE)
    loud = np.flatnonzero(np.abs(samples[:last]).max(axis=1) > QUIET)
    return float(np.diff(loud).max(initial=0) / RATE)


def speed(font: Path) -> None:
    """Thirty seconds of music to a WAV file, the best of three."""
    score = mi.render(style="jazz-combo", length=15)
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for _ in range(3):
            began = time.perf_counter()
            score.to_wav(Path(folder) / "a.wav", soundfont=font)
            times.append(time.perf_counter() - began)
    print(
        f"{score.tempos.seconds(score.quarters):.1f} s of music to WAV in {min(times):.2f} s, with {font.resolve().name}\n"
    )


def main(arguments: list[str]) -> None:
    """Print the tables."""
    font = Path(arguments[arguments.index("--soundfont") + 1]) if "--soundfont" in arguments else find_soundfont()
    speed(font)
    odd = []
    for style in styles():
        for form in FORMS if "--all" in arguments else FORMS[1:2]:
            line, rows = measured(mi.render(form=form, style=style, seed=1), font)
            print(f"{style}, {form}: {line}")
            for name, level, out, notes in rows:
                faint = out < FAINT or level < -BURIED
                print(f"    {name:20} level {level:6.1f}  out {out:4.0f} %  of {notes:4} notes{'  <' if faint else ''}")
                odd += [f"{style}, {form}: {name}"] * faint
    print("\nworth a look:", "; ".join(odd) or "nothing")


if __name__ == "__main__":
    main(sys.argv[1:])
