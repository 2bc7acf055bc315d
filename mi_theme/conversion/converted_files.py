"""Every score of a folder in another metre, into another folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Unpack

from mi_theme.conversion import convert
from mi_theme.conversion.request import Options, Request, with_options
from mi_theme.errors import FileError, MiThemeError
from mi_theme.executors import Failed, one_by_one
from mi_theme.executors.batched_work import Progress
from mi_theme.files import ENDINGS, read
from mi_theme.files.formats import WRITTEN
from mi_theme.files.walks import files_under
from mi_theme.meter import Meter

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["ConvertedFile", "convert_files"]


class ConvertedFile(NamedTuple):
    """A file of a folder, and what became of it.

    Attributes
    ----------
    source, place
        Its name, and where its conversion stands.
    error
        Why there is none; None where there is one.
    """

    source: Path
    place: Path
    error: MiThemeError | OSError | None = None


@with_options(Options)
def convert_files(
    folder: str | PathLike[str] | Iterable[str | PathLike[str]],
    out: str | PathLike[str],
    meter: str | Meter,
    *,
    progress: Progress | None = None,
    executor: Executor | None = None,
    **options: Unpack[Options],
) -> Iterator[ConvertedFile]:
    """Carry every score of a folder into another metre, file by file; one that fails stops no other.

    Parameters
    ----------
    folder, out
        Where the scores are (a folder, a file, or a list of such), and where their conversions go, under the same names;
        what cannot be written again (ABC, kern) becomes MusicXML. Folders are made where they are needed.
    meter, source, how, part, drums, accompaniment, bars, ratio, keep, grouping, feel, runs
        As for `convert`.
    progress, executor
        As for `executors.one_by_one`.

    Yields
    ------
    ConvertedFile
        In the order of the names.

    Raises
    ------
    TextError, UnknownName, FileError
        Where text is no metre, a name unknown, there are no scores, or they would be written over.
    """
    Request.of(meter, options)
    roots = [folder] if isinstance(folder, str | PathLike) else [*folder]
    places = _places([Path(root) for root in roots], Path(out))
    work = partial(_converted, str(meter), options)
    for (source, place), found in one_by_one(work, [*places.items()], executor=executor, progress=progress):
        yield ConvertedFile(source, place, FileError(found.reason) if isinstance(found, Failed) else found)


def _converted(meter: str, options: Options, pair: tuple[Path, Path]) -> MiThemeError | OSError | None:
    """Why a file was not converted; None where it was."""
    source, place = pair
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        convert(read(source), meter, **options).save(place)
    except (MiThemeError, OSError) as error:
        return error
    return None


def _places(roots: list[Path], out: Path) -> dict[Path, Path]:
    """Where each score goes: under its own name in its folder, what cannot be written again as MusicXML."""
    if any(root.exists() and out.exists() and out.samefile(root if root.is_dir() else root.parent) for root in roots):
        raise FileError(f"{out}: this is what is converted; write the result somewhere else")
    inside = os.path.realpath(out)
    files = {
        path: out / (path.relative_to(root) if path != root else path.name)
        for root in roots
        for path in files_under(root)
        if not Path(os.path.realpath(path)).is_relative_to(inside)
    }
    if not files:
        raise FileError(f"{roots[0] if roots else 'here'}: there are no scores in it ({', '.join(ENDINGS)})")
    places: dict[Path, Path] = {}
    taken: dict[Path, Path] = {}
    for path, place in sorted(files.items(), key=lambda item: item[0].suffix.lower() not in WRITTEN):
        if path.suffix.lower() not in WRITTEN:
            plain = place.with_suffix(".musicxml")
            place = place.with_name(f"{place.name}.musicxml") if plain in taken else plain
        if place in taken:
            raise FileError(f"{path} and {taken[place]} would both be {place}: convert one of them alone")
        places[path], taken[place] = place, path
    return {path: places[path] for path in files}
