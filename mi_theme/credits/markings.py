"""What is known of a film, written into a score as text events and read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mi_theme.credits.claims import Claims
from mi_theme.credits.film_versions import Version
from mi_theme.credits.filmography import Credit, Film
from mi_theme.score import Event, Score, Track, text_of
from mi_theme.score import messages as m

__all__ = ["annotated", "annotations_of", "facts"]

PREFIX = "lineage "  # how a text event of ours begins: "lineage opening by (seed) = ..."
EQUALS = " = "


def facts(film: Film) -> dict[str, str]:
    """What is known of a film, as short texts: name of the fact to value, certainty and claims."""
    found = {"film": str(film.number), "title": film.title, "year": str(film.year)}
    for credit in film.credits():
        if credit.candidates or credit.role == "opening":
            title = f" {credit.title}" if credit.title else ""
            found[f"{credit.role}{title} by ({credit.layer})"] = _credit_words(credit)
    for version in film.versions:
        if version.sections:
            found[f"metre of {version.id}"] = _metre_words(version)
    return found


def annotated(score: Score, film: Film) -> Score:
    """The score with what is known of a film at the start of its first track.

    A marker with the title and a text event for each fact; those of an earlier
    call are replaced. Notes and everything else stay as they are.
    """
    first, *others = score.tracks or (Track.sorted([]),)
    kept = [event for event in first if not _is_ours(event, film.lineage)]
    place = next((i for i, event in enumerate(kept) if not _is_head(event)), len(kept))
    marker = Event(0, m.meta(m.MARKER, film.heading))
    texts = [Event(0, m.meta(m.TEXT, f"{PREFIX}{key}{EQUALS}{value}")) for key, value in facts(film).items()]
    return replace(score, tracks=(Track.of([*kept[:place], marker, *texts, *kept[place:]]), *others))


def annotations_of(score: Score) -> dict[str, str]:
    """What `annotated` wrote, by the name of the fact; empty where there is nothing."""
    ours = (text.removeprefix(PREFIX) for _, text in score.texts if text.startswith(PREFIX) and EQUALS in text)
    return {key: value for key, _, value in (text.partition(EQUALS) for text in ours)}


def _credit_words(credit: Credit) -> str:
    return f"{credit} [{credit.certainty}{_claims(credit.evidence)}]"


def _metre_words(version: Version) -> str:
    if version.certainty in ("absent", "conflicting"):
        return f"unknown [{version.certainty}{_claims(tuple(_evidence(version)))}]"
    grouping = (
        f", 5/4 grouped {version.grouping} [reference{_claims(version.grouping_evidence)}]" if version.grouping else ""
    )
    return f"{version.metres} [{version.certainty}{_claims(tuple(_evidence(version)))}]{grouping}"


def _evidence(version: Version) -> Iterator[str]:
    yield from dict.fromkeys(name for section in version.sections for name in section.evidence)


def _claims(ids: tuple[str, ...]) -> str:
    return f": {' '.join(ids)}" if ids else ""


def _is_ours(event: Event, lineage: Claims) -> bool:
    """Whether `annotated` wrote it."""
    if event.tick or event.message[0] != m.META:
        return False
    text = text_of(event.message[2:])
    if event.message[1] == m.TEXT:
        return text.startswith(PREFIX)
    return event.message[1] == m.MARKER and text in (Film(row, lineage).heading for row in lineage.tables.films)


def _is_head(event: Event) -> bool:
    """What belongs before our texts: a track's name and rights at its beginning."""
    return event.tick == 0 and event.message[0] == m.META and event.message[1] in (m.TRACK_NAME, m.COPYRIGHT)
