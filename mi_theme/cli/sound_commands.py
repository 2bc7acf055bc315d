"""``mi-theme sound``, and what makes sound in other commands."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from shlex import quote
from shutil import which
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mi_theme.cli.shared import say
from mi_theme.cli.terminal import binary_output
from mi_theme.errors import FileError

if TYPE_CHECKING:
    from mi_theme.score import Score

__all__ = ["click_options", "clicked", "play", "sound", "write_sound"]

# programs that play a sound file, with what they are told beside its name
PLAYERS = (
    ("afplay",),
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("mpv", "--no-video", "--really-quiet"),
    ("play", "-q"),
)

F = TypeVar("F", bound=Callable[..., Any])


def click_options(command: F) -> F:
    """Options that add a click: bars counted in, and a click through the music."""
    click_help = "A click through the music: bar lines, groups, pulses."
    for option in (
        click.option("--click", "with_click", is_flag=True, help=click_help),
        click.option("--count-in", type=int, default=0, metavar="BARS", help="Bars of click before the music."),
    ):
        command = option(command)
    return command


def clicked(score: Score, count_in: int, with_click: bool) -> Score:
    """The score with the click that the options ask for."""
    return score.with_click(count_in, during=with_click) if count_in or with_click else score


@click.command()
@click.argument("file", type=click.Path())
@click.option(
    "-o", "--out", help="FILE.wav, .ogg, .flac or .mp3; - for WAV on standard output. Without it FILE's name in .wav."
)
@click.option("--rate", type=int, default=48000, show_default=True, help="Frames a second: 48000, 44100 ... 8000.")
@click.option("--mono", is_flag=True, help="One channel instead of two.")
@click.option("--tail", type=float, help="Seconds after the end; as long as it rings without it.")
@click.option("--soundfont", type=click.Path(), help="An SF2 file; found without it.")
@click_options
def sound(
    file: str,
    out: str | None,
    rate: int,
    mono: bool,
    tail: float | None,
    soundfont: str | None,
    count_in: int,
    with_click: bool,
) -> None:
    """Make sound of a score: WAV, OGG, FLAC or MP3, with a click if wanted."""
    from mi_theme.files import read

    score = clicked(read(file), count_in, with_click)
    name = out or f"{Path(file).stem}.wav"
    write_sound(score, [name], rate=rate, channels=1 if mono else 2, tail=tail, soundfont=soundfont)


@click.command()
@click.argument("file", type=click.Path())
@click.option("--soundfont", type=click.Path(), help="An SF2 file; found without it.")
@click_options
def play(file: str, soundfont: str | None, count_in: int, with_click: bool) -> None:
    """Play a file, with a click if wanted, by the player that this system has; Ctrl-C ends it."""
    from mi_theme.files import read
    from mi_theme.sound.synthesis import synthesizer

    synthesizer()  # without what makes sound no player is looked for
    player = next(([found, *more] for name, *more in PLAYERS if (found := which(name))), None)
    if player is None:
        names = ", ".join(name for name, *_ in PLAYERS)
        raise FileError(
            f"no player was found ({names}); make a sound file: mi-theme sound {quote(file)} -o {quote(Path(file).stem)}.wav"
        )
    recording = clicked(read(file), count_in, with_click).play(soundfont=soundfont)
    with TemporaryDirectory() as folder:
        place = Path(folder) / "played.wav"
        recording.save(place)
        say(f"{file}: {recording.words}")
        with suppress(KeyboardInterrupt):
            if subprocess.run([*player, str(place)], stdin=subprocess.DEVNULL, capture_output=True).returncode:
                raise FileError(
                    f"{Path(player[0]).name} plays nothing here; make a sound file: mi-theme sound {quote(file)} -o {quote(Path(file).stem)}.wav"
                )


def write_sound(score: Score, names: Sequence[str], **options: Any) -> None:
    """Record once, write each file (WAV to standard output for ``-``) and say so."""
    from mi_theme.sound.recorder import checked_ending

    for name in names:
        _ = name == "-" or checked_ending(name)
    if not names:
        return
    recording = score.play(**options)
    for name in names:
        if name == "-":
            output = binary_output()
            output.write(recording.to_bytes())
            output.flush()
        else:
            recording.save(name)
        say(f"wrote {'standard output' if name == '-' else name}: {recording.words}")
