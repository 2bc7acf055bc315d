"""MIDI files: read and written without loss, refused with one clear line, saved whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from midi_making import END, File, chunk, files, header, parsed, varlen, written

import mi_theme as mi
from mi_theme.errors import FileError
from mi_theme.files import FileWarning
from mi_theme.files.bulk import read_notes
from mi_theme.files.midi import LARGEST_RESOLUTION, USUAL_METAS, parse, write
from mi_theme.score import Event, Score, TimingWarning, Track
from mi_theme.score import messages as m

SMALL: File = (
    1, 480,
    [
        [(0, b"\xff\x51\x07\xa1\x20"), (0, b"\xff\x58\x05\x02\x18\x08"), (0, b"\xff\x01meter 5/4:3+3+2+2"), (0, END)],
        [(0, b"\xff\x03Bass"), (0, b"\xc0\x20"), (0, b"\x90\x2b\x50"), (720, b"\x80\x2b\x40"), (720, b"\xf0\x7e\x09"), (2400, END)],
    ],
)  # fmt: skip


SPACER = b"\xff\x7f\x7d"  # what is written before a meta event whose time mido would forget
BARE = b"\xff\x7f\x01\x7d"  # the same as mido writes it
UNKNOWN_KINDS = {*range(128)} - USUAL_METAS


def read_back(data: bytes) -> bytes:
    return mi.read(data).to_bytes()


# Without loss


@given(files(), st.booleans())
def test_the_same_events_at_the_same_ticks_in_the_same_tracks(file: File, running: bool) -> None:
    assert parsed(written(file, running)) == file
    kind, resolution, tracks = parsed(read_back(written(file, running)))
    assert (kind, resolution, [[event for event in track if event[1] != SPACER] for track in tracks]) == file


@given(files(), st.booleans())
def test_mido_finds_the_same_messages(file: File, running: bool) -> None:
    before, after = (mido.MidiFile(file=BytesIO(data)) for data in (written(file, running), read_back(written(file))))
    assert (before.type, before.ticks_per_beat) == (after.type, after.ticks_per_beat)
    said = [[[message.copy(time=0) for message in track] for track in found.tracks] for found in (before, after)]
    said[1] = [[message for message in track if bytes(message.bin()) != BARE] for track in said[1]]
    assert said[0] == said[1]  # their times are right in what is written, wherever mido knows all that stood before
    known = [
        track
        for track in file[2]
        if not any(message[:1] == b"\xff" and message[1] in UNKNOWN_KINDS for _, message in track)
    ]
    if len(known) == len(file[2]):
        assert [list(track) for track in before.tracks] == [list(track) for track in after.tracks]


@given(files())
def test_reading_is_settled_after_once(file: File) -> None:
    once = mi.read(written(file))
    again = mi.read(once.to_bytes())
    assert once == again
    assert hash(once) == hash(again)
    assert once.to_bytes() == again.to_bytes()


@given(files())
def test_every_beginning_is_one_note(file: File) -> None:
    score = mi.read(written(file))
    begun = [(tick, e[1], e[2]) for track in file[2] for tick, e in track if e[0] & 0xF0 == 0x90 and e[2]]
    table = score.note_table()
    assert len(table) == len(begun)
    found = zip(
        (table["onset"] * file[1]).round().astype(int).tolist(),
        table["pitch"].tolist(),
        table["velocity"].tolist(),
        strict=True,
    )
    assert sorted(found) == sorted(begun)
    assert (table["duration"] >= 0).all()
    assert sorted(table["id"].tolist()) == list(range(len(begun)))
    assert list(zip(table["onset"], table["pitch"], strict=True)) == sorted(
        zip(table["onset"], table["pitch"], strict=True)
    )


def test_overlapping_notes_of_one_pitch_end_in_the_order_they_began() -> None:
    on, off = b"\x90\x3c\x40", b"\x80\x3c\x40"
    track = [(0, on), (100, on), (200, off), (400, off), (400, END)]
    assert mi.read(written((1, 100, [track]))).note_table()["duration"].tolist() == [2, 3]


def test_a_beginning_without_velocity_is_an_end_and_what_never_ends_lasts_to_the_end() -> None:
    track = [(0, b"\x90\x3c\x40"), (0, b"\x90\x40\x40"), (100, b"\x90\x3c\x00"), (500, END)]
    assert mi.read(written((1, 100, [track]))).note_table()["duration"].tolist() == [1, 5]


def test_a_stray_end_is_kept_and_makes_no_note() -> None:
    data = written((0, 96, [[(0, b"\x80\x3c\x40"), (96, END)]]))
    assert len(mi.read(data).note_table()) == 0
    assert read_back(data) == data


def test_text_that_is_no_utf8_comes_back_as_it_was() -> None:
    data = written((1, 96, [[(0, b"\xff\x03Fl\xf6te \xff\xfe"), (0, b"\x90\x3c\x40"), (9, b"\x80\x3c\x40"), (9, END)]]))
    assert read_back(data) == data
    assert mi.read(data).parts[0].name == "Flöte ÿþ"


def test_names_are_written_in_utf8() -> None:
    score = Score.from_notes([0], [1], [60], names=["Flöte 笛"])
    assert "Flöte 笛".encode() in score.to_bytes()
    assert mi.read(score.to_bytes()).parts[0].name == "Flöte 笛"


def test_the_same_bytes_each_time() -> None:
    assert len({Score.from_notes([0, 1], [1, 1], [60, 62]).to_bytes() for _ in range(3)}) == 1


@pytest.mark.tool("symusic")
@given(files())
def test_notes_in_bulk_agree(file: File) -> None:
    """Where notes of one pitch overlap, or a note never ends or has no length, symusic pairs them otherwise."""
    _, resolution, tracks = file
    notes = [(t * 50, message) for t, pitch in enumerate((60, 62, 60)) for message in (bytes((0x90, pitch, 64)),)]
    ends = [(t + 40, bytes((0x80, message[1], 0))) for t, message in notes]
    track = [*sorted([*notes, *ends]), (500, END)]
    data = written((1, resolution, [track, *([(min(at, 10**6), e) for at, e in t if e[0] >= 0xF0] for t in tracks)]))
    assert parsed(read_back(data))[2][0] == track
    _assert_bulk_agrees(data)


def _assert_bulk_agrees(data: bytes) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".mid") as file:
        Path(file.name).write_bytes(data)
        bulk = read_notes(file.name)
    table = mi.read(data).note_table()
    for field in ("onset", "duration", "pitch", "velocity"):
        np.testing.assert_allclose(np.sort(bulk[field]), np.sort(table[field]), atol=1e-9)


# Hostile bytes


def survives(data: bytes) -> bool:
    """Whether bytes are read; a FileError is fine, any other exception is not. What is read, works."""
    try:
        score = mi.read(data)
    except FileError as error:
        text = str(error)
        if "\n" in text or len(text) > 300:
            raise AssertionError(f"not one clear line: {text!r}") from error
        return False
    repr(score), score.note_table(), score.parts, score.tempos.seconds(4), score.markers, score.texts, score.key
    next(iter(score.bars()), None)
    assert [sounding(track) for track in mi.read(score.to_bytes()).tracks] == [
        sounding(track) for track in score.tracks
    ]
    return True


def sounding(track: Track) -> list[tuple[int, bytes]]:
    """All events but the end of the track, which is put right where it was missing or too early."""
    return [event[:2] for event in track if event.message != END]


SIGNATURE, TEMPO_EVENT = b"\x00\xff\x58\x04", b"\x00\xff\x51\x03"
ENDED = b"\x00\xff\x2f\x00"


def one_track(body: bytes, kind: int = 1, resolution: int = 480, tracks: int = 1) -> bytes:
    return header(kind, tracks, resolution) + chunk(b"MTrk", body)


REFUSED = {
    "empty": b"",
    "text": b"not a MIDI file",
    "header only": header(1, 0, 480),
    "no header chunk": b"MThd",
    "ppq 0": one_track(ENDED, resolution=0),
    "type 2": one_track(ENDED, kind=2),
    "type 9": one_track(ENDED, kind=9),
    "0/4": one_track(SIGNATURE + bytes((0, 2, 24, 8)) + ENDED),
    "5/2^33": one_track(SIGNATURE + bytes((5, 33, 24, 8)) + ENDED),
    "5/2^255": one_track(SIGNATURE + bytes((5, 255, 24, 8)) + ENDED),
    "short signature": one_track(b"\x00\xff\x58\x01\x05" + ENDED),
    "short tempo": one_track(b"\x00\xff\x51\x01\x05" + ENDED),
    "a length that lies, and no end": header(1, 1, 480) + b"MTrk\x7f\xff\xff\xff" + ENDED[:-1],
    "a meta length that lies": one_track(b"\x00\xff\x01\xff\xff\xff\x7f" + ENDED),
    "a number without end": one_track(b"\xff" * 5000),
    "data with the high bit": one_track(b"\x00\x90\xff\xff" + ENDED),
    "a delta beyond all counting": one_track(b"\xff" * 12 + b"\x7f\x90\x3c\x40" + ENDED),
    "many deltas beyond counting": one_track((b"\xff" * 8 + b"\x7f\x90\x3c\x40") * 9 + ENDED),
    "running status of nothing": one_track(b"\x00\x3c\x40" + ENDED),
    "a realtime message": one_track(b"\x00\xf8" + ENDED),
    "a tune request": one_track(b"\x00\xf6" + ENDED),
    "another chunk": header(1, 1, 480) + chunk(b"JUNK", ENDED),
}
REPAIRED = {
    "65535 tracks claimed": one_track(ENDED, tracks=65535),
    "fewer tracks claimed": one_track(ENDED) + chunk(b"MTrk", ENDED),
    "a length that lies": header(1, 1, 480) + b"MTrk\x7f\xff\xff\xff" + ENDED,
    "a controller of 200": one_track(b"\x00\xb0\x07\xc8" + ENDED),
}
READ = {
    "SMPTE": one_track(ENDED, resolution=0xE728),
    "a RIFF envelope": b"RIFF\x30\x00\x00\x00RMIDdata\x20\x00\x00\x00" + one_track(ENDED),
    "a chunk of another kind": header(1, 1, 480) + chunk(b"XYZW", b"abcd") + chunk(b"MTrk", ENDED),
    "an escape": one_track(b"\x00\xf7\x01\xfa" + ENDED),
    "a key of nine sharps": one_track(b"\x00\xff\x59\x02\x09\x00" + ENDED),
    "a key in mode 255": one_track(b"\x00\xff\x59\x02\x05\xff" + ENDED),
    "a signature of two bytes": one_track(b"\x00\xff\x58\x02\x05\x02" + ENDED),
    "no end of track": one_track(b"\x00\x90\x3c\x40\x60\x80\x3c\x40"),
    "tempo 0": one_track(TEMPO_EVENT + bytes(3) + ENDED),
    "type 0 with two tracks": header(0, 2, 480) + chunk(b"MTrk", ENDED) * 2,
    "empty track": one_track(b""),
    "a long way off": one_track(varlen(2**28 - 1) + b"\x90\x3c\x40" + ENDED),
    "bytes after the end": one_track(ENDED) + b"junk",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
@pytest.mark.usefixtures("impatient")
def test_refused_with_one_line(data: bytes) -> None:
    assert not survives(data)


@pytest.mark.parametrize("data", READ.values(), ids=READ)
@pytest.mark.usefixtures("impatient")
def test_odd_but_read(data: bytes) -> None:
    assert survives(data)


@pytest.mark.parametrize("data", REPAIRED.values(), ids=REPAIRED)
def test_what_players_pass_over_is_read_and_said(data: bytes) -> None:
    with pytest.warns(FileWarning, match="put right"):
        assert survives(data)


def test_frames_are_read_as_seconds() -> None:
    notes = b"\x00\x90\x3c\x40\x87\x68\x80\x3c\x40\x00\xff\x51\x03\x07\xa1\x20"
    for division, seconds in ((0xE728, 1.0), (0xE228, 1000 / 1200), (0xE328, 1000 / 1200 * 1.001)):
        score = mi.read(one_track(notes + ENDED, resolution=division))
        assert score.tempos.seconds(score.quarters) == pytest.approx(seconds)


@pytest.mark.usefixtures("impatient")
def test_truncated_at_every_byte() -> None:
    """Only where one of two tracks is whole it is read, and that is said."""
    data = written(SMALL)
    whole = data.index(b"MTrk", 20)
    read = range(whole, whole + 8)
    assert [size for size in range(len(data)) if size not in read and survives(data[:size])] == []
    for size in read:
        with pytest.warns(FileWarning, match="2 tracks are announced, 1 are there"):
            assert survives(data[:size])
    assert survives(data)


@pytest.mark.filterwarnings("ignore::mi_theme.files.FileWarning")
@pytest.mark.usefixtures("impatient")
def test_every_byte_changed() -> None:
    data = written(SMALL)
    for place in range(len(data)):
        for value in (0x00, 0x7F, 0x80, 0xFF, data[place] ^ 1):
            survives(data[:place] + bytes([value]) + data[place + 1 :])


@pytest.mark.filterwarnings("ignore::mi_theme.files.FileWarning")
@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    survives(data)
    survives(header(1, 1, 96) + chunk(b"MTrk", data))
    survives(header(0, 1, 96) + b"MTrk" + data)


@pytest.mark.filterwarnings("ignore::mi_theme.files.FileWarning")
@given(files(), st.data())
def test_damaged_files(file: File, draw: st.DataObject) -> None:
    data = bytearray(written(file))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    survives(bytes(data))


def test_the_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.mid"
    path.write_bytes(b"MThd")
    with pytest.raises(FileError, match=r"broken\.mid: "):
        mi.read(path)
    with pytest.raises(FileNotFoundError):
        mi.read(tmp_path / "none.mid")
    with pytest.raises(IsADirectoryError):
        mi.read(tmp_path)


# Resolutions a file cannot hold


def fine_score(resolution: int, ticks: list[list[int]]) -> Score:
    return Score(
        resolution,
        tuple(
            Track.of(
                [*(Event(t, m.note_on(0, 60, 64)) for t in sorted(row)), Event(max(row, default=0), m.end_of_track())]
            )
            for row in ticks
        ),
    )


@given(st.integers(1, 2**10), st.integers(1, 1023), st.lists(st.integers(0, 10**6), max_size=20))
def test_reduced_exactly_where_that_can_be(factor: int, resolution: int, ticks: list[int]) -> None:
    score = fine_score(resolution * factor, [[tick * factor for tick in ticks]])
    _, found, tracks = parsed(write(score, exact=True))
    assert found <= LARGEST_RESOLUTION
    assert [tick * score.ticks_per_quarter for tick, _ in tracks[0]] == [e.tick * found for e in score.tracks[0]]


@given(
    st.integers(LARGEST_RESOLUTION + 1, 2**20),
    st.lists(st.lists(st.integers(0, 10**7), max_size=12), min_size=1, max_size=3),
)
@pytest.mark.filterwarnings("ignore::mi_theme.score.rows.TimingWarning")
def test_rounded_within_half_a_tick_in_order(resolution: int, ticks: list[list[int]]) -> None:
    score = fine_score(resolution, ticks)
    _, found, tracks = parsed(write(score))
    pairs = {
        (event.tick, tick)
        for track, row in zip(score.tracks, tracks, strict=True)
        for event, (tick, _) in zip(track, row, strict=True)
    }
    before, after = zip(*sorted(pairs), strict=True)
    assert len(set(before)) == len(pairs), "what sounded together stays together, in all tracks"
    assert len(set(after)) == len(pairs), "what was apart stays apart"
    assert list(after) == sorted(after)
    apart = all(b - a >= 2 * resolution / LARGEST_RESOLUTION for a, b in pairwise(before))
    if apart:
        assert all(2 * abs(a * resolution - b * found) <= resolution for b, a in sorted(pairs))


def test_exact_means_exact() -> None:
    score = fine_score(2**20, [[1]])
    with pytest.raises(FileError, match="exactly"):
        write(score, exact=True)
    with pytest.warns(TimingWarning, match="rounded by at most"):
        write(score)


def test_the_largest_error_is_what_is_reported() -> None:
    score = fine_score(2**20, [[0, 1, 2, 3, 4, 5]])
    with pytest.warns(TimingWarning) as caught:
        _, found, tracks = parsed(write(score))
    worst = max(
        abs(tick / found - event.tick / 2**20) for (tick, _), event in zip(tracks[0], score.tracks[0], strict=True)
    )
    assert f"{worst:.2g}" in str(caught[0].message)


# Saving

SCORE = Score.from_notes([0, 1], [1, 1], [60, 62], meter="5/4:3+3+2+2")


def only_file(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_a_new_file(tmp_path: Path) -> None:
    SCORE.save(tmp_path / "new.mid")
    assert only_file(tmp_path).read_bytes() == SCORE.to_bytes()
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(only_file(tmp_path).stat().st_mode) == 0o666 & ~mask


@pytest.mark.parametrize("call", ["os.replace", "os.chmod", "os.fdopen", "mi_theme.files.midi.write"])
def test_an_existing_file_is_kept_until_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "old.mid"
    path.write_bytes(b"precious")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(call, full)
    with pytest.raises(OSError, match="No space left"):
        SCORE.save(path)
    monkeypatch.undo()
    assert only_file(tmp_path).read_bytes() == b"precious"


def test_permissions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "old.mid"
    path.write_bytes(b"")
    path.chmod(0o640)
    SCORE.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.mid", tmp_path / "link.mid"
    target.write_bytes(b"")
    link.symlink_to(target)
    SCORE.save(link)
    assert link.is_symlink()
    assert target.read_bytes() == SCORE.to_bytes()


def test_a_file_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.mid"
    path.write_bytes(b"precious")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(PermissionError, match=r"old\.mid"):
        SCORE.save(path)
    assert only_file(tmp_path).read_bytes() == b"precious"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk() -> None:
    with pytest.raises(OSError, match="No space left"):
        SCORE.save("/dev/full")
    SCORE.save("/dev/null")


def test_a_pipe_is_written_to_and_a_directory_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "folder.mid"
    folder.mkdir()
    with pytest.raises(IsADirectoryError, match=r"folder\.mid"):
        SCORE.save(folder)
    assert only_file(tmp_path) == folder
    with pytest.raises(FileNotFoundError):
        SCORE.save(tmp_path / "none" / "new.mid")


def test_the_ending_says_the_form(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"end the name in \.mid"):
        SCORE.save(tmp_path / "new.doc")
    with suppress(StopIteration):
        assert not next(tmp_path.iterdir())
    for name in ("a.mid", "b.MIDI", "c.kar", "d"):
        SCORE.save(tmp_path / name)
        assert mi.read(tmp_path / name) == mi.read(SCORE.to_bytes())


# What others read


UNKNOWN = (0x4B, 0x08, 0x0A, 0x60)  # kinds of meta events that mido does not know


@pytest.mark.parametrize("kind", UNKNOWN)
def test_the_time_of_a_meta_event_that_nobody_knows_is_kept_by_all(kind: int) -> None:
    pretty_midi = pytest.importorskip("pretty_midi")
    events = [Event(480 * beat, m.note_on(0, 60 + beat, 80)) for beat in range(8)]
    events += [Event(480 * beat + 400, m.note_off(0, 60 + beat)) for beat in range(8)]
    events += [Event(480 * beat + 100, m.meta(kind, b"abc")) for beat in range(8)]
    score = Score(480, (Track.sorted(events),), 0)
    data = write(score)
    assert parse(data).tracks == parse(write(parse(data))).tracks
    assert [event.message for event in parse(data).tracks[0]] == [event.message for event in score.tracks[0]]
    at, found = 0, []
    for message in mido.MidiFile(file=BytesIO(data)).tracks[0]:
        at += message.time
        found += [at] * (message.type == "note_on" and message.velocity > 0)
    assert found == [480 * beat for beat in range(8)]
    notes = pretty_midi.PrettyMIDI(BytesIO(data)).instruments[0].notes
    assert [note.start for note in notes] == pytest.approx([beat / 2 for beat in range(8)])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_no_file_to_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mid"
    os.mkfifo(pipe)
    for source in (pipe, Path("/dev/zero")):
        with pytest.raises(FileError, match="a pipe or a device, and no file"):
            mi.read(source)
