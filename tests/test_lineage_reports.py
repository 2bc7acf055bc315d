"""What the command line prints, the time line, and what is written into scores."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

import mi_theme as mi
from mi_theme.credits import Lineage
from mi_theme.credits import reports as r
from mi_theme.credits.markings import annotated, annotations_of
from mi_theme.errors import FileError, MiThemeError
from mi_theme.score import Score
from mi_theme.views.lineage_pictures import draw_lineage

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).resolve().parent.parent


def reports() -> dict[str, r.Report]:
    lineage = mi.lineage()
    found = {f"dossier {film.number}": r.dossier(film) for film in lineage.films()}
    return found | {
        "films": r.film_report(lineage),
        "claims": r.claim_report(lineage),
        "conflicts": r.conflict_report(lineage),
        "readings": r.reading_report(lineage),
        "inferences": r.inference_report(lineage),
    }


# Reports


@pytest.mark.parametrize("name", reports())
def test_every_report_is_words_rows_and_plain_values(name: str) -> None:
    report = reports()[name]
    rows = list(csv.reader(io.StringIO(report.csv)))
    assert rows[0] == list(report.columns)
    assert [tuple(row) for row in rows[1:]] == [tuple(row) for row in report.rows]
    assert len(rows) > 1
    assert json.loads(json.dumps(report.data))
    assert report.text.strip()
    assert "None" not in report.text


def test_the_film_table_has_each_layer_of_each_film() -> None:
    report = r.film_report(mi.lineage())
    assert [(row[0], row[3]) for row in report.rows] == [
        (str(n), layer) for n in range(1, 9) for layer in ("seed", "reference")
    ]
    assert report.rows[0][6] == "5/4; soundtrack 5/4, then 4/4"
    assert report.rows[14][4:] == ["-", "-", "-", "absent"]
    assert len(r.film_report(mi.lineage(), "seed").rows) == 8


def test_who_scored_film_five_and_how_it_is_known() -> None:
    text = r.dossier(mi.film(5)).text
    for word in (
        "Joe Kraemer",
        "R5-04",
        "3 independent origins",
        "M11 (A 72)",
        "A count of readings is no probability",
    ):
        assert word in text
    seed = r.dossier(mi.film(5), "seed").text
    assert "Balfe in 1" in seed
    assert "R5-04" not in seed


def test_one_layer_is_one_layer() -> None:
    seed = r.dossier(mi.film(2), "seed")
    assert {row[7] for row in seed.rows} == {"seed"}
    assert {claim["layer"] for claim in seed.data["claims"]} == {"seed"}
    with pytest.raises(MiThemeError):
        r.film_report(mi.lineage(), "mine")


def test_claims_and_assumptions_are_switched_from_text() -> None:
    assert r.reading_report(r.chosen_lineage()).data["count"] == 5
    assert r.reading_report(r.chosen_lineage(["M17,M18"])).data["count"] == 15
    assert r.reading_report(r.chosen_lineage(["M17", "M18"])).data["count"] == 15
    assert r.reading_report(r.chosen_lineage(add=["film 4 opening by Giacchino"])).data["count"] == 3
    assert r.reading_report(mi.lineage(), "order-preserved,consecutive-runs").data["count"] == 15
    assert r.reading_report(mi.lineage(), layer="both").data["count"] == 1


def test_conflicts_of_one_film() -> None:
    about = [row[1] for row in r.conflict_report(mi.lineage(), 8).rows]
    assert about
    assert not [words for words in about if words.startswith(("film 4", "film 5", "version"))]


def test_verification_in_words(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="give the folder with the documents"):
        r.verification(str(tmp_path))
    for source in mi.lineage().sources.values():
        if source.file:
            (tmp_path / source.file).write_text("something else", "utf-8")
    with pytest.raises(FileError, match=r"SHA-256 differs.*wrong") as error:
        r.verification(str(tmp_path))
    assert len(str(error.value)) < 600


# Pictures


@pytest.mark.parametrize("kind", ["timeline", "graph"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_pictures_are_well_formed_described_and_the_same_each_time(kind: str, width: str) -> None:
    text = getattr(draw_lineage(mi.lineage(), kind), width).svg
    assert text == getattr(draw_lineage(mi.lineage(), kind), width).svg
    root = ElementTree.fromstring(text)
    assert root.attrib["role"] == "img"
    assert root.find(f"{SVG}title") is not None
    described = root.findtext(f"{SVG}desc") or ""
    assert "Giacchino" in described
    assert float(root.attrib["width"]) == {"wide": 850, "narrow": 390}[width]


def marks(text: str) -> Counter[str]:
    """How many signs of each kind there are, the legend's aside."""
    return Counter(
        group.attrib["class"] for group in ElementTree.fromstring(text).iter(f"{SVG}g") if "class" in group.attrib
    )


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_each_film_has_its_signs_with_their_words_on_hover(width: str) -> None:
    text = getattr(draw_lineage(mi.lineage()), width).svg
    assert marks(text) == {"forced": 3, "allowed": 8, "reference": 8}
    hints = [
        group.findtext(f"{SVG}title")
        for group in ElementTree.fromstring(text).iter(f"{SVG}g")
        if "class" in group.attrib
    ]
    assert "film 4, seed layer: Joe Kraemer, ambiguous; claims M11 M17 M18" in hints
    assert all(film.title.split()[-1] in text for film in mi.films())


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_the_graph_has_every_claim_on_openings_and_scores(width: str) -> None:
    text = getattr(draw_lineage(mi.lineage(), "graph"), width).svg
    claims = [
        claim
        for claim in mi.lineage().claims()
        if claim.predicate in ("opening_by", "score_by")
        and claim.text
        and (claim.is_live or claim.status == "ambiguous")
    ]
    assert marks(text) == {"claim": len(claims)}
    assert len(claims) == 20


def test_the_picture_in_the_documentation_is_up_to_date() -> None:
    path = ROOT / "docs" / "explanation" / "lineage.svg"
    assert path.read_text("utf-8") == mi.lineage().draw().to_svg(), (
        "run mi-theme lineage --svg > docs/explanation/lineage.svg"
    )


@pytest.mark.parametrize("kind", ["timeline", "graph"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("folder", [None, ROOT / "examples" / "lantern_street"])
def test_no_words_overlap_or_leave_the_picture(kind: str, width: str, folder: Path | None) -> None:
    """Upright texts of one line of the picture, at a generous width for each letter, keep apart and inside."""
    root = ElementTree.fromstring(getattr(draw_lineage(Lineage.load(folder), kind), width).svg)
    lines: dict[str, list[tuple[float, float]]] = {}
    for text in root.iter(f"{SVG}text"):
        if text.attrib["x"] != "0":
            bold = 1.1 if "font-weight" in text.attrib else 1.0
            wide, x = 0.6 * float(text.attrib["font-size"]) * bold * len(text.text or ""), float(text.attrib["x"])
            left = x - wide * {"middle": 0.5, "end": 1.0}.get(text.get("text-anchor", ""), 0.0)
            lines.setdefault(text.attrib["y"], []).append((left, left + wide))
    for y, spans in lines.items():
        ordered = sorted(spans)
        assert all(one[1] <= other[0] for one, other in pairwise(ordered)), y
        assert ordered[0][0] >= 0
        assert ordered[-1][1] <= float(root.attrib["width"])


def test_the_time_line_follows_the_claims() -> None:
    lineage = mi.lineage()
    bare = lineage.without([c.id for c in lineage.claims() if c.predicate in ("opening_by", "score_by")])
    assert not marks(draw_lineage(bare).wide.svg)
    assert not marks(draw_lineage(bare, "graph").narrow.svg)
    assert lineage.without("M17, M18").draw().to_svg() != lineage.draw().to_svg()


def test_a_lineage_shows_and_saves_itself(tmp_path: Path) -> None:
    picture = mi.lineage().draw()
    for ending in ("svg", "png", "html"):
        picture.save(tmp_path / f"lineage.{ending}")
    page = (tmp_path / "lineage.html").read_text("utf-8")
    assert page.count("<svg") == 2
    assert "max-width: 600px" in page
    shown = mi.lineage()._repr_html_()
    assert shown.count("data:image/svg+xml") == 2
    assert "max-width:100%" in shown
    assert mi.draw(mi.lineage(), "graph").description.startswith("Who says who")
    with pytest.raises(MiThemeError, match="timeline, graph"):
        mi.lineage().draw("tree")


# Scores


@pytest.fixture
def score() -> Score:
    return Score.from_notes([0, 1, 2], [1, 1, 1], [60, 62, 64], meter="5/4", names=["Tune"])


@pytest.mark.parametrize("number", range(1, 9))
def test_what_is_known_travels_in_the_file(score: Score, number: int, tmp_path: Path) -> None:
    film = mi.film(number)
    marked = annotated(score, film)
    marked.save(tmp_path / "x.mid")
    back = annotations_of(mi.read(tmp_path / "x.mid"))
    assert back == annotations_of(marked)
    assert back["film"] == str(number)
    assert back["title"] == film.title
    assert back["opening by (seed)"].startswith(f"{film.composer} [{film.composer.certainty}")
    assert ("unknown" in back[f"metre of opening-{number}"]) == (number == 8)
    assert (marked.note_table() == score.note_table()).all()
    assert [text for _, text in marked.markers] == [film.heading]


def test_annotating_again_replaces(score: Score) -> None:
    once = annotated(score, mi.film(2))
    assert annotated(once, mi.film(2)) == once
    assert annotated(once, mi.film(8)) == annotated(score, mi.film(8))


def test_nothing_else_of_the_file_changes(score: Score) -> None:
    ours = set(annotated(score, mi.film(1)).tracks[0]) - set(score.tracks[0])
    assert len(ours) == len(annotated(score, mi.film(1)).tracks[0]) - len(score.tracks[0])
    assert annotated(score, mi.film(1)).tracks[1:] == score.tracks[1:]
    assert annotated(score, mi.film(1)).meters == score.meters


def test_a_file_without_tracks_can_be_annotated() -> None:
    assert annotations_of(annotated(Score(480, ()), mi.film(3)))["film"] == "3"
    assert annotations_of(Score(480, ())) == {}


def test_the_lineage_needs_nothing_heavy() -> None:
    import subprocess
    import sys

    code = "import sys, mi_theme as mi; mi.film(5).composer; mi.lineage().conflicts(); print([m for m in ('numpy', 'mido', 'music21', 'click') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
