"""The lineage tables: complete, traceable, described, without a sentence of the documents; and broken ones refused."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

import mi_theme as mi
from mi_theme.credits import Lineage, verify
from mi_theme.credits.records import FILES, STATUSES
from mi_theme.errors import FileError

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
RUN = 8  # words in a row that make a sentence of somebody else's, if at least half are no names


def _shared(name: str, variable: str) -> Path:
    """A folder of material beside the project, or skip by its name."""
    folder = Path(os.environ.get(variable) or ROOT.parent / "shared" / name)
    if not folder.is_dir():
        pytest.skip(f"{variable} is not set and ../shared/{name} is not there")
    return folder


@pytest.fixture(scope="session")
def seeds() -> Path:
    return _shared("seeds", "MI_THEME_SEEDS")


@pytest.fixture(scope="session")
def claims_file() -> Path:
    return _shared("lineage", "MI_THEME_CLAIMS") / "claims.json"


@pytest.fixture(scope="session")
def making() -> ModuleType:
    """The importer, which is no part of the package."""
    spec = spec_from_file_location("making_lineage", DATA / "making" / "lineage.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the tables to break."""
    for name in FILES:
        shutil.copy(DATA / name, tmp_path)
    return tmp_path


# Complete and traceable


def test_all_195_claims_are_there_and_the_others_are_set_by_hand() -> None:
    hand = tomllib.loads((DATA / "making" / "hand_set.toml").read_text("utf-8"))
    left_out = {row["id"]: row["reason"] for row in hand["left_out"]}
    added = {row["id"] for row in hand["added"]}
    imported = {claim.id for claim in mi.lineage().claims(layer="seed")} - added
    assert len(imported | set(left_out)) == 195
    assert not imported & set(left_out)
    assert all(row["reason"] for kind in ("set", "added", "left_out") for row in hand[kind])


def test_every_claim_of_the_material_is_there(claims_file: Path) -> None:
    rows = json.loads(claims_file.read_text("utf-8"))["claims"]
    assert len(rows) == 195
    lineage = mi.lineage()
    for row in rows:
        claim = lineage.claim(row["id"])
        assert claim.locator is not None
        assert (claim.locator.line, claim.locator.span) == (row["line"], (row["start"], row["end"]))
        if row["status"] == "conflict":
            assert claim.status in ("conflicting", "superseded")
        elif claim.status != "superseded":
            assert claim.status == {"inferable": "inferred"}.get(row["status"], row["status"])


def test_the_importer_makes_the_same_bytes(making: ModuleType, claims_file: Path, seeds: Path) -> None:
    assert making.claims_table(claims_file, seeds) == (DATA / "claims.toml").read_text("utf-8")


def test_every_status_is_used_and_what_is_superseded_says_by_what() -> None:
    lineage = mi.lineage()
    assert {claim.status for claim in lineage.claims(layer="seed")} == set(STATUSES)
    assert all(claim.superseded_by for claim in lineage.claims(status="superseded"))
    assert all(bool(claim.text) == (claim.status != "absent") for claim in lineage.claims())
    assert all(claim.locator for claim in lineage.claims(layer="seed") if claim.status != "absent")


def test_every_locator_is_right(seeds: Path) -> None:
    result = verify(mi.lineage(), seeds)
    assert result, result.problems
    assert (result.documents, result.checked) == (3, 199)


def test_flattened_fractions_stand_where_metres_are_read(seeds: Path) -> None:
    lineage = mi.lineage()
    for claim in lineage.claims(layer="seed"):
        if claim.predicate.endswith("metre") and claim.locator:
            text = (seeds / lineage.sources[claim.source].file).read_text("utf-8")
            words = text[slice(*claim.locator.span)]
            assert claim.text.replace("/", "") in re.findall(r"\d+", words)
            assert claim.text not in words


@pytest.mark.parametrize("change", ["word", "line", "span", "hash", "shorter", "missing"])
def test_a_wrong_locator_is_found(seeds: Path, tables: Path, tmp_path: Path, change: str) -> None:
    documents = tmp_path / "seeds"
    shutil.copytree(seeds, documents)
    first = next(path for path in sorted(documents.iterdir()) if path.name.startswith("000"))
    first.chmod(0o644)
    documents.chmod(0o755)
    text, claims = first.read_text("utf-8"), (tables / "claims.toml").read_text("utf-8")
    if change == "word":
        first.write_text(text.replace("Zimmer", "Zimmar"), "utf-8")
    elif change == "shorter":
        first.write_text(text[:100], "utf-8")
    elif change == "missing":
        first.unlink()
        with pytest.raises(FileError, match=r"000_.*No such file"):
            verify(mi.lineage(), documents)
        return
    else:
        wrong = {
            "line": ("line = 72", "line = 71"),
            "span": ("[6719, 6743]", "[6718, 6743]"),
            "hash": ('sha256 = "', 'sha256 = "0'),
        }
        old, new = wrong[change]
        broken = claims.replace(old, new, 1)
        broken = re.sub(r'"(0[0-9a-f]{63})[0-9a-f]"', r'"\1"', broken, count=1) if change == "hash" else broken
        (tables / "claims.toml").write_text(broken, "utf-8")
    result = verify(Lineage.load(tables), documents)
    assert not result
    assert all(problem.startswith("000_") for problem in result.problems)
    assert "SHA-256" in str(result.problems) or "line" in str(result.problems)


# Described


def test_schemas_package_and_checksums_are_up_to_date(making: ModuleType) -> None:
    for name, text in making.descriptions(DATA).items():
        assert (DATA / name).read_text("utf-8") == text, f"run python data/making/lineage.py: {name} is out of date"


def test_checksums_are_those_of_the_tables() -> None:
    package = json.loads((DATA / "datapackage.json").read_text("utf-8"))
    assert {row["path"] for row in package["resources"]} == set(FILES)
    for row in package["resources"]:
        content = (DATA / row["path"]).read_bytes()
        assert (row["hash"], row["bytes"]) == (f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))
        schema = json.loads((DATA / row["jsonSchema"]).read_text("utf-8"))
        assert all(part.get("additionalProperties") is False for part in schema["$defs"].values())


def test_films_agree_with_the_claims_about_them() -> None:
    for film in mi.films():
        said = {c.predicate: c.text for c in film.claims if c.source == "A" and c.subject == f"film/{film.number}"}
        assert (said["title"], said["year"]) == (film.title, str(film.year))


def test_every_person_named_by_a_credit_is_known() -> None:
    lineage = mi.lineage()
    named = [
        name
        for c in lineage.claims()
        if c.predicate in ("opening_by", "score_by", "performers")
        for name in c.values
        if name
    ]
    assert all(lineage.tables.person(name) for name in named)
    assert Counter(named)["Lorne Balfe"] > 3


def test_every_source_says_something() -> None:
    lineage = mi.lineage()
    assert {claim.source for claim in lineage.claims()} == set(lineage.sources) - {"reader"}
    assert all(
        source.url and source.grade
        for source in lineage.sources.values()
        if source.layer == "reference" and source.id != "notes"
    )


# Nothing copied


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _words(text)
    for start in range(len(words) - RUN + 1):
        run = words[start : start + RUN]
        if sum(word.islower() for word in run) >= RUN // 2:
            yield tuple(word.lower() for word in run)


def test_no_sentence_of_the_documents_is_in_the_repository(seeds: Path) -> None:
    theirs = {run for path in seeds.iterdir() for run in _runs(path.read_text("utf-8"))}
    assert len(theirs) > 1500
    for folder in ("data", "docs", "examples", "mi_theme", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".toml", ".md", ".py", ".ipynb", ".json", ".svg", ".txt"):
                shared = theirs & set(_runs(path.read_text("utf-8")))
                assert not shared, f"{path}: {next(iter(shared))}"


def test_no_value_or_note_leans_on_the_words_of_its_place(seeds: Path) -> None:
    """Five words in a row are names and titles, or they are too many."""
    lineage = mi.lineage()
    texts = {source.id: (seeds / source.file).read_text("utf-8") for source in lineage.sources.values() if source.file}
    for claim in lineage.claims(layer="seed"):
        if claim.locator:
            there = " ".join(_words(texts[claim.source][slice(*claim.locator.span)])).lower()
            ours = [_words(text) for text in (*claim.values, claim.note)]
            runs = [words[i : i + 5] for words in ours for i in range(len(words) - 4)]
            close = [run for run in runs if sum(w.islower() for w in run) >= 4 and " ".join(run).lower() in there]
            assert not close, f"{claim.id}: {close}"


# Broken data


BREAKS = {
    "unknown field": ("films.toml", "number = 1\n", 'number = 1\ncolour = "red"\n', r"films\.toml.*colour.*\$\.film\[0\]"),
    "film without number": ("films.toml", "number = 3\n", "", r"films\.toml.*number.*\$\.film\[2\]"),
    "film twice": ("films.toml", "number = 3\n", "number = 2\n", r"films\.toml: film '2' is there twice"),
    "year as text": ("films.toml", "year = 2006", 'year = "2006"', r"films\.toml.*\$\.film\[2\]\.year"),
    "alias twice": ("films.toml", '"Rogue Nation"', '"Fallout"', r"films\.toml: alias 'fallout' is there twice"),
    "alias of no claim": ("films.toml", 'claim = "S23"', 'claim = "S99"', r"films\.toml: film 4.*no claim 'S99'"),
    "dangling source": ("claims.toml", 'source = "C"', 'source = "Z"', r"claims\.toml: claim '.*': there is no source 'Z'"),
    "duplicate id": ("claims.toml", 'id = "M02"', 'id = "M01"', r"claims\.toml: claim 'M01' is there twice"),
    "unknown status": ("claims.toml", 'status = "ambiguous"', 'status = "sure"', r"claims\.toml.*sure.*status"),
    "malformed hash": ("claims.toml", 'sha256 = "', 'sha256 = "x', r"claims\.toml.*\$\.claim\[0\]\.locator\.sha256"),
    "empty span": ("claims.toml", "span = [318, 388]", "span = [388, 318]", r"claims\.toml: claim 'M01'.*no span"),
    "dangling link": ("claims.toml", 'superseded_by = "F7-05"', 'superseded_by = "F9-05"', r"claims\.toml: claim 'F6-07': there is no claim 'F9-05'"),
    "unknown film": ("claims.toml", 'subject = "film/6"', 'subject = "film/9"', r"claims\.toml: claim 'M17': there is no film 9"),
    "film without its number": ("claims.toml", 'subject = "film/6"', 'subject = "film/"', r"'film/' names no film"),
    "unknown subject": ("claims.toml", 'subject = "version/television"', 'subject = "version/radio"', r"claim 'M04': there is no 'version/radio'"),
    "digits for a metre": ("claims.toml", 'value = "5/4"', 'value = "54"', r"claims\.toml: claim 'M04': '54'"),
    "no locator": ("claims.toml", "locator = {", "#", r"claims\.toml: claim 'M01': a claim from a document needs a locator"),
    "wrong date": ("claims.toml", 'date = "2023-06"', 'date = "June"', r"claims\.toml.*date"),
    "wrong layer": ("reference.toml", 'layer = "reference"', 'layer = "seed"', r"reference\.toml: claim 'R1-01'"),
    "version of no film": ("versions.toml", "film = 2\n", "film = 22\n", r"versions\.toml: version 'opening-2': there is no film 22"),
    "unknown role": ("versions.toml", '"break"', '"solo"', r"versions\.toml.*solo"),
    "no TOML": ("people.toml", "[[person]]", "[[person]", r"people\.toml.*line"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_broken_data_fails_with_file_key_and_reason(name: str, tables: Path) -> None:
    file, old, new, message = BREAKS[name]
    text = (tables / file).read_text("utf-8")
    assert old in text
    (tables / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(FileError, match=message) as error:
        Lineage.load(tables)
    assert "\n" not in str(error.value)


def test_a_missing_table_is_an_error_of_the_file(tables: Path) -> None:
    assert Lineage.load(tables) == mi.lineage()
    (tables / "claims.toml").unlink()
    with pytest.raises(FileNotFoundError, match=r"claims\.toml"):
        Lineage.load(tables)
