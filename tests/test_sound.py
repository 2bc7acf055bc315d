"""What was rendered, measured: how loud, when notes begin, how long, silent at the end, the same every time."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tracemalloc
import wave
from base64 import b64decode
from functools import reduce
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.errors import FileError, MissingExtra, ScoreError
from mi_theme.renditions import stems, styles
from mi_theme.score import Event, Score, Track
from mi_theme.score import messages as m
from mi_theme.score.recordings import Recording
from mi_theme.sound import recorder, soundfonts
from mi_theme.sound.recorder import PEAK, REST, record
from mi_theme.sound.soundfonts import SYSTEM, VARIABLE, find_soundfont, read_soundfont

pytestmark = [pytest.mark.tool(name) for name in ("midirenderer", "soundfile", "pretty_midi")]
WOOD = 76
NEAR = 0.012  # seconds: the attack of a sound, and the windows it is measured in


@pytest.fixture(autouse=True)
def font(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same soundfont everywhere."""
    (folder,) = find_spec("pretty_midi").submodule_search_locations
    path = Path(folder) / "TimGM6mb.sf2"
    monkeypatch.setenv(VARIABLE, str(path))
    return path


def tune(onsets: list[float], duration: float = 0.2, pitch: int = 72, tempo: float = 120, **more: object) -> Score:
    return Score.from_notes(onsets, duration, pitch, tempo=tempo, velocity=100, **more)


def tapped(score: Score) -> Score:
    """The onsets of a score on a wood block: short, so that each can be told from the next."""
    ticks = sorted(set(score.spans["start"].tolist()))
    strokes = [(tick, message) for tick in ticks for message in (m.note_on(9, WOOD, 100), m.note_off(9, WOOD))]
    return Score(score.ticks_per_quarter, (score.tracks[0], Track.of([Event(*stroke) for stroke in strokes])))


def loudness(samples: np.ndarray, rate: int, window: float = 0.003) -> np.ndarray:
    """Root mean square of short windows, of the louder channel."""
    size = int(window * rate)
    whole = samples[: len(samples) // size * size].reshape(-1, size, samples.shape[1])
    return np.sqrt((whole**2).mean(axis=1)).max(axis=1)


def onsets_of(recording: Recording, window: float = 0.003, rise: float = 4) -> np.ndarray:
    """Seconds at which it becomes much louder than it was a little before."""
    level = loudness(recording.samples, recording.rate, window) + 1e-5
    before = np.array([level[max(i - 8, 0) : i].max(initial=1e-5) for i in range(len(level))])
    loud = (level > rise * before) & (level > level.max() / 30)
    starts = np.flatnonzero(loud & ~np.roll(loud, 1))
    return starts[np.diff(starts, prepend=-100) > 10] * window


def silent(samples: np.ndarray) -> bool:
    return bool(np.abs(samples).max(initial=0) < 2e-4)


# Time


def test_notes_begin_where_the_score_says() -> None:
    score = tune([0, 1.5, 3, 4, 5, 6.5, 8, 9], meter="5/4:3+3+2+2")
    found = onsets_of(record(score))
    wanted = score.tempos.clock(score.note_table()["onset"])
    assert len(found) == len(wanted)
    assert np.abs(found - wanted).max() < NEAR


def test_notes_follow_changes_of_tempo() -> None:
    score = tune([0, 1, 2, 3, 4])
    faster = Track.sorted([*list(score.tracks[0])[:-1], Event(score.ticks_per_quarter * 2, m.tempo(250_000))])
    score = Score(score.ticks_per_quarter, (faster, *score.tracks[1:]))
    assert np.allclose(onsets_of(record(tapped(score))), [0, 0.5, 1, 1.25, 1.5], atol=NEAR)


def test_a_version_in_another_metre_sounds_where_its_plan_says() -> None:
    version = mi.theme().to_meter("4/4").theme.to_score()
    wanted = np.unique(version.tempos.clock(version.note_table()["onset"]))
    assert len(wanted) > 8
    assert np.allclose(onsets_of(record(tapped(version))), wanted, atol=NEAR)


@pytest.mark.parametrize("count_in", [1, 2])
def test_the_music_comes_in_after_the_count(count_in: int) -> None:
    score = tune([0, 1], meter="3/4", tempo=90)
    found = onsets_of(record(score.with_click(count_in, during=False)), rise=3)
    assert np.abs(found - count_in * 2).min() < NEAR  # three quarters at 90 a minute are two seconds
    clicks = found[found < count_in * 2 - NEAR]
    assert np.allclose(clicks, np.arange(len(clicks)) / 3, atol=NEAR)
    assert len(clicks) == 6 * count_in


def test_the_click_is_loudest_on_the_bar_line_and_clear_on_groups() -> None:
    clicks = Score.from_notes([0], [9.9], [60], velocity=1, meter="5/4:3+3+2+2", tempo=60).with_click()
    recording = record(clicks)
    level = loudness(recording.samples, recording.rate, 0.05)
    heard = [level[pulse * 10 : pulse * 10 + 2].max() for pulse in range(20)]  # half a second each
    bars, groups = {0, 10}, {3, 6, 8, 13, 16, 18}
    quiet = max(heard[i] for i in range(20) if i not in bars | groups)
    assert min(heard[i] for i in bars) > 1.2 * max(heard[i] for i in groups)
    assert min(heard[i] for i in groups) > 2 * quiet


# Length, ring, silence


def test_it_lasts_as_long_as_the_score_and_rings_out() -> None:
    score = tune([0, 1, 2, 3], duration=1)
    recording = record(score)
    assert recording.seconds > 2 + REST
    assert silent(recording.samples[-int(REST * recording.rate) :])
    assert not silent(recording.samples[int(2.02 * recording.rate) : int(2.1 * recording.rate)])  # the release


@pytest.mark.parametrize("tail", [0, 0.5, 3])
def test_a_tail_that_is_asked_for_is_exact(tail: float) -> None:
    recording = record(tune([0, 1, 2, 3], duration=1), tail=tail)
    assert len(recording.samples) == round((2 + tail) * 48000)
    assert silent(recording.samples[-1:])  # no break


def test_nothing_sounds_for_ever() -> None:
    """A pedal that stays down and a note that nothing ends are let go at the end of the score."""
    pedal = [Event(0, m.program(0, 20)), Event(0, m.control(0, 64, 127)), Event(0, m.note_on(0, 60, 100))]
    score = Score(480, (Track.of([*pedal, Event(960, m.end_of_track())]),))
    recording = record(score)
    assert 1 < recording.seconds < 4
    assert silent(recording.samples[-int(REST * recording.rate) :])


def test_times_finer_than_a_file_can_hold_are_no_matter_for_the_ear() -> None:
    fine = Score(2**20, (Track.of([Event(1, m.note_on(0, 60, 100)), Event(2**20, m.note_off(0, 60))]),))
    assert not silent(record(fine).samples)


def test_an_empty_score_is_a_little_silence() -> None:
    recording = record(Score(480, ()))
    assert recording.seconds == REST
    assert silent(recording.samples)


# Level


@given(st.lists(st.integers(21, 108), min_size=1, max_size=6, unique=True), st.integers(20, 127))
@settings(max_examples=10)
def test_every_note_can_be_heard_and_none_is_clipped(pitches: list[int], velocity: int) -> None:
    score = Score.from_notes([0] * len(pitches), 0.5, pitches, velocity=velocity)
    samples = record(score, tail=0.5).samples
    assert 0 < np.abs(samples).max() <= PEAK + 1e-6


def test_louder_notes_are_louder() -> None:
    levels = [np.abs(record(Score.from_notes([0], [1], [60], velocity=v)).samples).max() for v in (30, 60, 90, 120)]
    assert levels == sorted(levels)
    assert levels[-1] > 4 * levels[0]


def test_what_would_be_overdriven_is_brought_down_in_one_piece() -> None:
    """A hundred keys struck at once: no sample at full scale, the words say so, and the ring is no distortion."""
    keys = np.arange(20, 120)
    loud = record(Score.from_notes(np.zeros(100), 0.5, keys, velocity=127))
    assert loud.gain < 1
    assert "brought down by" in loud.words
    assert abs(np.abs(loud.samples).max() - PEAK) < 1e-4
    assert (np.abs(loud.samples) > 0.999 * PEAK).sum() < 20  # a peak, not a plateau


def test_groups_of_keys_add_up_to_the_whole() -> None:
    """Where parts are rendered apart the sum is the same sound."""
    from mi_theme.sound.synthesis import FULL, _added, _groups, _rendered, _ringing

    score = _ringing(mi.render(style="solo-piano", length=4), 2)
    font = read_soundfont()[1]
    nothing = np.zeros((0, 2), np.float32)
    whole = _rendered(score, font) / FULL
    for count in (2, 3):
        parts = reduce(_added, [_rendered(group, font) for group in _groups(score, count)], nothing) / FULL
        assert np.sqrt(((parts - whole) ** 2).mean()) < 1e-3 * np.sqrt((whole**2).mean()) + 1e-4


@pytest.mark.parametrize("rate", [44_100, 11_025, 8_000])
def test_another_rate_is_made_piece_by_piece(rate: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same sound as in one piece, in a memory that does not grow with it."""
    at = np.arange(4 * recorder.PIECE + 77) / recorder.RATE
    tones = np.stack([np.sin(2 * np.pi * hertz * at) for hertz in (441.3, 3000.7)], axis=1).astype(np.float32)
    tracemalloc.start()
    pieces = recorder._resampled(tones, rate)
    assert tracemalloc.get_traced_memory()[1] < pieces.nbytes + 120 * recorder.PIECE
    tracemalloc.stop()
    monkeypatch.setattr(recorder, "PIECE", len(tones) + 480)
    whole = recorder._resampled(tones, rate)
    assert pieces.shape == whole.shape
    assert np.abs(pieces - whole)[rate // 10 : -rate // 10].max() < 1e-4


def test_thick_pedalled_music_keeps_its_first_notes() -> None:
    """Sixty notes under one pedal: the first one still rings, though the synthesizer has 64 voices."""
    count = 60
    rising = Score.from_notes(np.arange(count) / 8, 0.1, np.arange(36, 36 + count), velocity=90)
    track = rising.tracks[1]
    pedalled = Score(480, (rising.tracks[0], Track.of([Event(0, m.control(0, 64, 127)), *track])))
    alone = Score(
        480, (rising.tracks[0], Track.of([*list(pedalled.tracks[1])[:5], Event(rising.end, m.end_of_track())]))
    )
    first, whole = (spectrum(record(score, channels=1, tail=0).samples[-24000:, 0]) for score in (alone, pedalled))
    lowest = round(440 * 2 ** ((36 - 69) / 12) / 2)  # the first key, in steps of two hertz
    assert whole[lowest - 2 : lowest + 3].max() > 0.5 * first[lowest - 2 : lowest + 3].max() > 0


def spectrum(samples: np.ndarray) -> np.ndarray:
    return np.abs(np.fft.rfft(samples * np.hanning(len(samples))))


SAMPLE = ("bare", "solo-piano", "orchestra", "club")  # acoustic and electric, with drums and without
STYLES = [pytest.param(name, marks=[] if name in SAMPLE else pytest.mark.slow) for name in styles()]


@pytest.mark.parametrize("style", STYLES)
def test_every_part_of_every_style_can_be_heard(style: str) -> None:
    """Parts add up to the whole, so they are rendered one by one."""
    rendition = mi.render(form="clayton-mullen", style=style, length=20)
    sounds = {name: record(stem, tail=0.5).samples for name, stem in stems(rendition).items()}
    whole = sum(sounds.values())
    loud = np.sqrt((whole**2).mean())
    assert len(whole) > 48000 * rendition.tempos.seconds(rendition.quarters)
    assert loud > 0.01
    for name, samples in sounds.items():
        heard = samples[np.abs(samples) > 1e-3]
        assert len(heard) > 0.02 * samples.size, name
        assert np.sqrt((heard**2).mean()) > loud / 20, name


@pytest.mark.parametrize("style", ["club", "latin"])
def test_stems_add_up_to_the_whole(style: str) -> None:
    """Also where hand drums share the channel, and so the kit, of the drums."""
    rendition = mi.render(style=style, length=20, ending="loop")
    parts = sum(record(stem, tail=0).samples for stem in stems(rendition).values())
    whole = record(rendition, tail=0)
    assert whole.gain == 1
    assert np.sqrt(((parts - whole.samples) ** 2).mean()) < 0.01 * np.sqrt((whole.samples**2).mean())


# Forms of sound


def test_the_same_score_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    score = mi.render(style="bare", length=4)
    for ending in (".wav", ".ogg", ".flac", ".mp3"):
        assert score.play().to_bytes(ending) == score.play().to_bytes(ending), ending
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    first, second = (
        subprocess.run([sys.executable, "-c", ALONE], capture_output=True, check=True, env=os.environ).stdout
        for _ in range(2)
    )
    assert first == second
    assert first


ALONE = """
import hashlib, mi_theme as mi
sound = mi.Score.from_notes([0, 1], [1, 1], [60, 67]).play()
print(*(hashlib.sha256(sound.to_bytes(ending)).hexdigest() for ending in (".wav", ".ogg", ".mp3")))
"""


@pytest.mark.parametrize("ending", [".wav", ".ogg", ".flac", ".mp3"])
@pytest.mark.parametrize(("rate", "channels"), [(48000, 2), (22050, 1)])
def test_other_readers_hear_the_same(ending: str, rate: int, channels: int) -> None:
    import soundfile

    recording = record(tune([0, 1, 2]), rate=rate, channels=channels)
    samples, found = soundfile.read(io.BytesIO(recording.to_bytes(ending)), always_2d=True)
    assert found == rate
    assert samples.shape[1] == channels
    exact = ending in (".wav", ".flac")
    assert len(samples) == len(recording.samples) if exact else abs(len(samples) - len(recording.samples)) < 0.1 * rate
    level = np.sqrt((samples**2).mean()) / np.sqrt((recording.samples**2).mean())
    assert abs(level - 1) < (0.001 if exact else 0.05)


def test_a_wav_file_is_one_for_the_standard_library(tmp_path: Path) -> None:
    tune([0, 1]).to_wav(tmp_path / "a.wav", rate=44100)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 44100)


def test_mono_is_the_middle_of_stereo_and_other_rates_sound_alike() -> None:
    score = tune([0, 1.5, 3])
    stereo, mono, low = record(score), record(score, channels=1), record(score, rate=8000, channels=1)
    assert np.allclose(stereo.samples.mean(axis=1), mono.samples[:, 0], atol=1e-6)
    assert abs(low.seconds - mono.seconds) < 1e-3
    assert np.allclose(onsets_of(low), onsets_of(mono), atol=2 * NEAR)
    mine, theirs = spectrum(mono.samples[:48000, 0])[:3500], spectrum(low.samples[:8000, 0])[:3500]
    assert np.corrcoef(mine, theirs)[0, 1] > 0.999


def test_a_notebook_shows_a_player() -> None:
    recording = tune([0, 1]).play()
    html = recording._repr_html_()
    kind, data = re.fullmatch(
        r'<audio controls aria-label="[^"]+" src="data:([^;]+);base64,([^"]+)"></audio>', html
    ).groups()
    assert kind == "audio/mpeg"
    assert b64decode(data) == recording.to_bytes(".mp3")
    assert "save(" in repr(recording)
    assert not recording.samples.flags.writeable


# What is not there


def hidden(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    for package in packages:
        monkeypatch.setitem(sys.modules, package, None)


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hidden(monkeypatch, "midirenderer")
    with pytest.raises(MissingExtra, match=r"midirenderer: pip install midirenderer, or .* extra \[audio\]"):
        tune([0]).to_wav(tmp_path / "a.wav")
    assert not list(tmp_path.iterdir())


def test_without_soundfile_there_is_still_wav(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hidden(monkeypatch, "soundfile")
    tune([0]).to_wav(tmp_path / "a.wav")
    assert "audio/wav" in tune([0]).play()._repr_html_()
    with pytest.raises(MissingExtra, match="soundfile"):
        tune([0]).to_ogg(tmp_path / "a.ogg")
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A system without soundfonts; its only folder."""
    monkeypatch.delenv(VARIABLE)
    monkeypatch.delenv(SYSTEM)
    monkeypatch.setattr(soundfonts, "FOLDERS", {"linux": (str(tmp_path),)})
    monkeypatch.setattr(soundfonts, "PACKAGES", ())
    return tmp_path


def test_without_a_soundfont_the_message_says_how_to_get_one(bare: Path) -> None:
    with pytest.raises(FileError) as caught:
        tune([0]).play()
    words = str(caught.value)
    for said in ("pip install pretty_midi", "apt install", "dnf install", "macOS", "Windows", VARIABLE):
        assert said in words
    assert "\n" not in words


def test_where_a_soundfont_is_found(bare: Path, font: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundfonts, "PACKAGES", (("pretty_midi", font.name), ("no_such_package", "x.sf2")))
    assert find_soundfont() == font
    head = font.read_bytes()[:64]
    for name in ("strange.sf2", "GeneralUser GS.sf2", "FluidR3_GM.SF2"):
        (bare / name).write_bytes(head)
        assert find_soundfont() == bare / name  # each comes before those that were there
    (bare / "default.sf2").write_bytes(b"no soundfont")
    (bare / "default-GM.sf3").write_bytes(head)
    assert find_soundfont() == bare / "FluidR3_GM.SF2"
    monkeypatch.setenv(VARIABLE, str(bare / "strange.sf2"))
    assert find_soundfont() == bare / "strange.sf2"


def test_the_system_can_be_put_out_of_sight(bare: Path, font: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "default.sf2").write_bytes(font.read_bytes()[:64])
    monkeypatch.setattr(soundfonts, "PACKAGES", (("pretty_midi", font.name),))
    assert find_soundfont() == bare / "default.sf2"
    monkeypatch.setenv(SYSTEM, "0")
    assert find_soundfont() == font
    monkeypatch.setattr(soundfonts, "PACKAGES", ())
    with pytest.raises(FileError, match="no General MIDI soundfont"):
        find_soundfont()


def test_the_package_is_asked_for_before_a_soundfont(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden(monkeypatch, "midirenderer")
    with pytest.raises(MissingExtra, match="midirenderer"):
        tune([0]).play()


def test_the_licence_of_the_sounds_is_said(font: Path) -> None:
    assert tune([0]).play().words.endswith("TimGM6mb.sf2 (GPL-2)")


@pytest.mark.parametrize("system", ["linux", "darwin", "win32", "freebsd14"])
def test_every_system_has_folders_to_look_in(system: str, monkeypatch: pytest.MonkeyPatch, font: Path) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(sys, "platform", system)
    assert find_soundfont().suffix == ".sf2"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a soundfont"),
        (b"MThd", "not a soundfont"),
        (b"RIFF\0\0\0\0sfbkLIST\0\0\0\0INFOifil\4\0\0\0\3\0\0\0", "compressed"),
        (b"RIFF\0\0\0\0sfbkLIST\0\0\0\0INFOifil\4\0\0\0\2\0\1\0", "cannot be made"),
    ],
)
def test_a_file_that_is_no_soundfont_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "bad.sf2"
    path.write_bytes(data)
    with pytest.raises(FileError, match=words) as caught:
        record(tune([0]), soundfont=path)
    assert "\n" not in str(caught.value)


def test_a_variable_that_names_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/nowhere/a.sf2")
    with pytest.raises(FileError, match=f"{VARIABLE} names /nowhere/a.sf2"):
        find_soundfont()


@pytest.mark.parametrize("options", [{"rate": 47999}, {"rate": 0}, {"channels": 3}, {"tail": -1}, {"tail": 1e9}])
def test_options_without_sense_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ScoreError):
        record(tune([0]), **options)


def test_music_without_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(ScoreError, match="lasts 500 minutes"):
        record(tune([0, 60_000]))


def test_a_wrong_name_is_refused_before_anything_is_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden(monkeypatch, "midirenderer")
    for name, words in (("a.mp4", ".mp4"), ("a", "end the name")):
        with pytest.raises(FileError, match=words):
            tune([0]).to_wav(tmp_path / name)
    with pytest.raises(FileError, match=r"end the name in \.ogg"):
        tune([0]).to_ogg(tmp_path / "a.wav")
    with pytest.raises(FileError, match=r"as sound, in \.wav"):
        tune([0]).save(tmp_path / "a.mp4")


# The command line


def run(*arguments: str) -> object:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_sound_takes_any_score_and_says_what_it_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tune([0, 1, 2, 3], duration=1).save("a.mid")
    tune([0, 1, 2, 3], duration=1).save("b.musicxml")
    assert re.search(r"wrote a\.wav: 0:0\d, stereo, 48000 Hz, TimGM6mb\.sf2", run("sound", "a.mid").stderr)
    assert run("sound", "b.musicxml", "-o", "b.ogg", "--mono", "--rate", "22050").exit_code == 0
    with wave.open("a.wav") as file:
        frames = file.getnframes()
    assert run("sound", "a.mid", "-o", "c.wav", "--count-in", "1", "--tail", "0").exit_code == 0
    with wave.open("c.wav") as file:
        assert file.getnframes() == 4 * 48000  # a bar of two seconds before two seconds
    assert frames > 2 * 48000
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    piped = subprocess.run(
        [sys.executable, "-m", "mi_theme", "sound", "a.mid", "-o", "-"], capture_output=True, check=True
    )
    assert piped.stdout == Path("a.wav").read_bytes()


def test_render_makes_sound_beside_the_file_or_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("render", "--bars", "4", "--style", "bare", "--wav", "a.wav", "--ogg", "a.ogg").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ogg", "a.wav"]
    assert run("render", "--bars", "4", "--style", "bare", "-o", "b.mid", "--wav", "b.wav").exit_code == 0
    assert Path("a.wav").read_bytes() == Path("b.wav").read_bytes()
    counted = run("render", "--bars", "4", "--style", "bare", "-o", "c.mid", "--count-in", "2", "--click")
    assert counted.exit_code == 0
    assert "Click" in [part.name for part in mi.read("c.mid").parts]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sound", "/nowhere.mid"], "No such file"),
        (["sound", "a.mid", "-o", "a.mp4"], "end the name in one of these"),
        (["sound", "a.mid", "--rate", "1"], "rates"),
        (["sound", "a.mid", "--count-in", "-1"], "0 to 16, not -1"),
        (["sound", "a.mid", "--soundfont", "/nowhere.sf2"], "No such file"),
        (["sound", "a.mid", "-o", "/no/where.wav"], "there is no folder"),
        (["render", "--wav", "a.mid"], "end the name in .wav"),
    ],
)
def test_wrong_calls_are_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    tune([0]).save("a.mid")
    result = run(*arguments)
    assert result.exit_code == 1
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.mid"]
