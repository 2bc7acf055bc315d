"""A call of a tool as a process of its own runs it: words and files, or one line that says what is wrong."""

from __future__ import annotations

import warnings
from typing import Any

from mi_theme.errors import error_words
from mi_theme.score.timing import TimingWarning
from mi_theme.toolserver.opened_folders import OpenedFolders
from mi_theme.toolserver.tools import TOOLS, Answer, Toolbox

__all__ = ["worked"]

LONGEST_ANSWER = 60_000  # letters: what a chat model can be expected to read
MOST_REMARKS = 12  # on what was put right


def worked(name: str, folders: OpenedFolders, seconds: float, arguments: dict[str, Any]) -> Answer:
    """Run a tool.

    Parameters
    ----------
    name
        Of the tool.
    folders, seconds
        What is open, and how long it may take.
    arguments
        As its signature has them.

    Returns
    -------
    Answer
        What it says, what was put right on the way, what it made; never an exception.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = TOOLS[name].runs(Toolbox(folders, seconds), **arguments)
        except Exception as error:
            return Answer(folders.shown(error_words(error)), refused=True)
    said = [
        " ".join(str(warning.message).split()) for warning in caught if not issubclass(warning.category, TimingWarning)
    ]
    remarks = [f"note: {words}" for words in list(dict.fromkeys(said))[:MOST_REMARKS]]
    words = folders.shown(answer.words.rstrip("\n"))
    if len(words) > LONGEST_ANSWER:
        words = f"{words[:LONGEST_ANSWER]}\n... and {len(words) - LONGEST_ANSWER} letters more; ask for fewer bars"
    return answer._replace(words="\n".join([words, *map(folders.shown, remarks)]))
