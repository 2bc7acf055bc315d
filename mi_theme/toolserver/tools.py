"""The tools: what a chat model can ask for, each as a function of text that gives an `Answer`.

They run in a process of their own, write nothing, and raise what the library raises; files that they make are bytes with
a place. To add a tool is to add a function, and its row in `TOOLS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from mi_theme.errors import FileError, ScoreError
from mi_theme.files.disk import is_text, place_of
from mi_theme.score import Score
from mi_theme.toolserver.opened_folders import OpenedFolders
from mi_theme.toolserver.tool_arguments import (
    Accompaniment,
    Bars,
    Drums,
    Feel,
    Groups,
    How,
    Keep,
    Metre,
    Music,
    Overwrite,
    Part,
    Place,
    Ratio,
    Runs,
    SaveAs,
    Source,
    Theme,
)

if TYPE_CHECKING:
    from mi_theme.engraving import Drawing

__all__ = ["TOOLS", "Answer", "MadeFile", "Tool", "Toolbox"]

LARGEST_TEXT = 2**20  # bytes of music in a message: ten times what a model can write
LARGEST_FILE = 64 * 2**20  # bytes, as in a search
LARGEST_ANSWER = 2**18  # bytes of a file that is part of an answer; a larger one is saved
MOST_NOTES = 100_000  # of a piece that is converted, compared or looked at: more take minutes
GIVEN = {"musicxml": ".musicxml", "midi": ".mid"}  # forms of a result in an answer, and how their files end
MOST_ROWS = 40  # of a list
MOST_LISTED = 500  # files named
SHARE = 0.7  # of the time of a call that a search may read files, so that it can end with what it has


class MadeFile(NamedTuple):
    """A file that a tool made: a `name` to show it by, its `data`, and the `place` where it shall be written, if any."""

    name: str
    data: bytes
    place: Path | None = None


class Answer(NamedTuple):
    """What a tool says in `words`, and the `files` that it made; a refusal has `refused` set."""

    words: str
    files: tuple[MadeFile, ...] = ()
    refused: bool = False


class Toolbox:
    """The tools on some folders.

    Parameters
    ----------
    folders
        What is open.
    seconds
        How long a call may take.
    """

    def __init__(self, folders: OpenedFolders, seconds: float) -> None:
        self.folders = folders
        self.end = monotonic() + SHARE * seconds

    # Tools

    def files(
        self, folder: Annotated[str, Field(description="A folder in what is open; . for all of it.")] = "."
    ) -> Answer:
        """List the scores that can be read: MIDI, MusicXML, ABC and kern files in the opened folders."""
        if not self.folders.places:
            return Answer("no folder was opened: give music as text; start mi-theme mcp FOLDER to open one")
        places = self.folders.places if folder == "." else (self.folders.source(folder),)
        names = [str(path) for place in places for path in self.folders.scores(place)[0]]
        more = [f"... and {len(names) - MOST_LISTED} more: name a folder"] if len(names) > MOST_LISTED else []
        return Answer(
            "\n".join([*names[:MOST_LISTED], *more]) or f"there are no scores in {', '.join(map(str, places))}"
        )

    def meter(self, meter: Metre) -> Answer:
        """Draw a bar of a metre: its pulses, its groups, how one counts it, how much each pulse weighs."""
        from mi_theme.views.bars import drawn

        return Answer(drawn(meter))

    def which_meter(self, where: Place) -> Answer:
        """Say which metre music is in by its notes, whatever the file states: guesses with their probabilities, or "not sure"."""
        from mi_theme.rhythm import induce_meter, sure_guess

        def said(score: Score) -> str:
            guesses = induce_meter(score)
            sure = sure_guess(guesses)
            likely = ", ".join(f"{guess.meter} {guess.probability:.2f}" for guess in islice(guesses, 3))
            certain = f"; the bar is certain to {guesses[0].certainty:.2f}" if guesses else ""
            return f"{sure.meter if sure else 'not sure'} ({likely or 'too few notes'}{certain})"

        if not self._is_folder(where):
            return Answer(said(self._score(where)))
        lines = []
        paths, outside = self.folders.scores(self.folders.source(where))
        for path in paths:
            try:
                self._in_time()
                lines.append(f"{path}: {said(self._score(str(path)))}")
            except (ValueError, OSError) as error:
                lines.append(f"{path}: left out: {error}")
            except KeyboardInterrupt:
                lines.append(f"out of time: {len(paths) - len(lines)} files were not looked at")
                break
        return Answer("\n".join([*lines, *_left_alone(outside)]) or f"{where}: there are no scores")

    def adapt(
        self,
        meter: Metre,
        how: How = None,
        theme: Theme = None,
        bars: Bars = None,
        part: Part = None,
        tonic: Annotated[str | None, Field(description="Tonic, such as G or Bb.")] = None,
        mode: Annotated[str | None, Field(description="minor, major, dorian ...")] = None,
        grouping: Groups = None,
        ratio: Literal["1/4", "1/2", "1", "2", "4"] = "1",
        save_as: SaveAs = None,
        overwrite: Overwrite = False,
    ) -> Answer:
        """Carry a theme of one or two bars into another metre: the plan note by note, what a listener has again, and what it costs."""
        from mi_theme.themes import Theme
        from mi_theme.themes import theme as quoted
        from mi_theme.views import draw

        place = self._target(save_as, overwrite)
        if theme is None and (bars or part is not None):
            raise ScoreError("bars and part go with a theme of your own")
        one = (
            quoted(tonic, mode)
            if theme is None
            else Theme.from_score(self._score(theme), bars, part, tonic=tonic, mode=mode)
        )
        adaptation = one.to_meter(meter, how, ratio=Fraction(ratio), grouping=grouping)
        made = place and self._made(
            place, adaptation.theme.to_score(), adaptation.plan.as_dict(), lambda: draw(adaptation)
        )
        return Answer(str(adaptation), (made,) if made else ())

    def plan(self, score: Music, meter: Metre, **options: Any) -> Answer:
        """Say what would happen to a score in another metre, bar by bar, before it happens: which notes stay, move, go, and why."""
        from mi_theme.conversion import plan

        return Answer(str(plan(self._score(score), meter, **_read(options))))

    def convert(
        self,
        score: Music,
        meter: Metre,
        save_as: SaveAs = None,
        overwrite: Overwrite = False,
        give: Annotated[
            Literal["musicxml", "midi"],
            Field(description="The form of a result that is not saved and comes in the answer."),
        ] = "musicxml",
        **options: Any,
    ) -> Answer:
        """Carry a score into another metre: the plan in words, and the result as a file or in the answer."""
        from mi_theme.conversion import plan
        from mi_theme.views import draw

        place = self._target(save_as, overwrite)
        music = self._score(score)
        made = plan(music, meter, **_read(options))
        name = Path(f"result{GIVEN[give]}") if place is None else place
        file = self._made(name, made.apply(music), made.as_dict(), lambda: draw(made))
        if place is None and len(file.data) > LARGEST_ANSWER:
            return Answer(
                f"{made}\n\nThe result has {len(file.data)} bytes, too many for an answer: say where to save it (save_as)."
            )
        return Answer(str(made), (file if place else file._replace(place=None),))

    def compare(self, score: Music, meter: Metre, **options: Any) -> Answer:
        """Set every strategy side by side on a score: how many notes each keeps, moves, drops and adds, and what it costs."""
        from mi_theme.conversion import compare

        return Answer(str(compare(self._score(score), meter, **_read(options))))

    def find(
        self,
        where: Place,
        theme: Theme = None,
        bars: Bars = None,
        part: Part = None,
        max_evalue: Annotated[float, Field(description="The most hits as good that chance may bring.", ge=0)] = 0.01,
        top: Annotated[int, Field(description="At most that many hits.", ge=1, le=200)] = 20,
        invert: Annotated[bool, Field(description="Look for the theme upside down as well.")] = False,
    ) -> Answer:
        """Find a theme in a score or a folder, in any key, tempo and metre, with notes missing or changed: where, how, how surprising."""
        from mi_theme.search import Pattern, find
        from mi_theme.search.corpus.folders import search_files
        from mi_theme.search.finding import too_short
        from mi_theme.search.patterns import passage_of
        from mi_theme.themes import theme as quoted

        pattern = Pattern.to_search(quoted() if theme is None else passage_of(self._score(theme), bars, part))
        options: dict[str, Any] = {"max_evalue": max_evalue, "top": top, "invert": invert}
        if not self._is_folder(where):
            score = self._score(where)
            hits, notes, lines = find(pattern, score, **options), len(score.note_table()), []
        else:
            from mi_theme.listings import Listing

            paths, outside = self.folders.scores(self.folders.source(where))
            if not paths:
                raise FileError(f"{where}: there are no scores in it")
            found = search_files(pattern, paths, progress=self._in_time, partial=True, **options)
            hits, notes = Listing(found.hits), found.notes
            lines = [f"left out: {unread.source}: {unread.reason}" for unread in found.unread[:MOST_ROWS]]
            lines += [] if found.complete else [f"out of time: {found.files} of {len(paths)} files were searched"]
            lines += _left_alone(outside)
            lines += [f"{len(hits)} hits in {found.files} files, {notes} notes"]
        short = "" if hits else too_short(pattern, notes, max_evalue, in_files=self._is_folder(where))
        return Answer("\n".join([str(hits) if hits else "no hit", *([short] if short else []), *lines]))

    def lineage(
        self,
        film: Annotated[
            str | int | None, Field(description="A film by number (1 to 8), title or year; all without it.")
        ] = None,
        about: Annotated[
            Literal["summary", "claims", "conflicts", "inferences", "readings"],
            Field(
                description="What to tell: who made what, every claim with its source, what contradicts what, what is inferred, "
                "every way to read the sentence on the openings."
            ),
        ] = "summary",
        layer: Annotated[
            Literal["seed", "reference", "both"], Field(description="The seed documents, other public pages, or both.")
        ] = "both",
    ) -> Answer:
        """Say who made which version of the theme for which film, on whose word and how certain that is."""
        from mi_theme.credits import lineage, reports

        found, title = lineage(), None if film is None else str(film)
        report = {
            "summary": lambda: (
                reports.film_report(found, layer) if title is None else reports.dossier(found.film(title), layer)
            ),
            "claims": lambda: reports.claim_report(found, layer=layer, film=title, predicate=None, status=None),
            "conflicts": lambda: reports.conflict_report(found, title),
            "inferences": lambda: reports.inference_report(found, layer),
            "readings": lambda: reports.reading_report(found, None, "seed" if layer == "both" else layer),
        }[about]()
        return Answer(report.text)

    # What they share

    def _in_time(self, done: int = 0, total: int = 0) -> None:
        """Interrupt what reads files, once it is time."""
        if monotonic() > self.end:
            raise KeyboardInterrupt

    def _is_folder(self, where: str) -> bool:
        return not is_text(where) and self.folders.source(where).is_dir()

    def _score(self, music: str) -> Score:
        """A score from text or from a file that is open, no larger than is sensible."""
        from mi_theme.files import read

        if is_text(music):
            if len(music.encode()) > LARGEST_TEXT:
                raise FileError(
                    f"this text has more than {LARGEST_TEXT // 2**20} MiB; save it in a folder that is open"
                )
            score = read(music.encode())
        else:
            path = self.folders.source(music)
            file = place_of(path)[0]
            if file.is_file() and file.stat().st_size > LARGEST_FILE:
                raise FileError(f"{music}: larger than {LARGEST_FILE // 2**20} MiB")
            score = Score.of(path)
        if len(score.note_table()) > MOST_NOTES:
            raise ScoreError(f"more than {MOST_NOTES} notes: the commands of mi-theme take as long as that needs")
        return score

    def _target(self, name: str | None, overwrite: bool) -> Path | None:
        if name is None:
            return None
        place = self.folders.target(name, overwrite=overwrite)
        if not place.suffix:
            raise FileError(
                f"{name}: its ending says in which form it is written, so end it in .mid, .musicxml, .json or another"
            )
        return place

    def _made(self, place: Path, score: Score, plan: dict[str, Any], picture: Callable[[], Drawing]) -> MadeFile:
        """The file of that name, in the form of its ending."""
        import json

        ending = place.suffix.lower()
        if ending == ".json":
            return MadeFile(place.name, (json.dumps(plan, ensure_ascii=False, indent=1) + "\n").encode(), place)
        with TemporaryDirectory(prefix="mi_theme-") as folder:
            file = Path(folder, f"made{ending}")
            try:
                (picture() if ending in (".svg", ".png", ".pdf", ".html") else score).save(file)
            except FileError as error:
                raise FileError(str(error).replace(str(file), place.name)) from None
            return MadeFile(place.name, file.read_bytes(), place)


class Tool(NamedTuple):
    """A tool: what `runs`, its further `options` with their types and defaults, and whether it `writes` a file."""

    runs: Callable[..., Answer]
    options: Mapping[str, tuple[Any, Any]] = MappingProxyType({})
    writes: bool = False


SHARED: dict[str, tuple[Any, Any]] = {  # what `compare` takes, and `plan` and `convert` with a strategy
    "bars": (Bars, None),
    "part": (Part, None),
    "source": (Source, None),
    "grouping": (Groups, None),
    "ratio": (Ratio, None),
    "keep": (Keep, None),
    "drums": (Drums, "pulse"),
    "accompaniment": (Accompaniment, "pattern"),
    "feel": (Feel, "auto"),
    "runs": (Runs, "thin"),
}
PLANNED: dict[str, tuple[Any, Any]] = {"how": (How, None), **SHARED}
#: every tool by the name that models call it by
TOOLS = {
    "files": Tool(Toolbox.files),
    "meter": Tool(Toolbox.meter),
    "which-meter": Tool(Toolbox.which_meter),
    "adapt": Tool(Toolbox.adapt, writes=True),
    "plan": Tool(Toolbox.plan, PLANNED),
    "convert": Tool(Toolbox.convert, PLANNED, writes=True),
    "compare": Tool(Toolbox.compare, SHARED),
    "find": Tool(Toolbox.find),
    "lineage": Tool(Toolbox.lineage),
}


def _read(options: dict[str, Any]) -> dict[str, Any]:
    """Options as the library takes them: a ratio is a number."""
    return {name: Fraction(value) if name == "ratio" and value else value for name, value in options.items()}


def _left_alone(outside: Sequence[Path]) -> list[str]:
    return [f"left alone: {path}: it leads out of what was opened" for path in outside[:MOST_ROWS]]
