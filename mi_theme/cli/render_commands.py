"""``mi-theme render``, ``forms`` and ``styles``."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mi_theme.arguments import folded
from mi_theme.cli.info_commands import last_bar
from mi_theme.cli.shared import (
    ThemeChoice,
    goes_to,
    json_option,
    print_json,
    print_table,
    say,
    theme_options,
    write_score,
)
from mi_theme.cli.sound_commands import click_options, clicked, write_sound
from mi_theme.cli.typed_words import METRE_WORDS
from mi_theme.errors import FileError, UnknownName

if TYPE_CHECKING:
    from mi_theme.renditions import Arrangement, Form
    from mi_theme.score import Score

__all__ = ["forms", "render", "styles"]


def _ends_in(ending: str) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    def checked(ctx: click.Context, option: click.Parameter, name: str | None) -> str | None:
        if name and Path(name).suffix.lower() != ending:
            raise FileError(f"{name}: end the name in {ending}")
        return name

    return checked


@click.command()
@click.argument("words", nargs=-1, metavar="[FORM] [STYLE] [METRE]")
@click.option("--form", help="Form: a name (mi-theme forms) or a file of your own; tv without it.")
@click.option(
    "--film", help="For a film (number, title or year): its opening's metre, an ensemble, tempo and form of ours."
)
@click.option(
    "--style", help="Style: a name (mi-theme styles) or a file of your own; jazz-combo, or what a film has, without it."
)
@click.option("--meter", help="One metre for every section.")
@click.option("--how", help="Strategy of the change of metre; see mi-theme strategies.")
@click.option("--tempo", type=float, help="Quarters a minute in the first section.")
@click.option("--keep", help="What stays alike where the metre changes: pulse, beat or bar.")
@click.option("--length", "--bars", "length", type=int, help="About how many bars.")
@click.option("--ending", help="ring, stop, fade or loop.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, another arrangement.")
@click.option("--parts", "--part", "parts", help="Only these parts, names apart by commas.")
@click.option("--stems", type=click.Path(), help="Also a file for each part, in this folder.")
@click.option("--plan", "only_plan", is_flag=True, help="Print the arrangement and write nothing.")
@click.option(
    "-o",
    "--out",
    help="The file: .mid, .musicxml or .mxl; .wav, .ogg, .flac or .mp3 for sound; .svg, .png, .pdf or .html for a picture; "
    ".json for the plan; - for MIDI on standard output. FORM-STYLE.mid without it.",
)
@click.option("--wav", type=click.Path(), callback=_ends_in(".wav"), help="Also sound, as WAV; only sound without -o.")
@click.option("--ogg", type=click.Path(), callback=_ends_in(".ogg"), help="Also sound, as OGG; only sound without -o.")
@click_options
@theme_options
@json_option
def render(
    words: tuple[str, ...],
    parts: str | None,
    stems: str | None,
    only_plan: bool,
    out: str | None,
    wav: str | None,
    ogg: str | None,
    count_in: int,
    with_click: bool,
    as_json: bool,
    choice: ThemeChoice,
    **arranged: Any,
) -> None:
    """Make a MIDI file of the theme, or of your own, in a form and a style.

    Names of a form and a style, and a metre, may be said without their options:
    mi-theme render tv club 7/8.
    """
    from mi_theme.renditions import arrange

    _take_words(words, arranged)
    if arranged["form"] and arranged["film"]:
        raise click.UsageError("--film brings its own form: give one of --form and --film")
    plan = arrange(theme=choice.theme(), **arranged)
    if only_plan:
        print_json(plan.as_dict()) if as_json else click.echo(str(plan))
        return
    score = plan.score(tuple(name.strip() for name in parts.split(",")) if parts else None)
    played = clicked(score, count_in, with_click)
    if out or not (wav or ogg):
        _write_rendition(plan, played, out or f"{Path(plan.form).stem}-{Path(plan.style.name).stem}.mid")
    write_sound(played, [path for path in (wav, ogg) if path])
    if stems:
        _write_stems(score, Path(stems))
    if as_json and not goes_to(out, ".json"):
        print_json(plan.as_dict())


def _take_words(words: tuple[str, ...], arranged: dict[str, Any]) -> None:
    """Words without options: a metre has a slash, the others are names of a form, a style or a film."""
    from mi_theme.credits import films
    from mi_theme.renditions import forms as known_forms
    from mi_theme.renditions import styles as known_styles

    names = {"form": [*known_forms()], "style": [*known_styles()], "film": [film.title for film in films()]}
    for word in (METRE_WORDS.get(folded(word), word) for word in words):
        options = ["meter"] if "/" in word else [n for n, known in names.items() if folded(word) in map(folded, known)]
        option = next((option for option in options if arranged[option] is None), None)
        if option is None and Path(word).is_file():
            name = shlex.quote(word)
            raise click.UsageError(
                f"{word} is a file that is there: --theme {name} arranges it, -o {name} writes over it"
            )
        if option is None and "/" in word and arranged["meter"]:
            raise click.UsageError(
                f"two metres, {arranged['meter']} and {word}: say one of them, or a form that changes"
            )
        if option is None:
            raise UnknownName.among("form, style or metre", word, [*names["form"], *names["style"]])
        arranged[option] = word


def _write_rendition(plan: Arrangement, score: Score, name: str) -> None:
    write_score(score, name, json=plan.as_dict)
    length = score.tempos.seconds(score.quarters)
    if plan.note:
        say(plan.note)
    target = "standard output" if name == "-" else name
    metres = " and ".join(dict.fromkeys(passage.meter.signature for passage in plan.passages))
    time = f"{int(length // 60)}:{int(length % 60):02d}"
    say(
        f"wrote {target}: {last_bar(score)} bars of {metres}, {len(score.tracks) - 1} parts, {time}, an arrangement of ours"
    )


def _write_stems(score: Score, folder: Path) -> None:
    from mi_theme.renditions import stems

    folder.mkdir(parents=True, exist_ok=True)
    for name, part in stems(score).items():
        part.save(folder / f"{name.lower().replace(' ', '-').replace('/', '-')}.mid")
    say(f"wrote {len(score.tracks) - 1} stems to {folder}")


name_argument = click.argument("name", required=False)


@click.command()
@name_argument
@json_option
def forms(name: str | None, as_json: bool) -> None:
    """The forms that render knows, or the one of that NAME."""
    from mi_theme.renditions import find_form
    from mi_theme.renditions import forms as known

    shown = [find_form(name)] if name else list(known().values())
    if as_json:
        print_json([_plain(form) for form in shown])
        return
    for form in shown:
        click.echo(str(form))


def _plain(form: Form) -> dict[str, Any]:
    sections = [{"name": s.name, "role": s.role, "meter": str(s.meter), "bars": s.bars} for s in form.sections]
    return {"name": form.name, "about": form.about, "source": form.source, "sections": sections}


@click.command()
@name_argument
@json_option
def styles(name: str | None, as_json: bool) -> None:
    """The styles that render knows, or the one of that NAME with its parts."""
    from msgspec import to_builtins

    from mi_theme.renditions import find_style
    from mi_theme.renditions import styles as known

    shown = [find_style(name)] if name else list(known().values())
    if as_json:
        print_json([to_builtins(style) for style in shown])
        return
    if name:
        click.echo(str(shown[0]))
        return
    rows = (
        [style.name, f"{style.tempo[0]}-{style.tempo[2]}", ", ".join(p.name for p in style.part)] for style in shown
    )
    print_table(("name", "bpm", "parts"), rows)
