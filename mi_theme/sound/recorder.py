"""Recording a score: its sound through a soundfont, and the files that hold it."""

from __future__ import annotations

import wave
import zlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError, MissingExtra, ScoreError
from mi_theme.files.disk import replace_file
from mi_theme.score import Score
from mi_theme.score.recordings import Recording
from mi_theme.sound.soundfonts import credited, read_soundfont
from mi_theme.sound.synthesis import RATE, synthesized, synthesizer

__all__ = ["checked_ending", "encoded", "player", "record", "save_recording", "save_sound"]

# ending: (format, encoding) as soundfile names them
KINDS = {
    ".wav": ("WAV", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".flac": ("FLAC", "PCM_16"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}
RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)
LOUDER = 2  # times the synthesizer's level, which leaves room for 16 loud parts
PEAK = 0.97  # of full scale, to which what is louder is brought down
RING = 8.0  # seconds in which a score may ring out
REST = 0.25  # seconds of silence after the last sound
INAUDIBLE = 1e-4  # of full scale: 80 decibels below it
FADE = 0.02  # seconds, where sound is cut
# where they stand in a page of an Ogg stream (RFC 3533): its number, a checksum, the count of segments, their lengths
OGG_NUMBER, OGG_CHECKSUM, OGG_COUNT, OGG_LENGTHS = 14, 22, 26, 27
MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
PIECE, MARGIN = 2**19, 4800  # frames that another rate is made of at once, and beside them: ten seconds, a tenth of one
BLOCK = 2**16  # frames written at once: the Vorbis encoder keeps its block on the stack


def record(
    score: Score,
    *,
    rate: int = RATE,
    channels: int = 2,
    tail: float | None = None,
    soundfont: str | PathLike[str] | None = None,
) -> Recording:
    """The sound of a score through a General MIDI soundfont.

    Parameters
    ----------
    score
        Any score.
    rate
        Frames a second: 48000, 44100, 32000, 24000, 22050, 16000, 11025 or 8000.
    channels
        2, or 1 for mono.
    tail
        Seconds after the score's last event; without it as long as it rings, up
        to 8, and a quarter of a second of silence.
    soundfont
        An SF2 file; found without it (see `find_soundfont`).

    Returns
    -------
    Recording
        Its samples, and where the sounds come from.

    Raises
    ------
    MissingExtra
        Without the extra ``[audio]``.
    FileError, ScoreError
        Without a soundfont, or with a damaged one; where the score is too long,
        or the rate none of these.
    """
    if rate not in RATES or channels not in (1, 2):
        raise ScoreError(f"sound has 1 or 2 channels and one of these rates: {', '.join(map(str, RATES))}")
    if tail is not None and not 0 <= tail <= 60:
        raise ScoreError(f"a tail is 0 to 60 seconds, not {tail:g}")
    synthesizer()  # the package is asked for before a soundfont is: one message wherever both are missing
    path, font = read_soundfont(soundfont)
    samples = synthesized(score, font, RING if tail is None else tail)
    samples *= np.float32(LOUDER)  # half an hour is 700 MB: it is there once
    end = score.tempos.seconds(score.quarters)
    samples = _ended(samples, end) if tail is None else _cut(samples, round((end + tail) * RATE))
    samples = samples if channels == 2 else samples.mean(axis=1, keepdims=True)
    samples = samples if rate == RATE else _resampled(samples, rate)
    peak = float(max(samples.max(initial=0), -samples.min(initial=0)))
    gain = PEAK / peak if peak > PEAK else 1.0
    samples *= np.float32(gain)
    samples.setflags(write=False)
    return Recording(samples, rate, credited(path), gain, Path(score.source).stem)


def encoded(recording: Recording, ending: str = ".wav") -> bytes:
    """The bytes of a sound file; see `Recording.to_bytes`."""
    kind = KINDS[checked_ending(f"sound{ending}")]
    return _wav(recording) if ending == ".wav" else _encoded(recording, *kind)


def save_recording(recording: Recording, path: str | PathLike[str]) -> None:
    """Write a sound file, whole or not at all; see `Recording.save`."""
    replace_file(path, recording.to_bytes(checked_ending(path)))


def player(recording: Recording) -> str:
    """What a notebook shows of a recording: an element that plays it."""
    kind, data = _for_notebook(recording)
    label = escape(f"{recording.title or 'Recording'}, {recording.seconds:.0f} seconds")
    return f'<audio controls aria-label="{label}" src="data:{kind};base64,{b64encode(data).decode()}"></audio>'


def checked_ending(path: str | PathLike[str]) -> str:
    """The ending of a name for a sound file.

    Raises
    ------
    FileError
        Where sound of that kind cannot be written.
    """
    ending = Path(path).suffix.lower()
    if ending not in KINDS:
        raise FileError(f"{path}: sound is saved as {', '.join(KINDS)}: end the name in one of these")
    return ending


def save_sound(score: Score, path: str | PathLike[str], ending: str, **options: Any) -> None:
    """Record and save under a name with that ending.

    Raises
    ------
    FileError, MissingExtra, ScoreError, OSError
        As `record` and `Recording.save`; nothing is recorded for a name with another ending.
    """
    if Path(path).suffix.lower() != ending:
        raise FileError(f"{path}: end the name in {ending}, or use play().save, which writes {', '.join(KINDS)}")
    record(score, **options).save(path)


def _ended(samples: NDArray[np.float32], end: float) -> NDArray[np.float32]:
    """Samples to the end of the score, and on to where they cannot be heard any more."""
    last = round(end * RATE)
    for start in reversed(range(0, len(samples), BLOCK)):
        heard = np.flatnonzero(np.abs(samples[start : start + BLOCK]).max(axis=1) > INAUDIBLE)
        if len(heard):
            last = max(last, start + int(heard[-1]) + 1)
            break
    return _cut(samples, last + round(REST * RATE))


def _cut(samples: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """So many frames, faded where they break off, silent where there are not enough."""
    broken = min(len(samples), frames)
    fade = min(round(FADE * RATE), broken)
    samples[broken - fade : broken] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    silence = np.zeros((frames - broken, samples.shape[1]), np.float32)
    return np.concatenate([samples, silence]) if len(silence) else samples[:frames]


def _resampled(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Another rate by way of the spectrum: what the new rate cannot hold is left out.

    It is done piece by piece; where one is cut it is faded, and that part is taken from the piece beside it.
    """
    step = RATE // np.gcd(RATE, rate)
    size, margin = step * (PIECE // step), step * (MARGIN // step)
    made = np.empty((round(len(samples) * rate / RATE), samples.shape[1]), np.float32)
    for start in range(0, len(samples), size):
        before = margin if start else 0
        piece = samples[start - before : start + size + margin].T.copy()
        fade = np.hanning(margin)[: margin // 2]
        piece[:, : before and len(fade)] *= fade[: before and len(fade)]
        if start + size + margin < len(samples):
            piece[:, -len(fade) :] *= fade[::-1]
        count = step * 2 ** int(np.ceil(np.log2(max(piece.shape[1] / step, 1))))
        fewer = int(count * rate // RATE)
        turned = np.fft.irfft(np.fft.rfft(piece, count)[:, : fewer // 2 + 1], fewer) * (fewer / count)
        first, skipped = start * rate // RATE, before * rate // RATE
        place = made[first : first + size * rate // RATE]
        place[:] = turned[:, skipped : skipped + len(place)].T
    return made


def _wav(recording: Recording) -> bytes:
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(recording.channels)
        file.setsampwidth(2)
        file.setframerate(recording.rate)
        for start in range(0, len(recording.samples), BLOCK):
            file.writeframesraw(np.rint(recording.samples[start : start + BLOCK] * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def _encoded(recording: Recording, kind: str, encoding: str) -> bytes:
    """Through libsndfile; an Ogg stream gets the number 1 instead of a random one."""
    try:
        from soundfile import LibsndfileError, SoundFile
    except (ImportError, OSError) as error:
        raise MissingExtra.named("soundfile", "audio") from error
    buffer = BytesIO()
    try:
        with SoundFile(buffer, "w", recording.rate, recording.channels, encoding, format=kind) as file:
            for start in range(0, len(recording.samples), BLOCK):
                file.write(recording.samples[start : start + BLOCK])
    except LibsndfileError as error:
        raise FileError(f"{kind} cannot be written here: {error}") from None
    return renumbered(buffer.getvalue()) if kind == "OGG" else buffer.getvalue()


def renumbered(data: bytes, number: int = 1) -> bytes:
    """An Ogg stream under another number, its checksums made good: encoders number a stream at random."""
    return b"".join(_renumbered_page(page, number) for page in _ogg_pages(data))


def _ogg_pages(data: bytes) -> Iterator[bytes]:
    start = 0
    while data[start : start + 4] == b"OggS":
        body = start + OGG_LENGTHS + data[start + OGG_COUNT]
        end = body + sum(data[start + OGG_LENGTHS : body])
        yield data[start:end]
        start = end


def _renumbered_page(page: bytes, number: int) -> bytes:
    """The checksum is CRC-32 as Ogg has it: zlib's polynomial with every byte mirrored, nothing inverted."""
    named = page[:OGG_NUMBER] + number.to_bytes(4, "little") + page[OGG_NUMBER + 4 : OGG_CHECKSUM]
    mirrored = zlib.crc32((named + bytes(4) + page[OGG_COUNT:]).translate(MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    checksum = int(f"{mirrored:032b}"[::-1], 2)
    return named + checksum.to_bytes(4, "little") + page[OGG_COUNT:]


def _for_notebook(recording: Recording) -> tuple[str, bytes]:
    """Small where soundfile is there: every browser plays MP3."""
    try:
        return "audio/mpeg", recording.to_bytes(".mp3")
    except (FileError, MissingExtra):
        return "audio/wav", recording.to_bytes(".wav")
