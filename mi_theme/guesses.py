"""What people guess: names that are called otherwise, options by other words, and a right call of everything public.

Two tables and what reads them, so that whoever guesses wrong is told in one line what is meant.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for True; the front door loads this file, and typing is slow to load
if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["EXAMPLES", "GUESSED", "OTHER_OPTIONS", "Guessed", "hint", "other_option"]

#: What is guessed, of the front door by its name, of a value after its type; and what to say instead.
GUESSED = {
    "load": "mi.read(file)",
    "open": "mi.read(file)",
    "parse": "mi.read(file)",
    "info": "print(mi.read(file))",
    "score": "mi.read(file)",
    "save": "score.save(file)",
    "write": "score.save(file)",
    "export": "score.save(file)",
    "play": "score.play()",
    "sound": "score.save('song.wav')",
    "plot": "mi.draw(thing)",
    "detect_meter": "mi.induce_meter(music)",
    "which_meter": "mi.induce_meter(music)",
    "meter": "mi.Meter('7/8')",
    "metre": "mi.Meter('7/8')",
    "Metre": "mi.Meter('7/8')",
    "search": "mi.find(theme, where)",
    "index": "mi.build_index(folder, path)",
    "adapt": "mi.theme().to_meter(meter)",
    "to_meter": "mi.convert(music, meter), or theme.to_meter(meter)",
    "quantise": "mi.quantize(music)",
    "widget": "mi.studio(music)",
    "report": "mi.dossier(theme)",
    "annotate": "mi_theme.credits.markings.annotated(score, mi.film(4))",
    "strategy": "mi.strategies()[name]",
    "style": "mi.styles()[name]",
    "form": "mi.forms()[name]",
    "Score.tempo": "score.tempos",
    "Score.bpm": "score.tempos",
    "Score.meter": "score.meters, or score.bar(1).meter",
    "Score.metre": "score.meters, or score.bar(1).meter",
    "Score.time_signature": "score.meters, or score.bar(1).meter",
    "Score.part": "score.passage(bars, part), or score.notes(part)",
    "Score.length": "score.quarters",
    "Score.duration": "score.quarters, or score.play().seconds",
    "Score.write": "score.save(file)",
    "Score.export": "score.save(file)",
    "Score.to_midi": "score.save(file), or score.to_bytes()",
    "Score.to_musicxml": "score.save('song.musicxml')",
    "Score.to_mp3": "score.save('song.mp3')",
    "Score.show": "mi.draw(score)",
    "Score.plot": "mi.draw(score)",
    "Score.draw": "mi.draw(score)",
    "Score.convert": "mi.convert(score, meter)",
    "Score.to_meter": "mi.convert(score, meter)",
    "Score.plan": "mi.plan(score, meter)",
    "Score.compare": "mi.compare(score, meter)",
    "Score.find": "mi.find(theme, score)",
    "Score.motifs": "mi.motifs(score)",
    "Score.measure": "mi.measure(score)",
    "Score.quantize": "score.quantized()",
    "Score.theme": "mi.Theme.from_score(score, bars)",
    "Score.transpose": "score.to_music21().transpose(2)",
    "Theme.convert": "theme.to_meter(meter)",
    "Theme.adapt": "theme.to_meter(meter)",
    "Theme.metre": "theme.meter",
    "Theme.notes": "theme.ostinato, or theme.to_score().note_table()",
    "Theme.key": "theme.tonic, or theme.mode",
    "Theme.draw": "mi.draw(theme)",
    "Theme.show": "mi.draw(theme)",
    "Theme.find": "mi.find(theme, where)",
    "Theme.render": "mi.render(theme=theme)",
    "Theme.measure": "mi.measure(theme)",
    "Adaptation.how": "adaptation.plan.how",
    "Adaptation.strategy": "adaptation.plan.how",
    "Adaptation.cost": "adaptation.plan.cost",
    "Adaptation.score": "adaptation.to_score()",
    "Adaptation.notes": "adaptation.theme.ostinato",
    "Adaptation.draw": "mi.draw(adaptation)",
    "Plan.strategy": "plan.how",
    "Plan.meter": "plan.target",
    "Plan.apply": "theme.to_meter(meter)",
    "ScorePlan.save": "plan.apply().save('new.mid'), or plan.to_json()",
    "ScorePlan.write": "plan.apply().save('new.mid'), or plan.to_json()",
    "ScorePlan.play": "plan.apply().play()",
    "ScorePlan.strategy": "plan.how",
    "ScorePlan.meter": "plan.target",
    "ScorePlan.convert": "plan.apply()",
    "ScorePlan.bars": "plan.spans",
    "ScorePlan.draw": "mi.draw(plan)",
    "ScorePlan.explain": "print(plan)",
    "Meter.strengths": "meter.weights",
    "Meter.accents": "meter.weights",
    "Meter.text": "str(meter)",
    "Meter.length": "meter.bar",
    "Index.find": "mi.find(theme, index)",
    "Index.query": "index.sql(query)",
    "Index.update": "mi.update_index(path)",
    "Film.meter": "film.version().plan()",
    "Film.metre": "film.version().plan()",
    "Film.opening": "film.version('opening')",
    "Lineage.timeline": "lineage.draw('timeline')",
    "Lineage.graph": "lineage.draw('graph')",
    "Hit.start": "hit.onset, or hit.bar",
    "Hit.file": "hit.source",
    "Hit.transposed": "hit.transposition",
    "Arrangement.render": "arrangement.score()",
    "Arrangement.to_score": "arrangement.score()",
    "Recording.play": "recording.save('song.wav')",
    "Drawing.show": "drawing.save('picture.svg')",
    "Drawing.write": "drawing.save('picture.svg')",
    "Score.title": "score.source, or score.texts",
    "Score.slice": "score.passage((1, 4))",
    "Theme.transpose": "mi.theme(tonic='D')",
    "Meter.strength": "meter.weights",
    "Meter.with_grouping": "meter.grouped('3+2')",
    "Meter.beats_per_bar": "meter.groups",
    "ScorePlan.to_dict": "plan.as_dict()",
    "Plan.to_dict": "plan.as_dict()",
    "Film.score_by": "film.credits('score')",
    "Film.people": "film.credits()",
    "Lineage.people": "lineage.by('Balfe')",
    "Comparison.best": "comparison[0]",
    "Comparison.to_dataframe": "comparison.as_dicts()",
    "Listing.to_csv": "hits.csv()",
    "Listing.to_dataframe": "hits.csv()",
    "NamedRows.names": "list(mi.styles())",
    "RecurringMotif.notes": "motif.pattern",
    "RecurringMotif.bars": "motif.occurrences",
    "Measures.syncopation": "measures['syncopation']",
    "show": "mi.draw(thing)",
    "help": "help(mi)",
}

PICTURED = ("show", "plot")  # what is asked of anything

#: What people call options, and what those are called here: the first that a call has is meant.
OTHER_OPTIONS = {
    "strategy": ("how",),
    "method": ("how",),
    "lead": ("part",),
    "track": ("part",),
    "voice": ("part",),
    "target": ("meter",),
    "metre": ("meter",),
    "time_signature": ("meter",),
    "to": ("meter",),
    "bpm": ("tempo",),
    "key": ("tonic",),
    "measures": ("bars",),
    "bar": ("bars",),
    "part": ("parts",),
    "query": ("theme",),
    "pattern": ("theme",),
    "motif": ("theme",),
    "music": ("theme", "score"),
    "song": ("theme", "score"),
    "file": ("score", "source"),
    "n": ("top",),
    "limit": ("top",),
    "max_results": ("top",),
    "format": ("kind",),
}

#: A right call of each public function, and of what makes values.
EXAMPLES = {
    "adapt_onsets": "mi.adapt_onsets([0, 1.5, 3, 4], [1.5, 1.5, 1, 1], '5/4:3+3+2+2', '4/4')",
    "align": "mi.align('song.mid', 'cover.mid')",
    "arrange": "mi.arrange(style='club', theme='song.mid')",
    "find_beats": "mi.beats('song.mid')",
    "build_index": "mi.build_index('folder', 'songs.idx')",
    "compare": "mi.compare('song.mid', '7/8')",
    "convert": "mi.convert('song.mid', '7/8', how='cut')",
    "dossier": "mi.dossier(mi.theme(), ['4/4', '7/8'])",
    "draw": "mi.draw('song.mid', 'notation', bars=(1, 4))",
    "film": "mi.film(4)",
    "films": "mi.films()[3]",
    "find": "mi.find(mi.theme(), 'song.mid')",
    "all_forms": "mi.forms()['tv']",
    "induce_meter": "mi.induce_meter('song.mid')",
    "lineage": "mi.lineage().film(4)",
    "measure": "mi.measure('song.mid')",
    "motifs": "mi.motifs('song.mid')",
    "open_index": "mi.open_index('songs.idx')",
    "plan": "mi.plan('song.mid', '7/8', how='cut')",
    "quantize": "mi.quantize('song.mid')",
    "rank": "mi.rank('song.mid', 'folder')",
    "read": "mi.read('song.mid')",
    "render": "mi.render(style='club', theme='song.mid')",
    "strategies": "mi.strategies()['cut']",
    "studio": "mi.studio('song.mid', '7/8')",
    "all_styles": "mi.styles()['club']",
    "theme": "mi.theme('D', 'dorian')",
    "update_index": "mi.update_index('songs.idx')",
    "worksheet": "mi.worksheet(mi.theme(), '7/8')",
    "Meter": "mi.Meter('7/8:2+2+3')",
    "Grouping": "mi.Grouping('2+2+3')",
    "Motif": "mi.Motif('1:3 5:3 4:2 2:2')",
    "from_notes": "mi.Score.from_notes([0, 1], [1, 1], [60, 62], meter='4/4')",
    "from_score": "mi.Theme.from_score('song.mid', (1, 2))",
    "to_meter": "theme.to_meter('7/8', 'cut')",
    "replace": "plan.replace(bar=6, how='cut')",
    "passage": "score.passage((1, 4), 'Bass')",
}


def hint(names: tuple[str, ...]) -> str:
    """What to say instead of a guess, to put behind a message.

    Parameters
    ----------
    names
        As `GUESSED` may have them, the nearest first.

    Returns
    -------
    str
        Empty where nothing is known.
    """
    return next((f": say {GUESSED[name]}" for name in names if name in GUESSED), "")


def other_option(name: str, known: Collection[str]) -> str:
    """What an option is called that was named by another word.

    Parameters
    ----------
    name
        As it was called.
    known
        The options that there are.

    Returns
    -------
    str
        Empty where nothing is known.
    """
    return next((word for word in OTHER_OPTIONS.get(name, ()) if word in known), "")


class Guessed:
    """A value that tells what to say instead of an attribute that it has not."""

    __slots__ = ()

    if not TYPE_CHECKING:  # a type checker would take every name for an attribute

        def __getattr__(self, name: str) -> object:
            kind = type(self)
            own = tuple(f"{each.__name__}.{name}" for each in kind.__mro__)
            meant = hint((*own, name) if name in PICTURED else own)
            raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}{meant}", name=name, obj=self)
