"""MIDI files, event by event: read and written without loss.

Chunks and events are as the Standard MIDI File 1.0 has them (MIDI Association,
1988, RP-001). What players pass over is read too, and a `FileWarning` says what
was put right. mido, which read them once, forgets the time of meta events that it
does not know, and refuses files that the standard allows.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError, MiThemeError
from mi_theme.files.disk import FileWarning
from mi_theme.score import Score, TimingWarning, Track
from mi_theme.score import messages as m
from mi_theme.score.tracks import RECORD

__all__ = ["parse", "write"]

LARGEST_RESOLUTION = 32767  # ticks in a quarter that fifteen bits hold
LATEST_TICK = 2**40  # no file that is music goes on longer, and sums of it stay within 64 bits
ESCAPE = 0xF7  # bytes that go out as they are, and the end of system exclusive
USUAL_METAS = {
    *range(8),
    0x09,
    0x20,
    0x21,
    m.END_OF_TRACK,
    m.TEMPO,
    0x54,
    m.TIME_SIGNATURE,
    m.KEY_SIGNATURE,
    m.SEQUENCER,
}
# of others mido forgets the time (1.3 does): they are written with none, behind an event of ours that says nothing
SPACER = bytes((m.META, m.SEQUENCER, len(m.OURS))) + m.OURS
FRAMES = {24: (24, 1_000_000), 25: (25, 1_000_000), 29: (30, 1_001_000), 30: (30, 1_000_000)}
# frames a second as a file says them: frames in a quarter, and how long that is in microseconds (29: 29.97)


class Header(NamedTuple):
    """What the first chunk says: type, count of tracks, ticks in a quarter, and microseconds in one where they are frames."""

    kind: int
    tracks: int
    quarter: int
    tempo: int = 0


def parse(data: bytes, source: str = "") -> Score:
    """Read the bytes of a MIDI file of type 0 or 1, losing nothing.

    Raises
    ------
    FileError
        Where it is damaged, or of type 2.
    """
    where = source or "MIDI data"
    repairs: list[str] = []
    try:
        data = _out_of_riff(data)
        header = _header(data)
        numbers = count()
        chunks = list(_chunks(data, header.tracks, repairs))
        tracks = [_track(body, numbers, repairs) for body in chunks]
        if header.tempo:
            tracks[0] = _timed_by_frames(tracks[0], header.tempo)
        kind = 0 if header.kind == 0 and len(tracks) == 1 else 1
        score = Score(header.quarter, tuple(tracks), kind, source)
        _ = score.meters  # a signature that makes no metre is refused here, not later
    except FileError as error:
        raise FileError(f"{where}: {error}") from None
    except MiThemeError as error:
        raise FileError(f"{where}: a time signature is damaged: {error}") from None
    except IndexError:
        raise FileError(f"{where}: the file ends too early") from None
    if repairs:
        words = f"{where}: read with {len(repairs)} fault(s) put right, such as: {repairs[0]}"
        warnings.warn(words, FileWarning, stacklevel=4)
    return score


def write(score: Score, *, exact: bool = False) -> bytes:
    """The bytes of a MIDI file.

    A resolution that a file cannot hold is brought down: exactly if it can be,
    else to the nearest tick, with a `TimingWarning` that gives the largest error.

    Raises
    ------
    FileError
        With `exact`, where ticks would have to be rounded.
    """
    resolution, ticks = _fitted(score, exact)
    bodies = [_body(track, times) for track, times in zip(score.tracks, ticks, strict=True)]
    header = b"".join(number.to_bytes(2, "big") for number in (score.kind, len(bodies), resolution))
    return _chunk(b"MThd", header) + b"".join(_chunk(b"MTrk", body) for body in bodies)


# Reading


def _out_of_riff(data: bytes) -> bytes:
    """What a RIFF envelope of the kind RMID holds; anything else as it is."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    start = data.find(b"MThd", 12, 4096)
    return data[start:] if start > 0 else b""


def _header(data: bytes) -> Header:
    """The first chunk."""
    if data[:4] != b"MThd":
        raise FileError("not a MIDI file" if data else "an empty file")
    if len(data) < 14:
        raise FileError("the file ends too early")
    kind, tracks, division = (int.from_bytes(data[at : at + 2], "big") for at in (8, 10, 12))
    if kind == 2:
        raise FileError("a MIDI file of type 2 (separate songs); types 0 and 1 can be read")
    if kind > 2:
        raise FileError(f"damaged: there is no MIDI file of type {kind}")
    if division > LARGEST_RESOLUTION:
        frames, tempo = FRAMES.get(256 - (division >> 8), (0, 0))
        division = frames * (division & 255)
    else:
        tempo = 0
    if not division:
        raise FileError("damaged: no ticks in a quarter")
    return Header(kind, tracks, division, tempo)


def _chunks(data: bytes, said: int, repairs: list[str]) -> Iterator[bytes]:
    """The tracks; chunks of other kinds are passed over, as the standard asks."""
    place, found = 8 + int.from_bytes(data[4:8], "big"), 0
    while place + 8 <= len(data) and found < max(said, 1):
        name, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "big")
        body = data[place + 8 : place + 8 + length]
        place += 8 + length
        if name != b"MTrk":
            continue
        if len(body) < length:
            if not body.endswith(b"\xff\x2f\x00"):
                raise FileError("the file ends too early")
            repairs.append("the last track is shorter than it says")
        found += 1
        yield body
    if not found:
        raise FileError("no tracks")
    if found < said:
        repairs.append(f"{said} tracks are announced, {found} are there")
    elif b"MTrk" in data[place : place + 4]:
        repairs.append(f"{said} tracks are announced, and what follows them is left out")


def _track(body: bytes, numbers: Iterator[int], repairs: list[str]) -> Track:
    """The events of a track, packed; its notes take the next numbers of the file."""
    rows: list[bytes] = []
    payloads: list[bytes] = []
    pack, tick, place, running, end = RECORD.pack, 0, 0, 0, len(body)
    while place < end:
        byte = body[place]
        place += 1
        if byte < 0x80:
            tick += byte
        else:
            delta, place = _number(body, place - 1)
            tick += delta
        if tick > LATEST_TICK:
            raise FileError("damaged: an event later than any music lasts")
        status = body[place]
        if status < 0x80:
            status = running
        else:
            place += 1
        if 0x80 <= status < m.SYSEX:
            running = status
            first, second = body[place], 0
            place += 1
            if status & 0xE0 != m.PROGRAM:  # 0xC0 and 0xD0 have one byte of data
                second = body[place]
                place += 1
            if (first | second) > 127:
                first, second = _within(status, first, second, repairs)
            begins = status & 0xF0 == m.NOTE_ON and second > 0
            rows.append(pack(tick, status, first, second, -1, 0, -1, next(numbers) if begins else -1))
            continue
        kind, place = (body[place], place + 1) if status == m.META else (0, place)
        payload, place = _payload(body, place, status, kind)
        if payload == m.OURS and kind == m.SEQUENCER and status == m.META:
            continue
        payloads.append(payload)
        rows.append(pack(tick, status, kind, 0, len(payloads) - 1, 0, -1, -1))
    return Track(b"".join(rows), tuple(payloads))


def _number(body: bytes, place: int) -> tuple[int, int]:
    """A number in groups of seven bits, and the place behind it."""
    number = 0
    while body[place] > 127:
        number = number << 7 | body[place] & 127
        place += 1
    return number << 7 | body[place], place + 1


def _payload(body: bytes, place: int, status: int, kind: int) -> tuple[bytes, int]:
    """The data of a meta event or of system exclusive, and the place behind it."""
    if status < m.SYSEX:
        raise FileError("damaged: data without a message that they belong to")
    if status not in (m.META, m.SYSEX, ESCAPE):
        raise FileError(f"damaged: a system message {status:X}, which no file may hold")
    length, place = _number(body, place)
    if place + length > len(body):
        raise FileError("the file ends too early")
    data = body[place : place + length]
    if status == m.META and len(data) < {m.TEMPO: 3, m.TIME_SIGNATURE: 2}.get(kind, 0):
        raise FileError(f"damaged: {'a tempo' if kind == m.TEMPO else 'a time signature'} that is cut off")
    if status == m.SYSEX and data[-1:] == b"\xf7":
        data = data[:-1]
    return data, place + length


def _within(status: int, first: int, second: int, repairs: list[str]) -> tuple[int, int]:
    """The value of a controller that is too large, brought down; any other such number is damage."""
    if status & 0xF0 != m.CONTROL or first > 127:
        raise FileError(f"damaged: data {max(first, second)} in a message, which holds 0 to 127")
    repairs.append(f"controller {first} says {second}, which is more than 127")
    return first, 127


def _timed_by_frames(track: Track, tempo: int) -> Track:
    """A track whose quarters last what so many frames do; what it says of tempo is of no quarter."""
    events = track.events[(track.events["status"] != m.META) | (track.events["data1"] != m.TEMPO)]
    row = RECORD.pack(0, m.META, m.TEMPO, 0, len(track.payloads), 0, -1, -1)
    return Track(row + events.tobytes(), (*track.payloads, tempo.to_bytes(3, "big")))


# Writing


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "big") + body


def _body(track: Track, ticks: list[int]) -> bytes:
    """The events as a file has them; the end of the track stands at its end, and once."""
    written = bytearray()
    before = running = 0
    for (_, status, first, second, payload, *_), tick in zip(RECORD.iter_unpack(track.packed), ticks, strict=True):
        if status == m.META and first == m.END_OF_TRACK:
            continue
        delta, before = tick - before, tick
        if delta and status == m.META and first not in USUAL_METAS:
            written += _variable(delta) + SPACER
            delta = 0
        written += bytes((delta,)) if 0 <= delta < 0x80 else _variable(delta)
        if payload < 0:
            if status != running:
                written.append(status)
                running = status
            written.append(first)
            if status & 0xE0 != m.PROGRAM:
                written.append(second)
            continue
        running = 0
        data = track.payloads[payload] + (b"\xf7" if status == m.SYSEX else b"")
        written += (bytes((status, first)) if status == m.META else bytes((status,))) + _variable(len(data)) + data
    return bytes(written) + _variable(max(ticks, default=0) - before) + b"\xff\x2f\x00"


def _variable(number: int) -> bytes:
    """A number in groups of seven bits."""
    if number < 0:
        raise FileError("the events of a track are not in order")
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def _fitted(score: Score, exact: bool) -> tuple[int, list[list[int]]]:
    """A resolution that a file can hold, and the ticks of each track in it: exactly where all have a divisor that allows it."""
    resolution = score.ticks_per_quarter
    ticks = [track.events["tick"] for track in score.tracks]
    if resolution <= LARGEST_RESOLUTION:
        return resolution, [times.tolist() for times in ticks]
    common = int(np.gcd.reduce(np.concatenate([*ticks, np.array([resolution])])))
    if resolution // common <= LARGEST_RESOLUTION:
        return resolution // common, [(times // common).tolist() for times in ticks]
    return LARGEST_RESOLUTION, _rounded(ticks, resolution, exact)


def _rounded(ticks: list[NDArray[np.int64]], resolution: int, exact: bool) -> list[list[int]]:
    """The nearest ticks; in all tracks equal ones stay equal, different ones different."""
    different, place = np.unique(np.concatenate(ticks), return_inverse=True)
    steps = np.arange(len(different))
    nearest = (different * LARGEST_RESOLUTION * 2 + resolution) // (2 * resolution)
    apart = np.maximum.accumulate(nearest - steps) + steps
    error = np.abs(apart / LARGEST_RESOLUTION - different / resolution).max(initial=0)
    if error and exact:
        raise FileError(f"ticks of 1/{resolution} of a quarter do not fit into a MIDI file exactly")
    if error:
        warnings.warn(f"times rounded by at most {error:.2g} quarters to fit a MIDI file", TimingWarning, stacklevel=5)
    tracks = np.split(apart[place], np.cumsum([len(times) for times in ticks])[:-1])
    return [times.tolist() for times in tracks]
