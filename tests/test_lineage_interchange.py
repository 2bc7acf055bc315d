"""The lineage out and in again, read by other programs; citations; another lineage; a scholar's ten questions."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.credits import Claim, Lineage
from mi_theme.credits.citations import STYLES
from mi_theme.credits.interchange import FORMATS
from mi_theme.credits.locators import located, quoted
from mi_theme.credits.plain_tables import ROW_TYPES, claims_of_csv, csv_of
from mi_theme.credits.records import FILES
from mi_theme.errors import FileError, MiThemeError, UnknownName

ROOT = Path(__file__).resolve().parent.parent
OTHER = ROOT / "examples" / "lantern_street"
WHOLE = ("json", "prov", "provn", "jsonld")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["lineage", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(params=["ours", "other"], scope="module")
def lineage(request: pytest.FixtureRequest) -> Lineage:
    return mi.lineage() if request.param == "ours" else Lineage.load(OTHER)


# Out and in again


@pytest.mark.parametrize("format_", WHOLE)
def test_what_was_written_is_read_back_claim_by_claim(lineage: Lineage, format_: str, tmp_path: Path) -> None:
    path = tmp_path / "lineage"
    path.write_text(lineage.export(format_), "utf-8")
    back = Lineage.load(path)
    for name in (*ROW_TYPES, "about"):
        assert getattr(back.tables, name) == getattr(lineage.tables, name), name
    assert back == lineage
    assert back.export(format_) == lineage.export(format_)


def test_a_claim_of_the_readers_own_travels_too(tmp_path: Path) -> None:
    mine = mi.lineage().add("film 4 opening by Giacchino")
    for format_ in WHOLE:
        (tmp_path / format_).write_text(mine.export(format_), "utf-8")
        assert Lineage.load(tmp_path / format_) == mine


def test_claims_as_a_table_come_back(tmp_path: Path) -> None:
    text = mi.lineage().export("csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(mi.lineage().claims()) == 306
    assert {*Claim.__struct_fields__} - {"locator"} <= {*rows[0]}
    (tmp_path / "claims.csv").write_text(text, "utf-8")
    assert Lineage.load(tmp_path / "claims.csv") == mi.lineage()
    assert Lineage.load(tmp_path / "claims.csv").claim("M11").locator == mi.lineage().claim("M11").locator


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12) | st.sampled_from(
    ['a "b"', "[1]", '"', "\\", "a\nb", "a, b", "100 %", "'x'", "%% xsd:int", "])", "ü–ß", " "]
)


@settings(max_examples=30, deadline=None)
@given(value=st.lists(WORDS, min_size=1, max_size=3), note=WORDS, key=WORDS, names=st.lists(WORDS, max_size=2))
def test_any_words_survive_every_format(value: list[str], note: str, key: str, names: list[str]) -> None:
    """Quotes, brackets, line breaks, and what a format takes for its own signs."""
    from mi_theme.credits.interchange import _tables_of

    said = value[0] if len(value) == 1 else tuple(value)
    claim = Claim(
        id="new " + key,
        subject="series/x",
        predicate="says",
        value=said,
        source="reader",
        note=note,
        names=tuple(names),
    )
    lineage = (
        mi.lineage()
        .without([c.id for c in mi.lineage().claims()][5:])
        .without([c.id for c in mi.lineage().claims()][:3])
    )
    tables = lineage.tables._replace(claims=(claim,), films=(), versions=())
    for format_ in WHOLE:
        assert _tables_of(FORMATS[format_].write(tables)) == tables, format_
    assert claims_of_csv(csv_of(tables)) == (claim,)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "first line of a table of claims"),
        ("{", "no lineage in JSON"),
        ("{}", "card"),
        ('{"about": {"name": "x"}}', "missing required field"),
        ('{"@graph": [1]}', "JSON-LD"),
        ('{"@graph": []}', "card"),
        ('{"entity": 3}', "PROV-JSON"),
        ('{"entity": {}, "agent": {}}', "card"),
        ("document\nendDocument", "card"),
        ('document\n  entity(a, [prov:type=\'mi:Claim\', mi:names="[" %% mi:json])\nendDocument', "PROV-N"),
        ("[" * 3000, "first line"),
        ("{\"a\":" * 3000, "no lineage in JSON"),
    ],
)  # fmt: skip
def test_what_is_no_lineage_is_refused_in_one_line(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(text, "utf-8")
    with pytest.raises(FileError, match=reason) as error:
        Lineage.load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@cache
def other_as(format_: str) -> str:
    return Lineage.load(OTHER).export(format_)


@settings(max_examples=60, deadline=None)
@given(
    format_=st.sampled_from([*WHOLE, "csv"]),
    place=st.floats(0, 1),
    length=st.integers(0, 40),
    put=st.sampled_from(["", "{", "]", '"', "9" * 5000, "-1", "null", "\\", "[[", "%%", "\n", "@"]),
)
def test_a_damaged_file_is_read_or_refused(format_: str, place: float, length: int, put: str) -> None:
    from mi_theme.credits.interchange import _tables_of

    text = other_as(format_)
    start = int(place * len(text))
    words = ""
    try:
        _tables_of(text[:start] + put + text[start + length :])
    except MiThemeError as error:
        words = str(error)
    assert "\n" not in words


def test_a_wrong_row_in_a_table_of_claims_is_named(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(mi.lineage().export("csv").replace(",72,6745,", ",seventy,6745,", 1), "utf-8")
    with pytest.raises(FileError, match=r"line \d+: no claim"):
        Lineage.load(path)
    path.write_text(mi.lineage().export("csv").replace(",A,ambiguous,", ",Z,ambiguous,", 1), "utf-8")
    with pytest.raises(FileError, match="no source 'Z'"):
        Lineage.load(path)


# Authorities


@pytest.mark.tool("prov")
def test_prov_reads_both_forms_and_finds_one_document(lineage: Lineage, tmp_path: Path) -> None:
    from prov import model

    one = model.ProvDocument.deserialize(content=lineage.export("prov"), format="json")
    other = model.ProvDocument.deserialize(content=lineage.export("provn"), format="provn")
    assert one == other
    derivations = list(one.get_records(model.ProvDerivation))
    assert len(derivations) == len(lineage.claims())
    for text in (one.serialize(format="json"), one.get_provn()):
        (tmp_path / "again").write_text(text, "utf-8")
        assert Lineage.load(tmp_path / "again") == lineage


@pytest.mark.tool("pyld")
def test_a_json_ld_processor_reads_it(lineage: Lineage, tmp_path: Path) -> None:
    from pyld import jsonld

    document = json.loads(lineage.export("jsonld"))
    expanded = jsonld.expand(document)
    again = jsonld.compact(expanded, document["@context"])
    (tmp_path / "again").write_text(json.dumps(again), "utf-8")
    assert Lineage.load(tmp_path / "again") == lineage
    base = lineage.tables.about.base
    triples = {
        (row["subject"]["value"], row["predicate"]["value"], row["object"]["value"])
        for row in jsonld.to_rdf(document)["@default"]
    }
    derived = "http://www.w3.org/ns/prov#wasDerivedFrom"
    assert sum(predicate == derived for _, predicate, _ in triples) == len(lineage.claims())
    entity = "https://w3id.org/polifonia/ontology/music-meta/MusicEntity"
    assert sum(value == entity for _, _, value in triples) == len(lineage.tables.versions)
    assert (
        f"{base}predicate/score_by",
        "http://www.w3.org/2004/02/skos/core#closeMatch",
        "http://www.wikidata.org/prop/direct/P86",
    ) in triples


@pytest.mark.tool("pyld")
def test_what_a_claim_says_is_not_asserted() -> None:
    """No triple makes somebody the composer of a film: claims contradict each other."""
    from pyld import jsonld

    rdf = jsonld.to_rdf(json.loads(mi.lineage().export("jsonld")))["@default"]
    assert not [
        row
        for row in rdf
        if "wikidata" in row["predicate"]["value"] or row["predicate"]["value"].endswith(("composer", "director"))
    ]


@pytest.mark.tool("bibtexparser")
@pytest.mark.tool("rispy")
def test_reference_managers_read_the_sources(lineage: Lineage) -> None:
    import bibtexparser
    import rispy

    wanted = [lineage.tables.about.name, *lineage.sources]
    library = bibtexparser.parse_string(lineage.export("bibtex"))
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == wanted
    assert [row["id"] for row in rispy.loads(lineage.export("ris"))] == wanted
    items = json.loads(lineage.export("csl"))
    assert [item["id"] for item in items] == wanted
    for item in items[1:]:
        source = lineage.sources[item["id"]]
        assert ("author" in item) == bool(source.author)
        assert item.get("URL", "") == source.link
        assert ("unknown" in item["note"]) == (not (source.author and source.publisher and source.written))


# Citations


@pytest.mark.parametrize("style", STYLES)
def test_every_claim_cites_with_what_is_known_and_what_is_not(lineage: Lineage, style: str) -> None:
    for claim in lineage.claims():
        words, source = lineage.cite(claim.id, style=style), lineage.sources[claim.source]
        assert "\n" not in words
        assert source.title in words
        assert ("author unknown" in words.casefold()) == (not source.author)
        assert ("publisher unknown" in words.casefold()) == (not source.publisher)
        assert ("date unknown" in words) == (not source.written)
        assert f"Claim {claim.id} of {lineage.tables.about.name}" in words
        if claim.locator:
            assert f"ine {claim.locator.line}, characters {claim.locator.span[0]} to" in words
        if source.url and not source.link:
            assert f"address as noted: {source.url}" in words
        if source.seen:
            assert "20 November 2026" in words or "29 November 2026" in words


def test_a_footnote() -> None:
    assert mi.lineage().cite("R1-04") == (
        "Author unknown, “Radio feature on the music of the films,” publisher unknown, 31 July 2015, accessed 20 November 2026, "
        "https://www.yourclassical.org/story/2015/07/31/mission-impossible-music. "
        f"Claim R1-04 of mi-theme-lineage, mi_theme {mi.__version__}."
    )
    assert mi.lineage().cite("B").startswith("Author unknown, “News item on the first picture of film 7")
    assert len(mi.lineage().cite("M11", "M17", style="mla").splitlines()) == 2
    with pytest.raises(UnknownName, match="chicago"):
        mi.lineage().cite("M11", style="chicken")
    with pytest.raises(UnknownName):
        mi.lineage().cite("M999")


def test_of_one_film_there_are_its_sources_and_claims() -> None:
    lineage = mi.lineage()
    used = {claim.source for claim in lineage.claims(film=4)}
    assert {item["id"] for item in json.loads(lineage.export("csl", film=4))[1:]} == used
    assert {claim.id for claim in claims_of_csv(lineage.export("csv", 4))} == {c.id for c in lineage.claims(film=4)}
    with pytest.raises(MiThemeError, match="whole lineage"):
        lineage.export("prov", film=4)
    with pytest.raises(UnknownName, match="bibtex"):
        lineage.export("bibtexx")


# The words, where one has them


def test_the_sentence_of_a_claim_is_shown_with_its_place() -> None:
    lineage = Lineage.load(OTHER)
    for claim in lineage.claims(layer="seed"):
        if claim.locator:
            words = quoted(lineage, claim, OTHER / "documents")
            text = (OTHER / "documents" / lineage.sources[claim.source].file).read_text("utf-8")
            inside = re.search(r">>(.*)<<", words)
            assert inside
            assert inside[1] == text[slice(*claim.locator.span)]
            assert f"line {claim.locator.line}," in words
            assert words.count(".") >= 2
    shown = run("--data", str(OTHER), "show", "L3", "--documents", str(OTHER / "documents"))
    assert "it is the work of >>Tobin Farrowick and Clarice Mossgrove, in that order<<." in shown


def test_without_the_documents_there_are_the_place_and_the_hash(tmp_path: Path) -> None:
    claim = mi.lineage().claim("M11")
    assert claim.locator
    shown = run("show", "M11")
    assert claim.locator.sha256 in shown
    assert "A 72" in shown
    with pytest.raises(FileError, match="give the folder with the documents"):
        quoted(mi.lineage(), claim, tmp_path)
    for source in mi.lineage().sources.values():
        if source.file:
            (tmp_path / source.file).write_text("other words\n" * 2000, "utf-8")
    with pytest.raises(FileError, match="not"):
        quoted(mi.lineage(), claim, tmp_path)
    with pytest.raises(MiThemeError, match="no place in a document"):
        quoted(mi.lineage(), mi.lineage().claim("R1-04"), tmp_path)


# Another lineage


def test_the_other_lineage_says_that_it_is_invented() -> None:
    result = CliRunner().invoke(main, ["lineage", "--data", str(OTHER)])
    assert "Invented, as an example" in result.stderr
    assert "Invented, as an example" in str(Lineage.load(OTHER))
    assert all("Invented" in path.read_text("utf-8").splitlines()[0] for path in (OTHER / "documents").iterdir())
    for format_ in ("json", "jsonld", "prov", "provn", "bibtex", "ris", "csl"):
        assert "no such film, person, document or page exists" in Lineage.load(OTHER).export(format_), format_


def test_the_other_lineage_is_described_and_its_places_are_right() -> None:
    from mi_theme.credits.datasets import descriptions

    for name, text in descriptions(OTHER).items():
        assert (OTHER / name).read_text("utf-8") == text, (
            f"run mi-theme lineage describe examples/lantern_street: {name}"
        )
    assert "every one is right" in run("--data", str(OTHER), "verify", str(OTHER / "documents"))
    letter = OTHER / "documents" / "letter.txt"
    claim = Lineage.load(OTHER).claim("L11")
    assert claim.locator
    assert claim.locator.sha256 in located(letter, "and the titles too")
    with pytest.raises(FileError, match="0 times"):
        located(letter, "nowhere")


def test_the_other_lineage_reasons_as_ours_does() -> None:
    lineage = Lineage.load(OTHER)
    assert [str(film.composer) for film in lineage.films()] == [
        "Tobin Farrowick",
        "Tobin Farrowick or Clarice Mossgrove",
        "Clarice Mossgrove",
    ]
    assert len(lineage.readings()) == 2
    assert str(lineage.film("Lantern Street 2").version().plan()[0][1]) == "7/4:3+2+2"
    assert [c.kind for c in lineage.conflicts()] == ["contradiction", "miscount"]
    assert lineage.film(1).composer.certainty == "stated"
    assert lineage.without("letter").film(1).composer.certainty == "inferred"
    assert "The opening of film 1 is by Tobin Farrowick" in lineage.explain(2)
    for kind in ("timeline", "graph"):
        assert "Farrowick" in lineage.draw(kind).description


@pytest.mark.parametrize("name", sorted(set(FILES) - {"reference.toml"}))
def test_a_table_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(OTHER, folder)
    (folder / name).unlink()
    result = CliRunner().invoke(main, ["lineage", "--data", str(folder)])
    assert result.exit_code == 1
    assert name in result.output
    assert "Traceback" not in result.output


def test_a_lineage_with_one_layer_answers(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(OTHER, folder)
    (folder / "reference.toml").unlink()
    (folder / "films.toml").write_text(
        (folder / "films.toml")
        .read_text("utf-8")
        .replace('aliases = [{ name = "Lantern Street Again", claim = "W4" }]\n', ""),
        "utf-8",
    )
    lineage = Lineage.load(folder)
    assert lineage.film(2).composer.certainty == "ambiguous"
    assert "Traceback" not in run("--data", str(folder), "--film", "2")
    assert "reference" not in lineage.export("csv")


# The card


def test_the_card_has_fields_licences_and_how_to_contest() -> None:
    package = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))
    assert package["contesting"]
    assert {layer["name"] for layer in package["layers"]} == {"seed", "reference"}
    for resource in package["resources"]:
        assert resource["licenses"] == [{"name": "MIT", "path": "https://opensource.org/license/mit"}]
        assert all(field["description"] and field["name"] for field in resource["schema"]["fields"]), resource["name"]


# What one asks first


def test_a_film_says_what_one_asks_first() -> None:
    text = str(mi.film(4))
    for words in ("Film 4: ", "Michael Giacchino or Joe Kraemer (ambiguous, seed layer: M11", "Michael Giacchino (inferred, reference layer: R4-05", "A: Encyclopaedia article", "5/4 (stated of several films at once: M10)", "layers differ", "3+3+2+2"):  # fmt: skip
        assert words in text
    assert repr(mi.film(4)).count("\n") == 0
    assert "nobody says" in str(mi.film(8))
    assert "the seed layer is silent" in str(mi.film(8))
    assert mi.film(1).summary[-1] == ("layers differ", "no")
    assert "<th scope='row'>metre</th>" in mi.film(4)._repr_html_()


def test_every_conflict_has_a_reason_or_says_that_none_is_known() -> None:
    assert all(conflict.why for conflict in mi.lineage().conflicts())


def test_film_1_is_told_by_both_layers_without_a_contradiction() -> None:
    (row,) = [conflict for conflict in mi.lineage().conflicts(1) if conflict.kind == "coarser"]
    assert row.claims == ("RA-07", "RA-08", "M23", "M21")
    assert mi.film(1).versions_in("reference")[2].metres == "4/4 (intro not stated)"


# A scholar's ten questions, one command each, and each answer citable

QUESTIONS: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "who wrote the opening of film 4, on what evidence": (
        ["--film", "4"], ("Michael Giacchino or Joe Kraemer", "M11", "M17", "R4-05")),
    "which films keep 5/4": (["--predicate", "opening_metre"], ("M10", "films/1-7", "5/4", "H11", "absent")),
    "what is only inferred": (["--inferences"], ("film/6 opening_by", "score-implies-opening", "R4-05")),
    "what contradicts what": (["--conflicts"], ("RM-02 M10 M20", "miscount", "M11")),
    "what changed if document C is left out": (
        ["--without", "C", "--changes"], ("Lorne Balfe", "Joe Kraemer or Lorne Balfe", "readings", "15")),
    "which readings are left under one assumption": (["--readings", "--assume", "order-preserved"], ("140 readings",)),
    "what does claim M11 say, and where": (["show", "M11"], ("Danny Elfman, Hans Zimmer", "A 72", "Author unknown")),
    "what did people plan for film 8 that did not happen": (["--film", "8", "--status", "superseded"], ("F8-07a", "planned_release")),
    "how is the metre of the dance version told by the two layers": (["--conflicts", "--film", "1"], ("coarser", "RA-07 RA-08 M23 M21")),
    "how do I cite that": (["cite", "M11", "R4-05", "--style", "apa"], ("Author unknown. (", "Claim R4-05")),
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_scholars_question_is_one_command_and_its_answer_can_be_cited(question: str) -> None:
    command, words = QUESTIONS[question]
    answer = run(*command)
    for word in words:
        assert word in answer
    ids = [name for name in re.findall(r"\b[A-Z][A-Z0-9]*-?[A-Z]?\d+[a-z]?\b", answer) if name in mi.lineage().by_id]
    assert ids or "readings" in answer  # a count cites the claims that it was made without
    assert len(mi.lineage().cite(*dict.fromkeys(ids)).splitlines()) == len(dict.fromkeys(ids))


def test_what_changes_is_said_answer_by_answer() -> None:
    assert run("--changes") == "nothing: every answer is the same\n"
    rows = list(csv.reader(io.StringIO(run("--without", "M17,M18", "--changes", "--csv"))))
    assert rows[0] == ["film", "layer", "what", "before", "after"]
    assert ["all", "seed", "readings", "5", "15"] in rows
    assert ["6", "seed", "certainty", "inferred", "ambiguous"] in rows
    assert {row[1] for row in rows[1:-1]} == {"seed"}
    assert "Michael Giacchino or Joe Kraemer" in run("--add", "film 4 opening by Giacchino", "--changes")


@pytest.mark.parametrize("format_", FORMATS)
def test_the_command_writes_every_format(format_: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    assert run("--format", format_) == mi.lineage().export(format_)
    run("--format", format_, "-o", str(path))
    assert path.read_text("utf-8") == mi.lineage().export(format_)


def test_every_report_goes_into_a_file_too(tmp_path: Path) -> None:
    for arguments in ([], ["--conflicts"], ["--film", "4", "--json"], ["--readings", "--csv"], ["--draw", "graph"]):
        path = tmp_path / ("out.svg" if "--draw" in arguments else "out.txt")
        run(*arguments, "-o", str(path))
        assert path.read_text("utf-8") == run(*arguments), arguments


def test_wrong_words_on_the_command_line_are_one_line() -> None:
    wrong: list[Any] = [["--format", "word"], ["--data", "nowhere"], ["cite", "M999"], ["show", "M999"], ["--format", "prov", "--film", "4"], ["--without", "Z9"], ["cite", "M11", "--style", "x"]]  # fmt: skip
    for arguments in wrong:
        result = CliRunner().invoke(main, ["lineage", *arguments])
        assert result.exit_code == 1, arguments
        assert len(result.output.strip().splitlines()) == 1, arguments
