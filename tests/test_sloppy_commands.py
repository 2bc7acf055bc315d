"""Commands as people type them: each does what was meant, or says in one line how to say it.

Four people: a teacher, a producer, somebody who writes scripts, a scholar of film music.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.cli.command_group import COMMANDS
from mi_theme.cli.typed_words import COMMAND_WORDS, EXAMPLES

# what is typed, and the file that it makes or, after "says", what it answers
DONE = """
render -o song.mid                                              | song.mid
render tv club -o a.mid                                         | a.mid
render Club --length 8 -o a.mid                                 | a.mid
render "Jazz Combo" --bars 8 -o a.musicxml                      | a.musicxml
render jazz_combo --length 8 --key Dm -o a.mid                  | a.mid
render bare 7/8 --length 8 -o a.mid                             | a.mid
render --form Clayton_Mullen --style BARE --length 8 -o a.mxl   | a.mxl
render --film "ghost protocol" --style bare --length 8 -o a.mid | a.mid
render --film 4 --style bare --length 8 -o a.mid                | a.mid
render --theme song.mid --style bare --length 8 -o a.mid        | a.mid
render --style bare --length 8 --tonic "d minor" -o a.json      | a.json
render --style bare --length 8 --part ostinato -o a.mid         | a.mid
render --style bare --length 8 --ending FADE -o new/a.mid --parents | new/a.mid
render --style bare --length 8 -o a.svg                         | a.svg
render --style bare --length 8 -o a.csv                         | a.csv
render --plan                                                   | says form tv
convert song.mid 4/4                                            | says regroup
convert song.mid 4/4 fresh.mid                                   | fresh.mid
convert song.mid --to 4/4 -o b.mid                              | b.mid
convert song.mid 4/4 -o b.musicxml                              | b.musicxml
convert song.mid 4/4 -o b.svg                                   | b.svg
convert song.mid 4/4 -o b.pdf                                   | b.pdf
convert song.mid 4/4 -o b.html                                  | b.html
convert song.mid 4/4 -o plan.json                               | plan.json
convert song.mid 4/4 --json -o plan.json                        | plan.json
convert song.mid 4/4 --json                                     | says mi-theme score plan
convert song.mid 4/4 -o notes.csv                               | notes.csv
convert song.mid 7/8 --how Regroup -o b.mid                     | b.mid
convert song.mid 6/4 --how "hold last" -o b.mid                 | b.mid
convert song.mid 6/4 --how hold_last -o b.mid                   | b.mid
convert song.mid 4/4 --bars 1-4 -o b.mid                        | b.mid
convert song.mid 4/4 --part ostinato -o b.mid                   | b.mid
convert song.mid 4/4 --lead Ostinato -o b.mid                   | b.mid
convert song.mid 4/4 --drums KEEP -o b.mid                      | b.mid
convert song.mid 4/4 -o out/deep/b.mid --parents                | out/deep/b.mid
convert --plan plan.json song.mid -o b.mid                      | b.mid
convert folder 4/4 -o converted                                 | converted/one.mid
compare song.mid 4/4                                            | says regroup
compare song.mid --to 3/4 --json                                | says "strategy"
adapt 4/4                                                       | says TRIM THE TAIL
adapt --to 7/8 --how Cut                                        | says 7/8
adapt 4/4 --key Dm                                              | says D . . D
adapt 4/4 -o c.mid                                              | c.mid
adapt 4/4 -o c.svg                                              | c.svg
adapt 4/4 -o c.pdf                                              | c.pdf
adapt 4/4 -o c.json                                             | c.json
adapt 4/4 --all                                                 | says hemiola
adapt 4/4 --theme song.mid                                      | says 4/4
draw song.mid -o d.svg                                          | d.svg
draw song.mid -o d.pdf                                          | d.pdf
draw song.mid --as Notation -o d.html                           | d.html
draw song.mid --as notation --bars 3-4 -o d.png                 | d.png
draw 5/4:3+3+2+2 -o d.svg                                       | d.svg
draw 3+3+2 -o d.svg                                             | d.svg
draw -o d.svg                                                   | d.svg
draw --to 4/4 --how regroup --how cut -o d.svg                  | d.svg
draw song.mid --to 4/4 --how regroup --how cut -o d.pdf         | d.pdf
draw --to 4/4 --to 7/8 -o d.pdf --paper LETTER                  | d.pdf
worksheet 4/4 -o sheet.pdf                                      | sheet.pdf
worksheet --to 4/4 -o sheet.html --teacher                      | sheet.html
worksheet 4/4 --theme song.mid -o sheet.pdf --paper Letter      | sheet.pdf
worksheet 4/4 --rhythm -o sheet.svg                             | sheet.svg
report -o report.html                                           | report.html
report --to 4/4 -o report.pdf                                   | report.pdf
info song.mid                                                   | says bars
info song.mid --json                                            | says "parts"
meter 5/4:3+3+2+2                                               | says 3
which-meter song.mid                                            | says song.mid
which-meter folder                                              | says metre
which-meter many                                                | says 15 files
which-meter many --details                                      | says m14.mid
quantize song.mid                                               | says on the grid
quantize song.mid -o q.musicxml                                 | q.musicxml
quantize song.mid -o q.json                                     | q.json
find song.mid                                                   | says Ostinato
find folder                                                     | says Ostinato
find many                                                       | says more: --all
find many --all                                                 | says m14.mid
find song.mid --theme song.mid --bars 1 --part ostinato         | says hit
find folder --csv                                               | says evalue
rank song.mid folder                                            | says similarity
rank song.mid folder --how Tune                                 | says similarity
lineage                                                         | says Rogue Nation
lineage 4                                                       | says Film 4
lineage ghost protocol                                          | says Film 4
lineage "Ghost Protocol"                                        | says Film 4
lineage 2011                                                    | says Film 4
lineage --film 4 --layer seed                                   | says Film 4
lineage --conflicts                                             | says M
lineage --readings                                              | says 5 readings
lineage --draw timeline -o l.svg                                | l.svg
lineage --draw graph -o l.pdf                                   | l.pdf
lineage show M17                                                | says Lorne Balfe
lineage cite M17                                                | says film 7
annotate song.mid 4 -o annotated.mid                            | annotated.mid
annotate song.mid ghost protocol -o annotated.mid               | annotated.mid
forms                                                           | says clayton-mullen
styles                                                          | says big-band
strategies                                                      | says regroup
convert 4/4 song.mid                                            | says regroup
annotate 4 song.mid -o annotated.mid                            | annotated.mid
Convert song.mid --metre 4/4 --Strategy=CUT -O b.mid            | b.mid
compare song.mid --meter 3/4                                    | says regroup
render bare --metre 7/8 --bpm 120 --length 8 --output a.mid     | a.mid
report --metre 4/4 -o report.pdf                                | report.pdf
find song.mid --metre 5/4                                       | says hit
which_meter song.mid                                            | says song.mid
Which-Metre song.mid                                            | says song.mid
metre 3+2/8                                                     | says 5/8
quantise song.mid                                               | says on the grid
motif song.mid                                                  | says motif
lineage --Film 4 --Layer Seed                                   | says Film 4
index Build folder -o songs.idx                                 | songs.idx/index.json
help                                                            | says which-meter
help Convert                                                    | says --explain
meter 3+3+2                                                     | says 8/8:3+3+2
meter "5/4 3+2"                                                 | says 5/4:3+2
meter "7/8 (2+2+3)"                                             | says 7/8:2+2+3
meter waltz                                                     | says 3/4
adapt to 4/4                                                    | says TRIM THE TAIL
adapt 4/4 cut                                                   | says 3+3+2
adapt 4/4 key Em                                                | says E . . E
adapt song.mid 7/8                                              | says 7/8
adapt 4/4 Dm theme.mid                                          | theme.mid
worksheet 4/4 w.pdf                                             | w.pdf
worksheet song.mid 4/4 -o sheet.pdf                             | sheet.pdf
worksheet Waltz -o w.pdf                                        | w.pdf
draw 4/4 theme.png                                              | theme.png
draw song.mid picture.svg                                       | picture.svg
draw theme -o t.svg                                             | t.svg
draw song.mid bars 1-2 first.svg                                | first.svg
report dossier.html --to 4/4                                    | dossier.html
report song.mid page.html --to 4/4                              | page.html
report 4 -o film.pdf                                            | film.pdf
report --film "ghost protocol" film.pdf                         | film.pdf
forms tv                                                        | says tv: 5/4 throughout
forms TV --json                                                 | says "name": "tv"
styles club                                                     | says tempo
styles "jazz combo"                                             | says tempo
strategies cut                                                  | says the end of the bar goes
strategies Regroup --json                                       | says "regroup"
version                                                         | says mi-theme, version
help worksheet                                                  | says --teacher
convert song.mid to 7/8                                         | says 7/8
convert song.mid 7/8 c7.mid                                     | c7.mid
convert song.mid 4/4 regroup c44.mid                            | c44.mid
convert song.mid into 4/4 by cut -o c.mid                       | c.mid
convert song.mid 4/4 bars 1-4 c14.mid                           | c14.mid
convert song.mid waltz                                          | says 3/4
convert song.mid 3+3+2/8 -o c8.mid                              | c8.mid
convert song.mid 4/4 --drums off -o c.mid                       | c.mid
convert song.mid 4/4 --drums none -o c.mid                      | c.mid
convert song.mid 4/4 --json -o -                                | says mi-theme score plan
convert song.mid 4/4 -o empty/                                  | empty/song.mid
convert folder/one.mid folder/two.mid 7/8 -o seven              | seven/two.mid
convert 7/8 folder song.mid -o seven                            | seven/song.mid
render club song.mid --length 8 -o a.mid                        | a.mid
render club song.mid a-club.mid --length 8                      | a-club.mid
render waltz bare --length 8 w.mid                              | w.mid
render bare jig --length 8 jig.mid                              | jig.mid
render 4 --style bare --length 8 f4.mid                         | f4.mid
render bare --key F#m --bars 8 fm.mid                           | fm.mid
render bare --ending loop --length 8 loop.mid                   | loop.mid
quantize song.mid fixed.mid                                     | fixed.mid
quantize song.mid --swing 60 fixed2.mid                         | fixed2.mid
find song.mid in folder                                         | says Ostinato
find folder --theme head                                        | says Lead
find folder --rhythm 3+3+2+2 --in 5/4                           | says Ostinato
measure song.mid folder/one.mid                                 | says syncopation
which-meter song.mid folder/one.mid                             | says song.mid
lineage balfe                                                   | says Lorne Balfe
lineage --by zimmer                                             | says Hans Zimmer
lineage Larry Mullen                                            | says soundtrack
lineage fallout                                                 | says Film 6
lineage mi5                                                     | says Film 5
lineage film 4                                                  | says Film 4
lineage m17                                                     | says film/6 score_by
lineage cite m17                                                | says film 7
lineage --conflicts 4                                           | says contradiction
lineage 8 --claims                                              | says F8-01
lineage timeline l.svg                                          | l.svg
lineage -o whole.json                                           | whole.json
lineage 4 -o film4.csv                                          | film4.csv
lineage balfe -o balfe.json                                     | balfe.json
lineage -o refs.bib                                             | refs.bib
lineage bibtex                                                  | says @
annotate song.mid 4 out4.mid                                    | out4.mid
"""
# what is typed, and what the one line says to do
REFUSED = """
convert song.mid                           | mi-theme convert song.mid 4/4
convert song.mid 4/4 -o nowhere/b.mid      | --parents makes it
convert song.mid 4/4 -o b.doc              | .mid
convert song.mid 4/4 --how regrup          | did you mean 'regroup'
convert song.mid 4/4 -o song.mid           | write the result somewhere else
convert nothing.mid 4/4                    | nothing.mid
convert song.mid 4/4 --part tuba           | there are: Ostinato
convert song.mid 44                        | numerator/denominator
render club jazz                           | did you mean 'jazz-combo'
render --style clubb                       | did you mean 'club'
render --tempo fast                        | 'fast' is no number
render --film 9                            | 8 (2025)
render --tonic Dm --mode major             | say one of them
adapt                                      | mi-theme adapt 4/4
draw song.mid                              | -o picture.svg
worksheet 4/4                              | -o sheet.pdf
worksheet -o sheet.pdf                     | mi-theme worksheet 4/4
annotate song.mid 4                        | --in-place
annotate song.mid -o a.mid                 | say which film
report -o report.doc                       | .html or .pdf
lineage 9                                  | 8 (2025)
find song.mid --theme nothing.mid          | neither a file nor a motif
convert song.mid 4/4 folder/one.mid        | -o folder/one.mid
find --theme song.mid                      | find FOLDER --theme song.mid
play                                       | mi-theme play song.mid
index build folder                         | index build FOLDER -o songs.idx
index find songs.idx                       | find songs.idx --theme song.mid
help nothing                               | there are: render
info folder                                | name a file, or one in that folder
lineage dead reckoning                     | did you mean 7 (2023) or 8 (2025)
--nope                                     | --help says more
verson                                     | did you mean
convert                                    | mi-theme convert song.mid 7/8
convert song.mid 4/4 --tempo 90            | such as: mi-theme convert song.mid 7/8
convert song.mid 4/4 --drum keep           | did you mean --drums
convert song.mid 4/4 7/8                   | say one of them
convert song.mid folder/one.mid 4/4        | -o FOLDER
convert song.mid 4/4 --part bongos         | has no tune; with pitches there are: Ostinato
convert sonf.mid 4/4                       | did you mean 'song.mid'
convert 4/4 sonf.mid                       | did you mean 'song.mid'
convert song.wav 4/4                       | this is sound, and notes are read
adapt 4/4 --theme song.mid --theme-part bongos | has no tune
motifs song.mid --part bongos              | has no tune
find folder --theme song.mid --part bongos | has no tune
worksheet 6/8 3/4 -o w.pdf                 | such as: mi-theme worksheet 7/8
worksheet 4/4 -o sheet                     | end the name in .svg
render house --length 8                    | there are: tv
render bare 5/4 4/4                        | two metres
render bare --seed random                  | 'random' is no whole number
render bare song.mid song.mid              | -o song.mid writes over it
lineage --by nobody                        | there are: Lalo Schifrin
lineage rogue                              | did you mean 5 (2015)
lineage --composer balfe                   | such as: mi-theme lineage 4
lineage cite M17 --style harvard           | there are: chicago
lineage --format bib                       | did you mean 'bibtex'
forms tvv                                  | did you mean 'tv'
strategies regrup                          | did you mean 'regroup'
studio --plan plan.json                    | mi-theme studio song.mid --plan plan.json
"""


def rows(text: str) -> list[tuple[str, str]]:
    return [
        (command.strip(), answer.strip())
        for command, _, answer in (line.partition("|") for line in text.strip().splitlines())
    ]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as people have it: a song, a folder of two, one of fifteen."""
    folder = tmp_path_factory.mktemp("desk")
    song = mi.render(style="bare", length=8)
    song.save(folder / "song.mid")
    (folder / "folder").mkdir()
    (folder / "many").mkdir()
    (folder / "empty").mkdir()
    (folder / "song.wav").write_bytes(b"RIFF\0\0\0\0WAVE")
    for name in ("one", "two"):
        song.save(folder / "folder" / f"{name}.mid")
    for number in range(15):
        song.save(folder / "many" / f"m{number}.mid")
    (folder / "plan.json").write_text(mi.plan(song, "4/4").to_json(), "utf-8")
    return folder


def run(line: str) -> Any:
    return CliRunner().invoke(main, shlex.split(line))


def test_there_are_two_hundred_of_them() -> None:
    assert len(rows(DONE)) + len(rows(REFUSED)) >= 200


@pytest.mark.parametrize(("line", "answer"), rows(DONE), ids=lambda text: text)
def test_it_does_what_was_meant(line: str, answer: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    (desk / answer).unlink(missing_ok=True) if answer not in (
        "song.mid",
        "plan.json",
    ) and "says" not in answer else None
    if line == "render -o song.mid":  # as all of them, but short: the others read it
        line += " --style bare --length 8"
    result = run(line)
    assert result.exit_code == 0, result.output
    if answer.startswith("says "):
        assert answer.removeprefix("says ") in result.output
        return
    made = (desk / answer).read_bytes()
    assert made.startswith(
        {".pdf": b"%PDF", ".mid": b"MThd", ".png": b"\x89PNG", ".mxl": b"PK"}.get(Path(answer).suffix, b"")
    )
    if answer.endswith(".json"):
        assert json.loads(made)
        assert "{" not in result.output


@pytest.mark.parametrize(("line", "answer"), rows(REFUSED), ids=lambda text: text)
def test_it_says_in_a_line_how(line: str, answer: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    result = run(line)
    assert result.exit_code in (1, 2), result.output
    (said,) = result.output.splitlines()
    assert said.startswith("mi-theme: ")
    assert answer in said


@pytest.mark.parametrize(("command", "example"), EXAMPLES.items(), ids=lambda text: text)
def test_an_example_is_a_call_that_is_understood(command: str, example: str) -> None:
    assert f"{example} ".startswith(f"{command} ")
    group: click.Command = main
    words = shlex.split(example.split(",")[0])
    context = click.Context(main, info_name="mi-theme")
    while isinstance(group, click.Group) and (found := group.get_command(context, words[0] if words else "")):
        group, words = found, words[1:]
    assert group.make_context(command, words, parent=context).params


def test_other_words_are_no_names_of_their_own() -> None:
    assert not COMMAND_WORDS.keys() & COMMANDS.keys()
    assert set(COMMAND_WORDS.values()) <= COMMANDS.keys()
    assert {command.split()[0] for command in EXAMPLES} <= COMMANDS.keys()


def test_bars_are_counted_alike_by_render_and_info(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    for ending in ("ring", "stop", "fade", "loop"):
        said = run(f"render bare --length 8 --ending {ending} -o counted.mid").output
        bars = next(words.split()[0] for words in said.split(": ")[1:] if " bars" in words)
        assert f"{bars} bars" in run("info counted.mid").output


def test_annotate_never_writes_over_its_file_unasked(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    mi.render(style="bare", length=8).save("own.mid")
    before = Path("own.mid").read_bytes()
    assert run("annotate own.mid 4").exit_code == 2
    assert Path("own.mid").read_bytes() == before
    assert run("annotate own.mid 4 --in-place").exit_code == 0
    assert Path("own.mid").read_bytes() != before


def test_completion_offers_names() -> None:
    from click.shell_completion import ShellComplete

    def offered(*words: str) -> set[str]:
        complete = ShellComplete(main, {}, "mi-theme", "_MI_THEME_COMPLETE")
        return {item.value for item in complete.get_completions([*words[:-1]], words[-1])}

    assert "club" in offered("render", "--style", "cl")
    assert "clayton-mullen" in offered("render", "--form", "Cl")
    assert "regroup" in offered("convert", "x.mid", "--how", "re")
    assert {"4", "8"} <= offered("render", "--film", "")


def test_a_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from mi_theme.cli import shared

    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    shared.print_table(("name", "about"), [["a", "b" * 100], ["c" * 60, "d"]], most=1)
    shown = capsys.readouterr()
    assert max(map(len, shown.out.splitlines())) <= 40
    assert "... and 1 more" in shown.err
