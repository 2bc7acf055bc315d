"""The argument for who made an opening, step by step, in our own sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mi_theme.credits.claims import Claims
from mi_theme.credits.film_versions import VersionSection
from mi_theme.credits.filmography import Credit, Film
from mi_theme.credits.readings import ASSUMPTIONS, Question
from mi_theme.credits.records import Claim, layers

__all__ = ["argument", "cited"]


def argument(film: Film, layer: str = "both") -> str:
    """What the seed layer implies about the opening of a film, and what the reference layer says."""
    lines = [*_seed(film), *(_reference(film) if "reference" in layers(layer) else ()), *_metre(film)]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def cited(lineage: Claims, ids: Iterable[str]) -> str:
    """Claims with their places: ``M11 (A 72)``."""
    return ", ".join(f"{name} ({lineage.by_id[name].place})" for name in ids if name in lineage.by_id)


def _seed(film: Film) -> Iterator[str]:
    lineage, credit = film.lineage, film.composer
    question = lineage.question()
    if question is None or film.number not in question.films:
        yield from _silent(film, credit, question)
        return
    yield _sentence(lineage, question)
    yield from _single(lineage, question)
    yield from _narrowing(film)
    yield _outcome(film, credit)


def _silent(film: Film, credit: Credit, question: Question | None) -> Iterator[str]:
    """The steps for a film that the sentence leaves out."""
    lineage = film.lineage
    if question is None:
        yield "No claim names makers for the openings of several films."
    else:
        first, last = question.films[0], question.films[-1]
        yield f"The sentence on the openings ({cited(lineage, [question.claim])}) speaks of films {first} to {last}, not of film {film.number}."
    if credit.candidates:
        yield f"A credit says {credit} ({cited(lineage, credit.evidence)}){_supposing(credit)}: {credit.certainty}."
    else:
        where = cited(lineage, credit.evidence)
        yield f"No seed document says who made this opening: absent{f' ({where})' if where else ''}."


def _sentence(lineage: Claims, question: Question) -> str:
    names, films = len(question.names), len(question.films)
    head = f"One sentence ({cited(lineage, [question.claim])}) names {names} makers, in order, for the openings of {films} films"
    if names == films:
        return head + "."
    return head + ": they cannot correspond one by one, so every way to share out the films is a reading."


def _single(lineage: Claims, question: Question) -> Iterator[str]:
    for number, name, claim in question.openings:
        yield f"The opening of film {number} is by {name} ({cited(lineage, [claim])}): every reading has to hold this."


def _narrowing(film: Film) -> Iterator[str]:
    """One assumption after the other, and what is left."""
    lineage, used = film.lineage, film.composer.assumptions
    for count in range(1, len(used) + 1):
        readings = lineage.readings(used[:count])
        rests = _anchors(lineage) if used[count - 1] == "score-implies-opening" else ""
        noun = "reading is" if len(readings) == 1 else "readings are"
        yield f"Supposing that {ASSUMPTIONS[used[count - 1]].supposes} ({used[count - 1]}){rests}: {len(readings)} {noun} left."


def _anchors(lineage: Claims) -> str:
    question = lineage.question()
    rows = [row for row in question.scores if row[0] in question.films] if question else []
    scores = "; ".join(
        f"the score of film {film} is by {name}, {cited(lineage, [claim])}" for film, name, claim in rows
    )
    return f", and {scores}" if scores else ", of which no claim speaks"


def _outcome(film: Film, credit: Credit) -> str:
    counts = film.lineage.readings().count(film.number)
    if not counts:
        return "No reading is left: the claims about single films contradict the sentence."
    shares = ", ".join(f"{name} in {counts[name]}" for name in credit.candidates)
    if credit.is_forced:
        return f"All of them give film {film.number} to {credit}: {credit.certainty}, under these assumptions."
    return (
        f"Of these, film {film.number} is given to {shares}. A count of readings is no probability: {credit.certainty}."
    )


def _reference(film: Film) -> Iterator[str]:
    """What the reference layer says, from how many origins, and what shares its origin with a seed document."""
    lineage = film.lineage
    (credit,) = film.credits("opening", "reference")
    if not credit.candidates:
        yield "The reference layer says nothing of it."
        return
    claims = lineage.claims(ids=credit.evidence)
    origins = len(lineage.witnesses(claims))
    noun = "origin" if origins == 1 else "independent origins"
    pages = ", ".join(_page(lineage, claim) for claim in claims)
    yield f"The reference layer says {credit}, {_verdict(film, credit)}, from {origins} {noun}: {pages}{_supposing(credit)}."


def _verdict(film: Film, credit: Credit) -> str:
    seed = set(film.composer.candidates)
    if not seed:
        return "where the seed layer is silent"
    return "as the seed layer allows" if seed & set(credit.candidates) else "against the seed layer"


def _page(lineage: Claims, claim: Claim) -> str:
    """A claim with its page and grade: ``R5-04 (Encyclopaedia dump of 2015, W, of one origin with A)``."""
    source = lineage.sources[claim.source]
    kin = [other.id for other in lineage.tables.sources if other.file and other.family == source.family]
    return f"{claim.id} ({source.title}, {source.grade}{f', of one origin with {kin[0]}' if kin else ''})"


def _supposing(credit: Credit) -> str:
    return "".join(f"; supposing that {ASSUMPTIONS[name].supposes}" for name in credit.assumptions)


def _metre(film: Film) -> Iterator[str]:
    """The metre of the opening, and of other versions, which are other things."""
    for version in film.versions:
        if version.sections:
            sections = ", then ".join(_section(film.lineage, section) for section in version.sections)
            yield f"Metre of {version.title}: {sections}."


def _section(lineage: Claims, section: VersionSection) -> str:
    """A section in words: ``5/4 (groove, stated of several films, M10 (A 72))``."""
    group = any(len(lineage.by_id[name].films) > 1 for name in section.evidence)
    where = cited(lineage, section.evidence) or "no claim"
    return f"{section.meter or 'unknown'} ({section.role}, {section.certainty}{' of several films at once' if group else ''}, {where})"
