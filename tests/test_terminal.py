"""What reaches a terminal, an interrupt and a closed output."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from midi_making import chunk, header

from mi_theme.cli.terminal import readable
from mi_theme.score.messages import one_line

COMMAND = [sys.executable, "-c", "from mi_theme.cli import main; main()"]
NASTY = "A\x1b]0;OWNED\x07\x1b[31mred\r\n  marker  bar 1    FORGED\0\u202e"
BAD = ("\x1b]0;", "\x1b[31m", "\0", "\x07", "\n  marker  bar 1    FORGED", "\u202e")


def midi_file(events: bytes) -> bytes:
    """One track of them."""
    return header(0, 1, 480) + chunk(b"MTrk", b"\0\xff\x58\x04\x04\x02\x18\x08" + events + b"\0\xff\x2f\0")


def seen(*arguments: str) -> str:
    """What a terminal gets from a command."""
    ours, its = pty.openpty()
    with subprocess.Popen([*COMMAND, *arguments], stdout=its, stderr=its, stdin=subprocess.DEVNULL):
        os.close(its)
        pieces = []
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the command has ended
                break
            if not piece:
                break
            pieces.append(piece)
    os.close(ours)
    return b"".join(pieces).decode("utf-8", "surrogateescape").replace("\r\n", "\n")


@pytest.fixture
def nasty(tmp_path: Path) -> str:
    text = NASTY.encode()
    names = b"".join(bytes([0, 0xFF, kind, len(text)]) + text for kind in (1, 3, 6))
    notes = b"\0\x90\x3c\x50\x83\x60\x80\x3c\0" * 8
    path = tmp_path / "a.mid"
    path.write_bytes(midi_file(names + notes))
    return str(path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("info", "FILE"),
        ("convert", "FILE", "3/4", "--explain"),
        ("find", "FILE", "--theme", "FILE", "--max-evalue", "inf"),
        ("which-meter", "FILE"),
        ("info", "no\x1b]0;OWNED\x07.mid"),
    ],
)
def test_nothing_of_a_file_commands_a_terminal(nasty: str, arguments: tuple[str, ...]) -> None:
    said = seen(*(nasty if word == "FILE" else word for word in arguments))
    assert len(said) > 20
    assert not [sign for sign in BAD if sign in said]


def test_readable_text_is_what_it_was() -> None:
    plain = "Ä, ♩ = 60, 日本\tא\n"
    assert readable(plain) == plain
    assert readable("\x1b\udc80\u202e") == "\\u001b\\udc80\\u202e"
    assert one_line("a\r\nb\u2028c") == "a b c"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_ends_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    begun, out = tmp_path / "begun", tmp_path / "o.mid"
    waits = (
        "import pathlib, sys, time, mi_theme.cli.render_commands as r\n"
        f"def slow(*_, **__): pathlib.Path({str(begun)!r}).touch(); time.sleep(60)\n"
        "import mi_theme.renditions\n"
        "mi_theme.renditions.arrange = slow\n"
        "from mi_theme.cli import main\nmain()"
    )
    command = [sys.executable, "-c", waits, "render", "-o", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        while not begun.exists() and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1].decode()
    assert (process.returncode, said.strip()) == (130, "mi-theme: interrupted")
    assert [path.name for path in tmp_path.iterdir()] == ["begun"]


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
def test_a_closed_output_is_one_line(nasty: str) -> None:
    line = f'"{sys.executable}" -c "{COMMAND[2]}" convert "{nasty}" --to 3/4 -o - >&-'
    ended = subprocess.run(["sh", "-c", line], stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 1
    assert "standard output is closed" in ended.stderr.decode()


def test_hours_of_silence_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "gap.mid"
    path.write_bytes(midi_file(b"\0\x90\x3c\x50\x04\x80\x3c\0\xff\xff\xff\x7f\x90\x3c\x50\x04\x80\x3c\0"))
    ended = subprocess.run([*COMMAND, "convert", str(path), "--to", "7/8"], capture_output=True, check=False)
    assert ended.returncode == 1
    assert "that is damage, and no music" in ended.stderr.decode()
