"""``mi-theme convert`` and ``mi-theme compare``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mi_theme.adaptation.frames import FEELS
from mi_theme.adaptation.tempo_equations import KEEPS
from mi_theme.arguments import folded
from mi_theme.cli.many_files import Workers, progress_bar, workers_options
from mi_theme.cli.shared import (
    OneOf,
    bars_option,
    goes_to,
    json_option,
    parts_in,
    plan_of_file,
    print_json,
    print_table,
    ratio_of,
    say,
    write_score,
)
from mi_theme.cli.typed_words import METRE_WORDS
from mi_theme.errors import FileError, error_words
from mi_theme.files.disk import place_of
from mi_theme.meter import Meter

if TYPE_CHECKING:
    from mi_theme.conversion.scoreplan import ScorePlan

__all__ = ["compare", "convert"]

F = TypeVar("F", bound=Callable[..., Any])
PICTURE_NAMES = ("svg", "png", "pdf", "html")


def plan_options(command: F) -> F:
    """What `mi.plan` takes, but for the strategy."""
    for option in (
        click.option("--keep", type=OneOf(KEEPS), help="What lasts as long as before."),
        click.option("--grouping", help="How a source bar is grouped, such as 3+3+2."),
        click.option(
            "--ratio", type=ratio_of, metavar="RATIO", help="Target bars for one source bar: 1/4, 1/2, 1, 2 or 4."
        ),
        bars_option("--bars", help="Only these bars, such as 5-12; what follows is shifted."),
        click.option(
            "--drums",
            type=OneOf(["pulse", "keep", "pattern", "mute"]),
            default="pulse",
            help="Drums: with the band, even strokes on the new pulse; by the map; a stock pattern; none.",
        ),
        click.option(
            "--accompaniment",
            type=OneOf(["pattern", "keep"]),
            default="pattern",
            help="Running figures stay even, and bass and chords find the new beats; or all by the map of the tune.",
        ),
        click.option(
            "--feel",
            type=OneOf(FEELS),
            default="auto",
            help="For best: what two notes that fill a beat become; auto takes what suits the tune.",
        ),
        click.option(
            "--runs",
            type=OneOf(["thin", "keep"]),
            default="thin",
            help="A run may lose a note, or play some again, and stay even; or every note is kept, and none added.",
        ),
        click.option("--part", "--lead", shell_complete=parts_in, help="The part that decides, by name or number."),
        click.option("--from", "source", help="Its own metre, where the file does not say it: 5/4:3+3+2+2 ..."),
    ):
        command = option(command)
    return command


def target_option(**more: Any) -> Callable[[F], F]:
    """The option ``--to``."""
    return click.option("--to", "target", help="Target metre: 4/4, 7/8:2+2+3 ...", **more)


@click.command()
@click.argument("words", metavar="IN... [METRE]", nargs=-1, required=True)
@plan_options
@target_option()
@click.option("--how", help="Strategy; see mi-theme strategies.")
@click.option("--plan", "plan_file", type=click.Path(), help="Apply a plan saved with --json instead of making one.")
@click.option("-o", "--out", help="Write the result here; - for MIDI to standard output.")
@click.option("--explain", is_flag=True, help="Say what happens to each bar.")
@workers_options
@json_option
def convert(
    words: tuple[str, ...],
    target: str | None,
    how: str | None,
    plan_file: str | None,
    out: str | None,
    explain: bool,
    as_json: bool,
    where: Workers,
    **options: Any,
) -> None:
    """Carry a piece into another metre, and show the plan.

    IN is a MIDI, MusicXML, ABC or kern file, or several, or a folder of them; then OUT
    is a folder. METRE is the target, such as 4/4; --to says the same. Without OUT the
    plan is shown and nothing is written. OUT may end in .mid, .musicxml or .mxl; in .wav,
    .ogg, .flac or .mp3 for sound; in .svg, .png, .pdf or .html for a picture of before and
    after; in .json for the plan. A plan from a file says all that options say, so METRE can be left out.
    """
    out = None if as_json and out == "-" else out  # the plan goes there
    sources, metres = _sorted_words(words)
    for metre in metres:
        target = _one_metre(metre, target)
    if not (target or plan_file):
        raise click.UsageError(
            f"say which metre: mi-theme convert {sources[0]} 4/4, or --plan FILE with a plan that says it"
        )
    wanted = {**options, "how": how, "meter": target}
    if len(sources) > 1 or Path(sources[0]).is_dir() or (out and Path(out).is_dir()):
        if plan_file:
            raise click.UsageError("a plan is for one file, not for several")
        _convert_files(sources, out, wanted, where)
        return
    plan = _convert_file(sources[0], out, wanted, plan_file)
    if as_json and not goes_to(out, ".json"):
        print_json(plan.as_dict())
    elif (explain or not out) and out != "-":
        click.echo(str(plan))
    if out and not as_json:
        say(f"{_counted(plan)}: wrote {'standard output' if out == '-' else out}")


@click.command()
@click.argument("source_file", metavar="IN", type=click.Path())
@click.argument("metre", metavar="[METRE]", required=False)
@plan_options
@target_option()
@json_option
def compare(source_file: str, metre: str | None, target: str | None, as_json: bool, **options: Any) -> None:
    """Every strategy side by side on a piece.

    METRE is the target, such as 4/4; --to says the same.
    """
    from mi_theme.conversion import compare as compared

    source_file, metre = _in_order(source_file, metre)
    target = _one_metre(metre, target)
    if target is None:
        raise click.UsageError(f"say which metre: mi-theme compare {source_file} 4/4")
    found = compared(source_file, target, **options)
    if as_json:
        print_json(found.as_dicts())
        return
    click.echo(f"{found.source} -> {found.target}")
    header, *rows = found.cells()
    print_table(header, rows)


def _sorted_words(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Pieces and metres, in any order: what is there is a piece, what has no ending of a file a metre."""
    there = [word for word in words if place_of(Path(word))[0].exists()]
    named = [word for word in words if word not in there and Path(word).suffix]
    if there and named:
        raise click.UsageError(f"{named[0]} is not there, and no metre; to write it: -o {named[0]}")
    sources = there or named or [*words[:1]]
    return sources, [METRE_WORDS.get(folded(word), word) for word in words if word not in sources]


def _in_order(source_file: str, metre: str | None) -> tuple[str, str | None]:
    """The piece and the metre, which may be said the other way round."""
    if metre and Path(metre).exists() and not Path(source_file).exists():
        return metre, source_file
    return source_file, metre


def _one_metre(metre: str | None, target: str | None) -> str | None:
    """The target, which may be said in two places."""
    if metre and metre[-4:].lower() in (".mid", ".mxl", ".xml", ".svg", ".pdf", ".wav"):
        raise click.UsageError(f"{metre} is no metre; to write it: -o {metre}")
    if metre and target and Meter(metre) != Meter(target):
        raise click.UsageError(f"two target metres, {metre} and {target}: say one of them")
    return target if metre is None else metre


def _convert_file(
    source_file: str, out: str | None, options: dict[str, Any], plan_file: str | None = None
) -> ScorePlan:
    """Plan, and write if there is somewhere to write to."""
    from mi_theme.files import read

    _check_place(source_file, out)
    score = read(source_file)
    plan = _plan(score, options, plan_file)
    if out:
        from mi_theme.views import draw

        write_score(plan.apply(score), out, json=plan.as_dict, **dict.fromkeys(PICTURE_NAMES, lambda: draw(plan)))
    return plan


def _check_place(source: str, out: str | None) -> None:
    """A piece, or a folder of them, is not written over by its conversion."""
    if out and out != "-" and Path(source).exists() and Path(out).exists() and Path(source).samefile(out):
        raise FileError(f"{out}: this is what is converted; write the result somewhere else")


def _plan(music: Any, options: dict[str, Any], plan_file: str | None) -> ScorePlan:
    from mi_theme.conversion import plan

    if not plan_file:
        return plan(music, **options)
    found = plan_of_file(plan_file)
    if options["meter"] and found.target != Meter(options["meter"]):
        raise FileError(f"{plan_file}: this plan is for {found.target}, not {options['meter']}")
    return found


def _counted(plan: ScorePlan) -> str:
    return f"{plan.source} -> {plan.target} by {plan.how}, {len(plan.dropped)} notes left out, {len(plan.added)} added"


def _convert_files(sources: list[str], out: str | None, options: dict[str, Any], where: Workers) -> None:
    """Several files, or those of folders; one that fails is named and passed over."""
    from mi_theme.conversion.converted_files import convert_files

    if not out or out == "-":
        several = f"several files are converted into a folder: -o FOLDER; to write one: -o {sources[-1]}"
        raise click.UsageError(several if len(sources) > 1 else "a folder is converted into a folder: -o FOLDER")
    with where.executor() as executor, progress_bar("converting") as progress:
        done = list(convert_files(sources, out, progress=progress, executor=executor, **options))
    failed = [error_words(file.error, str(file.source)) for file in done if file.error]
    say(f"{len(done) - len(failed)} of {len(done)} files converted into {out}")
    for words in failed:
        say(f"  left out: {words}")
    if failed:
        raise click.exceptions.Exit(1)
