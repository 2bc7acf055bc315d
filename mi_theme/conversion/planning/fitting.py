"""A strategy's map fitted to the notes of a bar.

The strategy says where the groups go; here every onset inside them finds a
place on the sixteenth grid (thirty-seconds where that is too crowded): the
lead's onsets first, all others strictly between, and where notes only end in
what is left, for how long a note is held moves no other. Tuplets and ornaments map as
spans and stay even inside, an anticipation keeps its distance to its beat.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil, floor

from mi_theme.adaptation.frames import Frame
from mi_theme.conversion.reading.piece_reading import NotePlace
from mi_theme.pitch import LETTERS
from mi_theme.warp import Warp

__all__ = ["evened", "fitted", "free_places", "lilting", "wholes"]

EIGHTH, SIXTEENTH = Fraction(1, 2), Fraction(1, 4)
PLACE_GRIDS = (SIXTEENTH, Fraction(1, 8), Fraction(1, 16))
LILTS = {Fraction(3, 4): Fraction(2, 3), Fraction(1, 4): Fraction(1, 3)}  # of a beat in fours and in threes
STEPWISE = 2  # of a broken chord not more than one move in so many goes by step
MOST_KNOTS = 96  # in one group; a denser one is stretched evenly

Point = tuple[Fraction, Fraction]


def fitted(base: Warp, marks: Sequence[NotePlace], anchors: Iterable[Fraction] = ()) -> Warp:
    """The map through a place for every mark; dropped and inserted spans stay.

    Parameters
    ----------
    base
        What a strategy proposes.
    marks
        In ascending order.
    anchors
        Starts of groups, which stay where `base` puts them.
    """
    onsets = [mark for mark in marks if mark.starts]
    units = _units([mark.at for mark in onsets])
    groups = set(anchors)
    points = _without_breaks(_anchored(base, groups), units)
    for mark in marks:  # what begins a group anticipates nothing; and a linear map keeps all proportions
        if mark.before is not None and mark.at not in groups and not base.is_linear:
            points = _leaning(points, mark, mark.before, marks) or points
    knots = _knots(onsets, units)
    ends = [mark.at for mark in marks if not (mark.starts or any(start < mark.at < stop for start, stop in units))]
    eighths = [at for at, _ in knots] + [image for _, image in points if base.is_linear]  # beats of five sixteenths
    grids = (EIGHTH, *PLACE_GRIDS) if all((at / EIGHTH).denominator == 1 for at in eighths) else PLACE_GRIDS
    found = [points[0]]
    for start, stop in pairwise(points):
        if start[0] < stop[0] and start[1] < stop[1]:
            inside = [knot for knot in knots if start[0] < knot[0] < stop[0]]
            over = [at for at in ends if start[0] < at < stop[0]]
            placed = _placed(inside, start, stop, grids, base.is_linear)
            found += _ended(placed or _even(inside, start, stop), over, start, stop, base.is_linear) if over else placed
        found.append(stop)
    return Warp(found)


def lilting(base: Warp, marks: Sequence[NotePlace], source: Frame) -> Warp:
    """A map of beats to beats of threes in which what stands on the second and fourth of four stands on the second and third of three.

    A dotted figure is a long and a short, two of three and one, not five of six.

    Parameters
    ----------
    base
        What a strategy proposes, beat for beat.
    marks
        In ascending order.
    source
        The bars with their beats.
    """
    points = dict(base.points)
    for start, length in zip(source.beats, source.groups, strict=True):
        inside = [mark.at for mark in marks if mark.starts and start < mark.at < start + length]
        low, high = base(start), base.end(start + length)
        fourths = inside and all((at - start) / length in LILTS and base.keeps(at) for at in inside)
        if not fourths or ((high - low) / 3 / SIXTEENTH).denominator > 1:
            continue
        points = {x: y for x, y in points.items() if not start < x < start + length}
        points |= {at: low + LILTS[(at - start) / length] * (high - low) for at in inside}
    return Warp(sorted(points.items()))


def evened(
    base: Warp, marks: Sequence[NotePlace], line: Sequence[tuple[Fraction, Fraction, str]], source: Frame
) -> Warp:
    """A map of beats to beats of threes in which a broken chord in fours stays even: three of four notes, or six of eight.

    Only what the figure has had before is left out. Where the second of two beats begins the
    figure anew each loses its last note, else both together their last two.

    Parameters
    ----------
    base
        What a strategy proposes, beat for beat.
    marks
        In ascending order.
    line
        The lead's notes: onset, length, name.
    source
        The bars with their beats.
    """
    points, names = dict(base.points), {at: name for at, _, name in line}
    starts = {mark.at: mark for mark in marks if mark.starts}
    for start, length in list(zip(source.beats, source.groups, strict=True))[::2]:
        stop, places = start + 2 * length, [start + number * length / 4 for number in range(8)]
        if stop > base.source or [at for at in starts if start <= at < stop] != places:
            continue
        figure = [names.get(at) for at in places]
        gone = {3, 7} if figure[:4] == figure[4:] else {6, 7}
        alone = {*gone, *({4, 5} if 6 in gone else ())}  # other parts would be off the beat there, or lost
        own = all(starts[places[number]].lead and not starts[places[number]].shared for number in alone)
        if not (own and _is_broken(figure) and all(figure[number] in figure[: min(number, 6)] for number in gone)):
            continue
        points = {x: y for x, y in points.items() if not start < x < stop}
        low, each = base(start), (base.end(stop) - base(start)) / 6
        heights = accumulate(number not in gone for number in range(8))
        points |= {at: low + (height - 1) * each for at, height in zip(places, heights, strict=True)}
        points |= {places[number]: points[places[number]] + each for number in gone}
        points = {x: y for x, y in points.items() if not (x == places[7] and 6 in gone)}
    return Warp(sorted(points.items()))


def _is_broken(figure: Sequence[str | None]) -> bool:
    """Whether the lead's notes, by name, mostly leap, or three of them come again."""
    moves = [(LETTERS.index(two[0]) - LETTERS.index(one[0])) % 7 for one, two in pairwise(filter(None, figure))]
    return figure[5:] == figure[2:5] or STEPWISE * sum(move in (1, 6) for move in moves) <= len(moves)


def free_places(places: Iterable[Fraction]) -> list[Fraction]:
    """Places in order without those inside tuplets and ornaments, which go with what is around them."""
    found = sorted(set(places))
    units = _units(found)
    return [at for at in found if not any(start < at < stop for start, stop in units)]


def wholes(places: Iterable[NotePlace], leads: Collection[Fraction], mine: Collection[Fraction]) -> dict[Fraction, int]:
    """Where the lead's tuplets begin, and its trills, whose notes find no places of their own: how many notes they have.

    Parameters
    ----------
    places
        Every mark, in order.
    leads, mine
        Where the lead's notes begin, and those that find a place each.
    """
    found: dict[Fraction, int] = {}
    before, shaken = Fraction(0), False
    for mark in places:
        if not (mark.lead and mark.starts):
            continue
        if mark.at in mine:
            before, shaken = mark.at, False
        elif mark.at in leads:
            found[before] = found.get(before, 1) + 1
        elif not shaken:
            found[mark.at] = 1
            shaken = True
    return dict(sorted(found.items()))


def _units(places: Iterable[Fraction]) -> list[tuple[Fraction, Fraction]]:
    """Spans that move as one: beats with tuplets, sixteenths with finer notes inside."""
    places = sorted(places)
    onsets, spans = set(places), []
    for at in places:
        if (at / SIXTEENTH).denominator == 1:
            continue
        if at.denominator & (at.denominator - 1):
            spans.append(_tuplet(at, onsets))
        else:
            spans.append((floor(at / SIXTEENTH) * SIXTEENTH, ceil(at / SIXTEENTH) * SIXTEENTH))
    return _joined(spans)


def _tuplet(at: Fraction, onsets: set[Fraction]) -> tuple[Fraction, Fraction]:
    """The beat of a tuplet, or its half where a note begins there; two beats where none parts them."""
    beat = Fraction(floor(at))
    half = beat + Fraction(1, 2)
    if half in onsets:
        return (beat, half) if at < half else (half, beat + 1)
    if (3 * at).denominator == 1:  # a third of a quarter: alone in its beat, it may be of a triplet over two
        pair = beat - beat % 2
        if pair + 1 not in onsets and {pair + Fraction(2, 3), pair + Fraction(4, 3)} <= onsets:
            return pair, pair + 2
    return beat, beat + 1


def _joined(spans: Iterable[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """Overlapping spans made one."""
    joined: list[tuple[Fraction, Fraction]] = []
    for start, stop in sorted(set(spans)):
        if joined and start < joined[-1][1]:
            start, stop = joined[-1][0], max(stop, joined.pop()[1])
        joined.append((start, stop))
    return joined


def _anchored(base: Warp, anchors: Iterable[Fraction]) -> list[Point]:
    """The points of a map with the starts of groups among them, where they fall on a grid."""
    inside = [at for at in anchors if 0 < at < base.source and base.keeps(at) and all(at != x for x, _ in base.points)]
    starts = [(at, base(at)) for at in inside]
    return sorted([*base.points, *(point for point in starts if (point[1] / PLACE_GRIDS[-1]).denominator == 1)])


def _without_breaks(points: list[Point], units: list[tuple[Fraction, Fraction]]) -> list[Point]:
    """Leave out bends of the map that would fall inside a unit; what is dropped or inserted stays."""
    kept = [points[0]]
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        flat = point[0] in (before[0], after[0]) or point[1] in (before[1], after[1])
        if flat or not any(start < point[0] < stop for start, stop in units):
            kept.append(point)
    return [*kept, points[-1]]


def _knots(marks: Sequence[NotePlace], units: list[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, bool]]:
    """What has to find a place of its own: (position, of the lead)."""
    places: dict[Fraction, bool] = {}
    for mark in marks:
        unit = next(((a, b) for a, b in units if a < mark.at < b), None)
        for at in unit or (mark.at,):
            places[at] = places.get(at, False) or mark.lead
    return sorted(places.items())


def _leaning(points: list[Point], mark: NotePlace, beat: Fraction, marks: Sequence[NotePlace]) -> list[Point] | None:
    """The points with an anticipation as far before its beat as it was; None where there is no room."""
    lead, highest = beat - mark.at, _height(points, beat)
    place = (mark.at, highest - lead)
    if (highest / PLACE_GRIDS[-1]).denominator > 1:  # as beats in a group of three that becomes two
        return None
    onsets = {other.at for other in marks if other.starts}
    before = [p for p in points if p[0] < mark.at and (p[1] < place[1] or p[0] in onsets or p[0] == 0)]
    near = max((at for at in onsets if at < mark.at), default=Fraction(0))
    image = _height(points, near)
    if before and before[-1][0] < near and before[-1][1] < image < place[1] and (2 * image).denominator == 1:
        before.append((near, image))  # what stands on an eighth is not pushed off it
    after = [p for p in points if p[0] > beat]
    cut = _dropped_until(points, beat)
    if cut is not None and cut <= mark.at:
        return _earlier_cut(points, cut, place, beat, onsets)
    images = [y for x, y in points if x == beat]
    inserted = [(mark.at, place[1] - (highest - min(images)))] if len(images) > 1 else []
    found = [*before, *inserted, place, (beat, highest), *after]
    if not before:
        return None
    crowd = sum(before[-1][0] < at < mark.at for at in onsets)
    room = (inserted or [place])[0][1] - before[-1][1]
    lost = sum((x1 - x0 for (x0, y0), (x1, y1) in pairwise(points) if y0 == y1), Fraction(0))
    return found if room > crowd * PLACE_GRIDS[-1] and _rises(found, lost) else None


def _height(points: list[Point], at: Fraction) -> Fraction:
    """The image of a position, after anything inserted there."""
    return max(
        y1 if x1 == at else y0 + (y1 - y0) * (at - x0) / (x1 - x0)
        for (x0, y0), (x1, y1) in pairwise(points)
        if x0 <= at <= x1
    )


def _dropped_until(points: list[Point], beat: Fraction) -> Fraction | None:
    """Where the dropped span begins that ends at a beat."""
    return next((x0 for (x0, y0), (x1, y1) in pairwise(points) if y0 == y1 and x1 == beat), None)


def _earlier_cut(
    points: list[Point], cut: Fraction, place: Point, beat: Fraction, onsets: set[Fraction]
) -> list[Point] | None:
    """What is dropped before a beat goes a little sooner, and the anticipation of the beat stays."""
    lead = beat - place[0]
    if any(cut - lead <= at < cut for at in onsets):
        return None
    before = [p for p in points if p[0] < cut - lead]
    found = [*before, (cut - lead, place[1]), place, (beat, place[1] + lead), *(p for p in points if p[0] > beat)]
    return found if before and before[-1][1] < place[1] else None


def _rises(points: list[Point], dropped: Fraction) -> bool:
    """Whether nothing goes back, and no more is dropped than was."""
    steps = [(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(points)]
    return all(min(step) >= 0 < max(step) for step in steps) and dropped == sum(dx for dx, dy in steps if not dy)


def _placed(
    knots: list[tuple[Fraction, bool]], start: Point, stop: Point, grids: Sequence[Fraction], alike: bool
) -> list[Point]:
    """A place for each knot between two fixed points, on the coarsest grid with room; none where even stretching does it."""
    (x0, y0), (x1, y1) = start, stop
    slope = (y1 - y0) / (x1 - x0)
    ideals = [y0 + (x - x0) * slope for x, _ in knots]
    if slope == 1 or len(knots) > MOST_KNOTS:
        return []
    leads = [lead for _, lead in knots]
    halves = (slope.numerator * slope.denominator).bit_count() == 1
    known = grids if halves else [grid for grid in grids if grid >= SIXTEENTH]
    if alike and any(all((y / grid).denominator == 1 for y in ideals) for grid in known):
        return []  # where all values are halved, they are what they were
    for grid in grids:
        if all((y / grid).denominator == 1 for y in ideals):
            return []
        if found := _slots(ideals, leads, y0, y1, grid):
            return [(x, y) for (x, _), y in zip(knots, found, strict=True)]
    return []


def _even(knots: list[tuple[Fraction, bool]], start: Point, stop: Point) -> list[Point]:
    """Where even stretching puts knots."""
    (x0, y0), (x1, y1) = start, stop
    return [(x, y0 + (x - x0) * (y1 - y0) / (x1 - x0)) for x, _ in knots]


def _ended(placed: list[Point], ends: Sequence[Fraction], start: Point, stop: Point, alike: bool) -> list[Point]:
    """The places with those of ends between them, on the first grid that has one left; a rest for which eighths have none goes."""
    points = [start, *placed, stop]
    for at in ends:
        row = next(index for index, point in enumerate(points) if point[0] >= at)
        (x0, y0), (x1, y1) = points[row - 1], points[row]
        ideal = y0 + (at - x0) * (y1 - y0) / (x1 - x0) if x1 > x0 else y1
        near = (round(ideal / grid) * grid for grid in PLACE_GRIDS)
        place = next((place for place in near if y0 < place < y1), None)
        if not alike and y1 - y0 == EIGHTH == x1 - at and (y0 / EIGHTH).denominator == 1:
            place = y1
        if place is not None and x1 > at:
            points.insert(row, (at, place))
    return points[1:-1]


def _slots(
    ideals: list[Fraction], leads: list[bool], low: Fraction, high: Fraction, grid: Fraction
) -> list[Fraction] | None:
    """Grid places strictly between two others, near the ideals: the lead's first, then the rest between them."""
    first, last = floor(low / grid) + 1, ceil(high / grid) - 1
    count = len(ideals)
    if last - first + 1 < count:
        return None
    chosen = [i for i in range(count) if leads[i]] or list(range(count))
    fixed = dict(zip(chosen, _spread([ideals[i] / grid for i in chosen], chosen, first, last, count), strict=True))
    rest = [i for i in range(count) if i not in fixed]
    anchors = [(-1, low / grid, first - 1), *((i, ideals[i] / grid, s) for i, s in sorted(fixed.items()))]
    anchors.append((count, high / grid, last + 1))
    for (i, u0, s0), (j, u1, s1) in pairwise(anchors):
        between = [k for k in rest if i < k < j]
        wanted = [s0 + (ideals[k] / grid - u0) * (s1 - s0) / (u1 - u0) for k in between]
        places = _spread(wanted, range(len(between)), s0 + 1, s1 - 1, len(between))
        fixed.update(zip(between, places, strict=True))
    return [fixed[i] * grid for i in range(count)]


def _spread(ideals: Sequence[Fraction], ranks: Sequence[int], first: int, last: int, count: int) -> list[int]:
    """Whole places near the ideals; the item of rank r leaves room for r others before it."""
    slots: list[int] = []
    for ideal, rank in zip(ideals, ranks, strict=True):
        least = slots[-1] + rank - ranks[len(slots) - 1] if slots else first + rank
        slots.append(max(floor(ideal + Fraction(1, 2)), least))
    for i in range(len(slots) - 1, -1, -1):
        most = slots[i + 1] - (ranks[i + 1] - ranks[i]) if i + 1 < len(slots) else last - (count - 1 - ranks[i])
        slots[i] = min(slots[i], most)
    return slots
