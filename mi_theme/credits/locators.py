"""Whether every claim is where it says it is, checked against the documents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from mi_theme.credits.claims import Claims
from mi_theme.credits.records import Claim, Source
from mi_theme.errors import ClaimError, FileError
from mi_theme.file_bytes import file_bytes

__all__ = ["Verification", "located", "quoted", "verify"]


@dataclass(frozen=True)
class Verification:
    """What was checked and what is wrong; each problem says file, claim and reason."""

    documents: int
    checked: int
    problems: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.problems

    def __str__(self) -> str:
        head = f"{self.checked} locators in {self.documents} documents: "
        return head + (f"{len(self.problems)} wrong" if self.problems else "every one is right")


def verify(lineage: Claims, folder: str | PathLike[str]) -> Verification:
    """Check the hash of every document, and line, span and hash of every locator.

    Parameters
    ----------
    lineage
        Whose claims are checked.
    folder
        Where the documents lie.

    Returns
    -------
    Verification
        How many are right, and what is wrong with the others.

    Raises
    ------
    FileError
        Where a document is missing or cannot be read.
    """
    sources = [source for source in lineage.tables.sources if source.file]
    if not sources:
        raise FileError(f"{lineage.tables.about.name} has no documents: its sources are pages")
    texts = {source.id: _text(Path(folder) / source.file) for source in sources}
    problems = [problem for source in sources for problem in _document(source, texts[source.id])]
    located = [claim for claim in lineage.tables.claims if claim.locator and claim.source in texts]
    for claim in located:
        problems += _locator(claim, lineage.sources[claim.source], texts[claim.source])
    return Verification(len(sources), len(located), tuple(problems))


def _text(path: Path) -> str:
    try:
        return file_bytes(path).decode("utf-8")
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}; give the folder with the documents") from None
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: not UTF-8: {error}") from None


def _document(source: Source, text: str) -> Iterator[str]:
    if _hash(text) != source.sha256:
        yield f"{source.file}: source {source.id!r}: not the document that was read: its SHA-256 differs"
    if len(text) != source.characters:
        yield f"{source.file}: source {source.id!r}: {len(text)} characters, not {source.characters}"


def _locator(claim: Claim, source: Source, text: str) -> Iterator[str]:
    """A span that lies in the document, on its line, with its words."""
    locator = claim.locator
    if locator is None:
        return
    start, end = locator.span
    where = f"{source.file}: claim {claim.id!r}: "
    if end > len(text):
        yield where + f"its span ends at {end}, the document at {len(text)}"
        return
    line = text.count("\n", 0, start) + 1
    if line != locator.line:
        yield where + f"its span begins on line {line}, not {locator.line}"
    if _hash(text[start:end]) != locator.sha256:
        yield where + f"the words at {start}-{end} are not those that were read: their SHA-256 differs"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?=\S)[^.!?\n]*)*[.!?]?")  # up to a sign that a blank or the end follows


def quoted(claims: Claims, claim: Claim, folder: str | PathLike[str]) -> str:
    """The sentence that a claim was read from, out of a document that the reader has, its own words between ``>>`` and ``<<``.

    Raises
    ------
    ClaimError
        Where the claim has no place in a document.
    FileError
        Where the document is missing, or other words stand at the place than were read.
    """
    source = claims.sources[claim.source]
    if claim.locator is None or not source.file:
        raise ClaimError(f"claim {claim.id} has no place in a document: {claims.cite(claim.id)}")
    path = Path(folder) / source.file
    text = _text(path)
    for problem in _locator(claim, source, text):
        raise FileError(f"{path.parent}/{problem}")
    start, end = claim.locator.span
    line = text.rfind("\n", 0, start) + 1
    spans = [found.span() for found in SENTENCE.finditer(text, line) if found.start() < end and found.end() > start]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    words = f"{text[first:start]}>>{text[start:end]}<<{text[end:last]}".strip()
    return f"{source.id} ({source.file}), line {claim.locator.line}, characters {start} to {end}:\n  {words}"


def located(path: str | PathLike[str], words: str) -> str:
    """The place of some words in a document, as a claim has it: ``locator = { line = 1, span = [0, 9], sha256 = "..." }``.

    Raises
    ------
    FileError
        Where the document cannot be read, or has the words not exactly once.
    """
    text = _text(Path(path))
    count = text.count(words) if words else 0
    if count != 1:
        raise FileError(f"{path}: {words[:60]!r} stands there {count} times; give words that stand there once")
    start = text.index(words)
    line, span = text.count("\n", 0, start) + 1, [start, start + len(words)]
    return f'locator = {{ line = {line}, span = {span}, sha256 = "{_hash(words)}" }}'
