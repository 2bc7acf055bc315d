"""MIDI files made and read byte by byte, without any library: what the tests of files compare with.

A file here is (type, ticks in a quarter, tracks); a track is a list of (tick,
message), where a message is its bytes without running status or length.
"""

from __future__ import annotations

from hypothesis import strategies as st

File = tuple[int, int, list[list[tuple[int, bytes]]]]
END = b"\xff\x2f"


def varlen(value: int) -> bytes:
    """A number in groups of seven bits."""
    found = [value & 0x7F]
    while value := value >> 7:
        found.append(value & 0x7F | 0x80)
    return bytes(reversed(found))


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk with its length."""
    return name + len(data).to_bytes(4, "big") + data


def header(kind: int, tracks: int, resolution: int) -> bytes:
    """The header chunk."""
    return chunk(b"MThd", b"".join(value.to_bytes(2, "big") for value in (kind, tracks, resolution)))


def written(file: File, running: bool = False) -> bytes:
    """The bytes of a file, with running status where asked."""
    kind, resolution, tracks = file
    data = header(kind, len(tracks), resolution)
    for track in tracks:
        body, before, status = b"", 0, 0
        for tick, message in track:
            body += varlen(tick - before)
            before = tick
            if message[0] == 0xFF:
                body += message[:2] + varlen(len(message) - 2) + message[2:]
            elif message[0] == 0xF0:
                body += b"\xf0" + varlen(len(message)) + message[1:] + b"\xf7"
            else:
                body += message[1:] if running and message[0] == status else message
            status = message[0] if message[0] < 0xF0 else 0
        data += chunk(b"MTrk", body)
    return data


def parsed(data: bytes) -> File:
    """The reverse of `written`."""
    length = int.from_bytes(data[4:8], "big")
    kind, _, resolution = (int.from_bytes(data[i : i + 2], "big") for i in (8, 10, 12))
    place, tracks = 8 + length, []
    while place < len(data):
        length = int.from_bytes(data[place + 4 : place + 8], "big")
        tracks.append(_track(data[place + 8 : place + 8 + length]))
        place += 8 + length
    return kind, resolution, tracks


def _track(data: bytes) -> list[tuple[int, bytes]]:
    events, place, tick, status = [], 0, 0, 0
    while place < len(data):
        delta, place = _number(data, place)
        tick += delta
        if data[place] >= 0x80:
            status, place = data[place], place + 1
        if status >= 0xF0:
            kind, place = (data[place : place + 1], place + 1) if status == 0xFF else (b"", place)
            size, place = _number(data, place)
            body = data[place : place + size]
            events.append((tick, bytes([status]) + kind + (body if kind else body[:-1])))
        else:
            size = 1 if status & 0xF0 in (0xC0, 0xD0) else 2
            events.append((tick, bytes([status]) + data[place : place + size]))
        place += size
    return events


def _number(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    while True:
        value, more = value << 7 | data[place] & 0x7F, data[place] & 0x80
        place += 1
        if not more:
            return value, place


# What hypothesis draws from

SEVEN = st.integers(0, 127)
FEW = st.sampled_from((60, 61))  # so that notes of one pitch overlap
CHANNELS = st.integers(0, 15) | st.sampled_from((0, 9))
CHANNEL_MESSAGES = st.one_of(
    st.builds(lambda s, c, a, b: bytes((s | c, a, b)), st.sampled_from((0x80, 0x90)), CHANNELS, FEW, SEVEN | st.just(0)),
    st.builds(lambda s, c, a, b: bytes((s | c, a, b)), st.sampled_from((0x80, 0x90, 0xA0, 0xB0, 0xE0)), CHANNELS, SEVEN, SEVEN),
    st.builds(lambda s, c, a: bytes((s | c, a)), st.sampled_from((0xC0, 0xD0)), CHANNELS, SEVEN),
)  # fmt: skip
TEXTS = st.builds(lambda kind, text: bytes((0xFF, kind)) + text, st.integers(1, 9), st.binary(max_size=200))
METAS = st.one_of(
    TEXTS,
    st.builds(lambda tempo: b"\xff\x51" + tempo, st.binary(min_size=3, max_size=3)),
    st.builds(lambda n, p, c, b: bytes((0xFF, 0x58, n, p, c, b)), st.integers(1, 255), st.integers(0, 6), SEVEN, SEVEN),
    st.builds(lambda sharps, minor: bytes((0xFF, 0x59, sharps % 256, minor)), st.integers(-7, 7), st.integers(0, 1)),
    st.builds(lambda number: b"\xff\x00" + number, st.binary(min_size=2, max_size=2)),
    st.builds(lambda kind, value: bytes((0xFF, kind, value)), st.sampled_from((0x20, 0x21)), SEVEN),
    st.builds(lambda h, m, s, f, ff: bytes((0xFF, 0x54, h, m, s, f, ff)), st.integers(0, 23), *[st.integers(0, 59)] * 2, *[st.integers(0, 29)] * 2),
    st.builds(lambda data: b"\xff\x7f" + data, st.binary(max_size=300)),
    st.builds(lambda kind, data: bytes((0xFF, kind)) + data, st.sampled_from((0x0B, 0x4B, 0x60, 0x7E)), st.binary(max_size=20)),
)  # fmt: skip
SYSTEM = st.builds(lambda data: b"\xf0" + bytes(data), st.lists(SEVEN, max_size=150))
DELTAS = st.sampled_from((0, 0, 0, 1, 120)) | st.integers(0, 300) | st.sampled_from((16_383, 16_384, 2**28 - 1))


@st.composite
def tracks(draw: st.DrawFn) -> list[tuple[int, bytes]]:
    """A track that ends as it should, perhaps late."""
    tick, found = 0, []
    for delta, message in draw(st.lists(st.tuples(DELTAS, CHANNEL_MESSAGES | METAS | SYSTEM), max_size=25)):
        tick += delta
        found.append((tick, message))
    return [*found, (tick + draw(DELTAS), END)]


@st.composite
def files(draw: st.DrawFn) -> File:
    """A sound file of type 0 or 1 with every kind of event."""
    kind = draw(st.integers(0, 1))
    resolution = draw(st.sampled_from((1, 2, 96, 480, 10080, 32767)) | st.integers(1, 32767))
    return kind, resolution, draw(st.lists(tracks(), min_size=1, max_size=4 if kind else 1))
