"""Where a General MIDI soundfont is found: the sounds of the instruments, which mi_theme does not bring along."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from os import PathLike
from pathlib import Path

from mi_theme.errors import FileError
from mi_theme.file_bytes import file_bytes

__all__ = ["SYSTEM", "VARIABLE", "credited", "find_soundfont", "read_soundfont"]

VARIABLE = "MI_THEME_SOUNDFONT"
SYSTEM = "MI_THEME_SYSTEM"  # 0: what the system has is out of sight, so that every machine sounds alike
# where each system keeps them; ~ and %NAME% are filled in
FOLDERS = {
    "linux": (
        "~/.local/share/soundfonts",
        "~/.local/share/sounds/sf2",
        "/usr/local/share/soundfonts",
        "/usr/local/share/sounds/sf2",
        "/usr/share/soundfonts",
        "/usr/share/sounds/sf2",
    ),
    "darwin": (
        "~/Library/Audio/Sounds/Banks",
        "/Library/Audio/Sounds/Banks",
        "/opt/homebrew/share/soundfonts",
        "/usr/local/share/soundfonts",
    ),
    "win32": (
        "%USERPROFILE%/Documents/SoundFonts",
        "%LOCALAPPDATA%/SoundFonts",
        "%PROGRAMDATA%/SoundFonts",
        "%SYSTEMDRIVE%/SoundFonts",
    ),
}
# General MIDI by name, the system's own choice first; any other .sf2 comes after them
GENERAL = ("default", "fluidr3_gm", "fluidr3", "generaluser", "musescore_general", "timgm6mb", "gm")
PACKAGES = (("pretty_midi", "TimGM6mb.sf2"),)  # Python packages that bring one
LICENCES = {"TimGM6mb.sf2": "GPL-2"}  # by Tim Brechbill; as Debian packs it
HOW = (
    "no General MIDI soundfont (.sf2) was found. Any system: pip install pretty_midi, which brings one. "
    "Debian, Ubuntu: apt install timgm6mb-soundfont. Fedora: dnf install fluid-soundfont-gm. "
    "macOS: put one in ~/Library/Audio/Sounds/Banks. Windows: in Documents\\SoundFonts. "
    f"Or name a file in {VARIABLE}"
)


def find_soundfont() -> Path:
    """The soundfont that is used where none is named.

    The file that the environment variable ``MI_THEME_SOUNDFONT`` names, else one
    in the system's folders, else one that an installed package brings. With
    ``MI_THEME_SYSTEM=0`` in the environment the system's folders are passed over.

    Returns
    -------
    Path
        Of an .sf2 file.

    Raises
    ------
    FileError
        Where there is none; the message says how to get one. Where the variable
        names no file.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).expanduser().is_file():
            raise FileError(f"{VARIABLE} names {named}, and there is no such file")
        return Path(named).expanduser()
    found = next((path for path in _candidates() if not _fault(path)), None)
    if found is None:
        raise FileError(HOW)
    return found


def read_soundfont(path: str | PathLike[str] | None = None) -> tuple[Path, bytes]:
    """A soundfont's path and bytes; without a path the one that `find_soundfont` finds.

    Raises
    ------
    FileError
        Where it is none that can be played.
    OSError
        Where it cannot be opened.
    """
    found = find_soundfont() if path is None else Path(path)
    data = file_bytes(found)
    if fault := _fault(found):
        raise FileError(f"{found}: {fault}")
    return found, data


def credited(path: Path) -> str:
    """A soundfont's name, with its licence where it is known."""
    name = path.resolve().name
    return f"{name} ({LICENCES[name]})" if name in LICENCES else name


def _candidates() -> Iterator[Path]:
    """Files of the system's folders, then of packages."""
    for folder in FOLDERS.get(sys.platform, FOLDERS["linux"]) if os.environ.get(SYSTEM) != "0" else ():
        place = Path(os.path.expandvars(folder)).expanduser()
        files = place.iterdir() if place.is_dir() and os.access(place, os.R_OK | os.X_OK) else ()
        yield from sorted((file for file in files if file.suffix.lower() == ".sf2"), key=_preference)
    for package, name in PACKAGES:
        spec = find_spec(package)
        yield from (Path(place) / name for place in (spec.submodule_search_locations if spec else None) or ())


def _preference(path: Path) -> tuple[int, str]:
    """Known General MIDI banks first; the name decides, so that every run finds the same."""
    name = path.stem.lower().replace(" ", "_").replace("-", "_")
    return next((place for place, known in enumerate(GENERAL) if name.startswith(known)), len(GENERAL)), name


def _fault(path: Path) -> str:
    """Why a file cannot be played, or nothing: SF2 is RIFF of the kind ``sfbk``, its version number comes first."""
    try:
        with path.open("rb") as file:
            head = file.read(34)
    except OSError as error:
        return error.strerror or "cannot be read"
    if head[:4] != b"RIFF" or head[8:12] != b"sfbk":
        return "not a soundfont: an .sf2 file is needed"
    if head[24:28] == b"ifil" and head[32] > 2:
        return "a compressed soundfont (SF3) cannot be played: an .sf2 file is needed"
    return ""
