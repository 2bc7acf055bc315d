"""Words said without their option: ``worksheet 4/4 sheet.pdf``, ``adapt song.mid to 7/8 regroup``.

What kind of thing a word is shows which option it belongs to: a name of a file that is not there yet is what is
written, a strategy is how, a piece is the theme. Nothing is guessed that could be two things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import click

from mi_theme.arguments import folded

__all__ = ["bare_words", "with_options_said"]

FILLERS = ("to", "into", "in", "by", "with", "as", "bars", "key")  # before a metre, a strategy, a file, bars or a key
PICTURES = (".svg", ".png", ".pdf", ".html", ".json", ".csv")  # and tables: what else is written than music and sound
METRE = re.compile(r"\d+(\+\d+)*/\d+(:[\d+]+)?")
BARS = re.compile(r"\d{1,6}-\d{1,6}")
KEY = re.compile(r"[A-G][b#]?m?")


def _is_strategy(word: str) -> bool:
    from mi_theme.adaptation.strategies import STRATEGIES

    return folded(word) in STRATEGIES


def _is_there(word: str) -> bool:
    return Path(word).is_file()


def _is_music(word: str) -> bool:
    from mi_theme.files import ENDINGS

    return Path(word).suffix.lower() in ENDINGS


def _is_written(word: str) -> bool:
    """A name of a file that can be written; of music only where it is not there, for else it might be read."""
    from mi_theme.files.formats import SOUND_ENDINGS, WRITTEN

    ending = Path(word).suffix.lower()
    return ending in (*SOUND_ENDINGS, *PICTURES) or (ending in WRITTEN and not Path(word).exists())


class Kind(NamedTuple):
    """A kind of word: the option that takes it, by the name of its parameter, and how it is known."""

    option: str
    known: Callable[[str], bool]


KINDS = (
    Kind("theme_file", lambda word: _is_music(word) and _is_there(word)),
    Kind("out", _is_written),
    Kind("how", _is_strategy),
    Kind("hows", _is_strategy),
    Kind("film", lambda word: word.isdecimal() and len(word) in (1, 4)),
    Kind("bars", lambda word: bool(BARS.fullmatch(word))),
    Kind("tonic", lambda word: bool(KEY.fullmatch(word))),
)


def with_options_said(command: click.Command, context: click.Context, args: Sequence[str]) -> list[str]:
    """What a command is called with, bare words before the options that they belong to.

    Parameters
    ----------
    command, context
        What is called, and by whom.
    args
        As they were typed.

    Returns
    -------
    list of str
        The same where nothing is left out, or nothing is clear.
    """
    if isinstance(command, click.Group):
        return list(args)
    marked = [_Word(arg) for arg in args]
    given, words = _parsed(command, context, marked)
    takes = {option.name: option.opts[-1] for option in command.params if isinstance(option, click.Option)}
    moved: list[str] = []
    more: list[str] = []
    for word in words:
        kind = next((kind for kind in KINDS if kind.option in takes and kind.known(word)), None)
        if kind is None or kind.option in given or (kind.option == "out" and not _is_output(command, words, word)):
            continue
        given.add(kind.option)
        moved.append(word)
        more += [takes[kind.option], str(word)]
    moved += [
        a
        for a, b in pairwise(words)
        if folded(a) in FILLERS and (METRE.fullmatch(b) or b in moved or Path(b).exists()) and not Path(a).exists()
    ]
    return [*(str(arg) for arg in marked if not any(arg is word for word in moved)), *more]


class _Word(str):
    """A typed word that is itself and no other of the same letters."""

    __slots__ = ()


def bare_words(command: click.Command, context: click.Context, args: Sequence[str]) -> list[str]:
    """The words among what was typed that belong to no option.

    Parameters
    ----------
    command, context, args
        As for `with_options_said`.

    Returns
    -------
    list of str
        None where the options are not understood.
    """
    return _parsed(command, context, [_Word(arg) for arg in args])[1]


def _parsed(command: click.Command, context: click.Context, args: list[_Word]) -> tuple[set[str], list[str]]:
    """The options that are given, and the words that belong to none; nothing where they are not understood."""
    options = [option for option in command.params if isinstance(option, click.Option)]
    bare = click.Command(command.name, params=list(options), context_settings=command.context_settings)
    inner = click.Context(bare, parent=context, resilient_parsing=True, **command.context_settings)
    try:
        given, words, _ = bare.make_parser(inner).parse_args(list(args))
    except click.UsageError:
        return set(), []
    return set(given), words


def _is_output(command: click.Command, words: Sequence[str], word: str) -> bool:
    """Whether a name of a file that is not there is what is written: not where a piece is wanted and none was named before."""
    wants = any(isinstance(each, click.Argument) and each.required for each in command.params)
    return not wants or any(Path(before).exists() for before in words[: words.index(word)])
