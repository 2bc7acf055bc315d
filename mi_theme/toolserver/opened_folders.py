"""The folders that a user has opened to a chat model: what may be read, and where may be written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from mi_theme.errors import FileError
from mi_theme.files import ENDINGS
from mi_theme.files.disk import place_of

__all__ = ["OpenedFolders"]


@dataclass(frozen=True)
class OpenedFolders:
    """Folders, and the files in them by names that cannot lead out.

    Attributes
    ----------
    places
        Where they really are, links followed.
    """

    places: tuple[Path, ...] = ()

    @classmethod
    def of(cls, folders: Iterable[str | PathLike[str]]) -> OpenedFolders:
        """The folders of these names.

        Parameters
        ----------
        folders
            Their names.

        Raises
        ------
        FileError
            Where one of them is no folder.
        """
        places = []
        for folder in folders:
            if not Path(folder).is_dir():
                raise FileError(f"{folder}: there is no such folder")
            places.append(Path(folder).resolve())
        return cls(tuple(dict.fromkeys(places)))

    def source(self, name: str) -> Path:
        """The file or folder that may be read by a name.

        Parameters
        ----------
        name
            A name within a folder, or a whole one that lies in it; ``book.abc#3`` is a tune of a book.

        Raises
        ------
        FileError
            Where it leads out of the folders, or there is nothing there.
        """
        for path in self._inside(name):
            if place_of(path)[0].exists():
                return path
        raise FileError(f"{name}: there is no such file in {self}")

    def target(self, name: str, *, overwrite: bool = False) -> Path:
        """The file that may be written by a name.

        Parameters
        ----------
        name
            As for `source`; within the first folder, if it is not a whole one.
        overwrite
            Whether a file of that name may be written over.

        Raises
        ------
        FileError
            Where it leads out of the folders, its own folder is not there, or a file is, unasked.
        """
        path = next(self._inside(name))
        if not path.parent.is_dir():
            raise FileError(f"{name}: its folder is not there")
        if path.is_dir():
            raise FileError(f"{name}: this is a folder; give the name of a file")
        if path.exists() and not (overwrite and path.is_file()):
            raise FileError(f"{name}: this is there already; take another name, or say overwrite")
        return path

    def scores(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """The files of music in a folder and in its folders, and those of them that lead out and are left alone.

        Parameters
        ----------
        folder
            What `source` gave.
        """
        inside: list[Path] = []
        outside: list[Path] = []
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in ENDINGS and not any(
                part.startswith(".") for part in path.relative_to(folder).parts
            ):
                if not self._holds(Path(os.path.realpath(path))):  # which raises nothing where links go in a circle
                    outside.append(path)
                elif path.is_file():
                    inside.append(path)
        return inside, outside

    def shown(self, words: str) -> str:
        """Some `words` with files named as within their folder, where there is one folder."""
        return words.replace(f"{self.places[0]}{os.sep}", "") if len(self.places) == 1 else words

    def _inside(self, name: str) -> Iterator[Path]:
        """What a name may mean, folder by folder; at least one."""
        if not self.places:
            raise FileError(
                f"{name}: no folder was opened; start mi-theme mcp FOLDER, or give the music itself as text"
            )
        try:
            found = [path for place in self.places if self._holds(path := _followed(place / name))]
        except ValueError:  # a name with a character that no name has
            raise FileError(f"{name!r}: this is no name of a file") from None
        if not found:
            raise FileError(f"{name}: this is outside of what was opened, {self}")
        yield from found

    def _holds(self, path: Path) -> bool:
        return any(path.is_relative_to(place) for place in self.places)

    def __str__(self) -> str:
        return ", ".join(map(str, self.places)) or "no folder"


def _followed(path: Path) -> Path:
    """Where a path leads, links followed, also that of the book in which a tune stands."""
    file, number = place_of(path)
    real = Path(os.path.realpath(file))
    return real.with_name(f"{real.name}#{number}") if number else real
