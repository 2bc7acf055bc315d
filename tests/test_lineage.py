"""The lineage: each film in both layers, the readings, and every trap of the documents."""

from __future__ import annotations

import copy
import pickle
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.credits import ASSUMPTIONS, Claim, Credit, Lineage
from mi_theme.credits.reports import dossier
from mi_theme.errors import ClaimError, FileError, MiThemeError, UnknownName
from mi_theme.meter import Meter

FIVE = ("Danny Elfman", "Hans Zimmer", "Michael Giacchino", "Joe Kraemer", "Lorne Balfe")
E, Z, G, K, B = FIVE
SEED = {1: {E}, 2: {E, Z}, 3: {Z, G}, 4: {G, K}, 5: {K, B}, 6: {B}, 7: {B}, 8: set()}
REFERENCE = {1: E, 2: Z, 3: G, 4: G, 5: K, 6: B, 7: B, 8: "Max Aruj & Alfie Godfrey"}
PLAIN = ("order-preserved", "consecutive-runs")


# Each film in both layers


@pytest.mark.parametrize("number", SEED)
def test_the_seed_layer_gives_each_film_its_possible_set(number: int) -> None:
    composer = mi.film(number).composer
    assert set(composer.candidates) == SEED[number]
    assert composer.certainty == {0: "absent", 1: "inferred", 2: "ambiguous"}[len(SEED[number])]
    assert composer.evidence == tuple(claim.id for claim in mi.film(number).evidence())
    assert all(claim.layer == "seed" for claim in mi.film(number).evidence())


@pytest.mark.parametrize("number", REFERENCE)
def test_the_reference_layer_resolves_without_touching_the_seed_layer(number: int) -> None:
    film = mi.film(number)
    (opening,), (score,) = film.credits("opening", "reference"), film.credits("score", "reference")
    assert opening.candidates == score.candidates == (REFERENCE[number],)
    assert (opening.certainty, score.certainty) == ("inferred", "stated")
    assert opening.assumptions == ("score-implies-opening",)
    assert [credit.layer for credit in film.credits("opening")] == ["seed", "reference"]
    assert film.credits("opening", "seed") == (film.composer,)
    if number < 8:
        assert REFERENCE[number] in film.composer.candidates


def test_scores_in_the_seed_layer_are_stated_for_two_films_only() -> None:
    scores = {film.number: film.credits("score", "seed")[0] for film in mi.films()}
    assert {n: str(c) for n, c in scores.items() if c.candidates} == {6: B, 7: B}
    assert all(c.certainty == "absent" and c.evidence for n, c in scores.items() if n not in (6, 7))


def test_soundtrack_versions_are_neither_openings_nor_scores() -> None:
    (first,), (second,) = (mi.film(n).credits("soundtrack", "seed") for n in (1, 2))
    assert first.people == ("Adam Clayton", "Larry Mullen Jr.")
    assert (str(second), second.title) == ("Limp Bizkit", "Take a Look Around")
    assert str(mi.film(3).credits("soundtrack", "reference")[0]) == "Kanye West"
    assert [version.kind for version in mi.film(1).versions] == ["opening", "score", "soundtrack"]


@pytest.mark.parametrize(
    ("key", "number"),
    [(1, 1), ("2", 2), (2006, 3), ("Phantom Protocol", 4), ("mission: impossible - rogue nation", 5), ("Fallout", 6),
     ("Mission Impossible 7", 7), ("Dead Reckoning Part Two", 8), ("The Final Reckoning", 8), ("M:I-2", 2),
     ("Mission: Impossible", 1), ("M:i:III", 3), ("2025", 8), ("MI 3", 3), ("film 4", 4)],
)  # fmt: skip
def test_films_are_found_by_number_title_alias_and_year(key: int | str, number: int) -> None:
    assert mi.film(key).number == number


@pytest.mark.parametrize("key", [0, 9, -1, "1997", "Ghost", "", "1" * 1000, "dead reckoning", 3.5])
def test_what_is_no_film_is_refused_in_one_line(key: object) -> None:
    with pytest.raises(UnknownName) as error:
        mi.film(key)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 200


# Readings


def test_the_readings_under_each_set_of_assumptions() -> None:
    lineage = mi.lineage()
    counts = {
        PLAIN: 15,
        (*PLAIN, "score-implies-opening"): 5,
        (*PLAIN, "score-implies-opening", "one-earlier-score"): 4,
        ("order-preserved",): 140,
        ("order-preserved", "score-implies-opening"): 11,
        ("order-preserved", "score-implies-opening", "one-earlier-score"): 10,
        (): 16800,  # the ways to share seven films among five makers: 5! S(7, 5)
        ("consecutive-runs",): 1800,
    }
    assert {names: len(lineage.readings(names)) for names in counts} == counts
    assert len(lineage.readings()) == 5
    assert lineage.readings("order-preserved, consecutive-runs") == lineage.readings(PLAIN)


def test_readings_by_another_road() -> None:
    """Five runs in seven films are four cuts in six gaps: enumerate those instead."""
    cuts = [row for row in product((0, 1), repeat=6) if sum(row) == 4]
    runs = {tuple(FIVE[sum(row[:film])] for film in range(7)) for row in cuts}
    assert set(mi.lineage().readings(PLAIN)) == runs
    assert set(mi.lineage().readings()) == {row for row in runs if row[5:] == (B, B)}


def test_the_anchors_are_claims() -> None:
    lineage = mi.lineage()
    assert len(lineage.without(["M17", "M18"]).readings()) == 15
    assert len(lineage.without("M17, M18").readings()) == 15
    assert lineage.without(["M17", "M18"]).film(6).composer.candidates == (K, B)
    assert len(lineage.readings()) == 5, "a lineage is a value: the first one is as it was"
    one = {film: set(names) for film, names in lineage.without("M18").readings().possible.items()}
    assert one == {n: SEED[n] for n in range(1, 8)}, "film 6 anchored, film 7 follows from the order"


def test_one_earlier_score_needs_both_credits() -> None:
    four = (*PLAIN, "score-implies-opening", "one-earlier-score")
    assert mi.lineage().readings(four).possible[5] == (K,)
    assert len(mi.lineage().without(["M17", "M18"]).readings(four)) == 15
    assert len(mi.lineage().add("film 5 score by Lorne Balfe").readings(four)) == 1


def test_a_claim_added_leaves_three_readings() -> None:
    for claim in (
        "film 4 opening by Giacchino",
        "film/4 opening_by Michael Giacchino",
        Claim("T1", "film/4", "opening_by", "Giacchino", "reader"),
    ):
        lineage = mi.lineage().add(claim)
        assert len(lineage.readings()) == 3
        assert lineage.film(4).composer.certainty == "stated"
        assert lineage.film(3).composer.candidates == (Z, G)
        assert lineage.without([lineage.tables.claims[-1].id]) == mi.lineage()


def test_claims_that_exclude_each_other_leave_no_reading_and_say_so() -> None:
    lineage = mi.lineage().add("film 1 opening by Zimmer")
    assert len(lineage.readings()) == 0
    assert lineage.film(2).composer.certainty == "conflicting"
    assert "no reading" in [conflict.kind for conflict in lineage.conflicts()]
    two = mi.lineage().add("film 4 opening by Giacchino").add("film 4 opening by Kraemer")
    assert two.film(4).composer.certainty == "conflicting"
    assert any(c.kind == "contradiction" and "film 4" in c.about for c in two.conflicts(4) if "reader" in c.claims[0])


def test_metres_that_contradict_each_other_are_not_chosen_between() -> None:
    lineage = mi.lineage().add("film 3 opening metre 4/4")
    opening = lineage.film(3).version()
    assert (opening.sections[0].meter, opening.certainty, opening.metres) == (None, "conflicting", "unknown")
    assert ("M10", "reader:film 3 opening metre 4/4") in [c.claims for c in lineage.conflicts(3)]
    with pytest.raises(ClaimError, match="contradict each other"):
        opening.plan()
    assert lineage.film(2).version().metres == "5/4"


def test_two_sentences_are_not_mixed() -> None:
    lineage = mi.lineage().add(Claim("T1", "films/1-2", "opening_by", ("Elfman", "Zimmer"), "reader"))
    with pytest.raises(ClaimError, match="M11, T1"):
        lineage.readings()
    balanced = lineage.without("M11")
    assert list(balanced.readings()) == [(E, Z)], "two names for two films: one reading"
    assert "miscount" not in [conflict.kind for conflict in balanced.conflicts()]


def test_a_claim_reads_as_a_line_and_a_note() -> None:
    line, note = str(mi.lineage().claim("M10")).splitlines()
    assert line == "M10  films/1-7  opening_metre  5/4  stated  seed  A 72"
    assert note.startswith("Printed as the digits 54")


def test_the_seed_layer_knows_no_third_record() -> None:
    assert [v.id for v in mi.film(3).versions_in("seed")] == ["opening-3", "score-3"]
    assert [v.layer for v in mi.film(3).versions] == ["seed", "seed", "reference"]


def test_without_the_sentence_only_the_credits_speak() -> None:
    lineage = mi.lineage().without("M11")
    assert len(lineage.readings()) == 0
    assert lineage.readings().possible == {}
    assert [str(film.composer) for film in lineage.films()] == ["-", "-", "-", "-", "-", B, B, "-"]
    assert lineage.film(6).composer.assumptions == ("score-implies-opening",)


def test_people_who_work_together_are_one_candidate() -> None:
    lineage = mi.lineage().add("film 8 score by Max Aruj and Godfrey")
    assert lineage.film(8).composer.candidates == ("Max Aruj & Alfie Godfrey",)
    assert lineage.film(8).composer.people == ("Max Aruj", "Alfie Godfrey")
    assert lineage.film(8).composer.certainty == "inferred"


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from([claim.id for claim in mi.lineage().claims()])))
def test_any_claims_can_be_missing(gone: set[str]) -> None:
    lineage = mi.lineage().without(gone)
    assert len(lineage.films()) == 8
    assert all(dossier(film).text for film in lineage.films())
    assert lineage.draw().to_svg().endswith("</svg>\n")
    assert all(set(c.claims) <= set(lineage.by_id) for c in lineage.conflicts())


def test_every_claim_can_be_missing() -> None:
    lineage = mi.lineage().without([claim.id for claim in mi.lineage().claims()])
    assert {film.composer.certainty for film in lineage.films()} == {"absent"}
    assert all(dossier(film).text for film in lineage.films())
    assert lineage.conflicts() == ()


def test_the_reference_layer_leaves_one_reading() -> None:
    assert list(mi.lineage().readings(layer="both")) == [(E, Z, G, G, K, B, B)]


@given(st.sets(st.sampled_from(sorted(ASSUMPTIONS))), st.sets(st.sampled_from(["M17", "M18", "M12", "F1-01"])))
def test_an_assumption_only_ever_rules_out(names: set[str], gone: set[str]) -> None:
    lineage = mi.lineage().without(gone)
    readings = lineage.readings(names | {"order-preserved"})
    assert set(readings) <= set(lineage.readings(["order-preserved"]))
    assert all(set(row) == set(FIVE) for row in readings)
    assert all(sum(readings.count(film).values()) == len(readings) for film in readings.films)


def test_zipping_the_list_would_be_wrong_where_the_reference_layer_knows() -> None:
    zipped = dict(zip(range(1, 8), FIVE, strict=False))
    assert [n for n, name in zipped.items() if REFERENCE[n] != name] == [4, 5]
    assert 6 not in zipped


# The traps


def test_a_metre_is_never_the_digits_of_a_flattened_fraction() -> None:
    metres = [claim for claim in mi.lineage().claims() if claim.predicate.endswith("metre") and claim.text]
    assert {claim.text for claim in metres} == {"5/4", "4/4"}
    assert all(Meter(claim.text) for claim in metres)
    assert mi.lineage().claim("M04").status == "ambiguous"


def test_a_film_in_five_can_have_a_record_in_four() -> None:
    film = mi.film(1)
    opening, _, record = film.versions
    assert [section.meter for section in opening.sections] == ["5/4"]
    assert [(s.role, s.meter, s.certainty) for s in record.sections] == [
        ("intro", "5/4", "stated"),
        ("groove", "4/4", "stated"),
    ]
    assert opening.sections[0].evidence == ("M10",)
    assert not [c for c in film.lineage.conflicts(1) if c.kind == "contradiction" and c.claims[0].startswith("M")]


def test_five_four_is_said_of_seven_openings_as_a_group() -> None:
    lineage = mi.lineage()
    assert lineage.claim("M10").films == (1, 2, 3, 4, 5, 6, 7)
    assert [film.version().metres for film in mi.films()] == ["5/4"] * 7 + ["unknown"]
    seed_only = lineage.without([c.id for c in lineage.claims(predicate="opening_metre") if c.id != "H11"])
    assert {film.version().metres for film in seed_only.films()} == {"unknown"}


def test_film_eight_is_silent_in_the_seed_layer() -> None:
    film = mi.film(8)
    assert (film.composer.certainty, film.composer.candidates) == ("absent", ())
    assert film.version().sections[0].meter is None
    with pytest.raises(ClaimError, match="--meter"):
        film.version().plan()
    assert "absent" in mi.lineage().explain(8)
    assert B not in str(film.credits(layer="seed"))


def test_what_came_before_the_films() -> None:
    television, single = mi.lineage().versions()[:2]
    assert (television.film, television.kind, television.metres) == (0, "television", "5/4")
    assert television.certainty == "ambiguous", "the digits 54 have to be read as a fraction"
    assert (single.kind, single.metres, single.certainty) == ("single", "-", "absent")
    assert [claim.text for claim in mi.lineage().live("theme/schifrin", "composer", "seed")] == ["Lalo Schifrin"]


def test_metre_plans_are_usable_as_forms() -> None:
    five, four = Meter("5/4:3+3+2+2"), Meter("4/4")
    assert mi.film(2).version().plan() == (("groove", five),)
    assert mi.film(1).version("soundtrack").plan() == (("intro", five), ("groove", four))
    assert mi.film(2).version("limp-bizkit").plan() == (("groove", four), ("break", five), ("groove", four))
    bare = mi.lineage().without([c.id for c in mi.lineage().claims(predicate="grouping")])
    assert bare.film(2).version().plan() == (("groove", Meter("5/4")),), "the grouping is of the reference layer"


def test_cancelled_plans_are_not_release_dates() -> None:
    eighth = [row for row in mi.film(8).dates if row.layer == "seed"]
    assert all(row.kind.startswith("plan") for row in eighth)
    cancelled = {row.date for row in eighth if row.status == "superseded"} - {"2025-05"}
    assert cancelled == {"2022-08-05", "2022-11-04", "2023-07-07", "2024-06-28", "2022-11-03"}
    assert [row.date for row in eighth if row.status == "stated"] == ["2025-05-23"]
    assert (mi.film(8).released(), mi.film(8).released("both")) == (None, "2025-05-23")
    german = [row for row in mi.film(7).dates if row.kind == "plan, Germany"]
    assert [(row.date, row.status) for row in german] == [("2021-11-18", "superseded")]
    assert (mi.film(7).released(), mi.film(6).released()) == ("2023-07-12", "2018-07-27")
    assert "2023-07-07" not in {row.date for row in mi.film(7).dates}


def test_stale_sentences_are_superseded() -> None:
    stale = ("F6-07", "F7-03", "F7-08", "F7-40", "F7-47", "F8-04", "F8-10")
    lineage = mi.lineage()
    assert {lineage.claim(name).status for name in stale} == {"superseded"}
    assert all(lineage.claim(lineage.claim(name).superseded_by) for name in stale)


def test_superseded_casting() -> None:
    hoult = mi.lineage().claim("F8-17")
    assert (hoult.status, hoult.superseded_by) == ("superseded", "F8-18")
    assert not hoult.is_live


def test_a_title_used_before_its_announcement_is_an_anachronism() -> None:
    found = [c for c in mi.lineage().conflicts() if c.kind == "anachronism"]
    assert [c.claims for c in found] == [("S19", "F8-12")]
    assert mi.lineage().claim("S19").date < "2024-11"


def test_retellings_in_one_document_are_one_witness() -> None:
    lineage = mi.lineage()
    assert lineage.witnesses(lineage.claims(ids=["F7-55", "H03"])) == ("ending-article",)
    assert len(lineage.witnesses(lineage.claims(ids=["F7-12", "F7-13"]))) == 1
    assert len(lineage.witnesses(lineage.claims(ids=["F7-12", "F7-13", "F7-14"]))) == 2
    mirrors = lineage.claims(ids=["R4-05", "R4-06"])
    assert len({claim.source for claim in mirrors}) == 2
    assert lineage.witnesses(mirrors) == ("wikipedia",) == lineage.witnesses(lineage.claims(ids=["M11"]))


def test_facts_about_other_films_are_not_ours() -> None:
    lineage = mi.lineage()
    others = {claim.id for claim in lineage.claims() if claim.subject.startswith("other/")}
    assert {"F8-22", "F8-23"} <= others
    assert not others & {claim.id for film in mi.films() for claim in film.claims}
    assert "2021-07-08" not in {row.date for film in mi.films() for row in film.dates}


def test_phantom_protocol_is_film_four_and_there_is_no_ninth() -> None:
    assert mi.film("Phantom Protocol") == mi.film(4)
    assert len(mi.films()) == 8


def test_balfe_for_film_eight_is_kept_and_not_believed() -> None:
    claims = mi.lineage().claims(film=8, predicate="score_by", layer="reference")
    assert {claim.text for claim in claims if claim.status == "superseded"} == {B}
    assert any({"R8-09", "R8-05"} == set(c.claims) for c in mi.lineage().conflicts(8))


# Questions


def test_claims_can_be_asked_for_in_every_way() -> None:
    lineage = mi.lineage()
    assert {c.id for c in lineage.claims(film=6, predicate="score_by", layer="seed")} == {"M17"}
    assert {c.status for c in lineage.claims(status="inferred")} == {"inferred"}
    assert all(c.source == "B" for c in lineage.claims(source="B"))
    assert [c.id for c in lineage.claims(ids=["M11"])] == ["M11"]
    assert {c.id for c in lineage.claims(film=2)} >= {"M10", "M24", "F2-01"}
    for wrong in ({"status": "sure"}, {"layer": "mine"}, {"film": 9}, {"ids": ["M99"]}):
        with pytest.raises(MiThemeError):
            lineage.claims(**wrong)  # type: ignore[arg-type]


def test_every_statement_has_a_time() -> None:
    lineage = mi.lineage()
    assert all(lineage.held(claim) for claim in lineage.claims() if claim.source != "reader")
    assert lineage.held(lineage.claim("F8-13")) == "2021-02"


def test_the_argument_names_claims_assumptions_and_counts() -> None:
    text = mi.lineage().explain(5)
    for word in (
        "M11",
        "A 72",
        "M17",
        "M18",
        "C 49",
        "order-preserved",
        "140",
        "15",
        "5 readings",
        "Kraemer in 4",
        "no probability",
    ):
        assert word in text
    fewer = mi.lineage().without(["M17", "M18"]).explain(5)
    assert "M17" not in fewer
    assert "15 readings" in fewer


def test_contradictions_show_both_sides() -> None:
    found = {c.claims: c.kind for c in mi.lineage().conflicts()}
    assert found["F7-43", "H02"] == found["R4-02", "R4-03"] == "contradiction"
    assert found["M11",] == "miscount"
    assert found["F8-07a", "F8-07b"] == "superseded"


@pytest.mark.parametrize("role", ["music", "", "composer"])
def test_unknown_roles_are_named(role: str) -> None:
    with pytest.raises(UnknownName, match="there are: opening, score, soundtrack"):
        mi.film(1).credits(role)


@pytest.mark.parametrize(
    "text",
    ["", "film", "film 4", "film 4 opening", "film four opening by Giacchino", "film 4 opening by", "film 9 opening by Balfe",
     "film 4 opening by Nobody", "film 4 score metre 5/4", "film 4 opening metre 54", "x" * 5000],
)  # fmt: skip
def test_what_is_no_claim_is_refused(text: str) -> None:
    with pytest.raises(MiThemeError) as error:
        mi.lineage().add(text)
    assert len(str(error.value)) < 400


def test_what_does_not_fit_is_refused() -> None:
    lineage = mi.lineage()
    good = {"id": "T1", "subject": "film/4", "predicate": "opening_by", "value": "Balfe", "source": "reader"}
    for change in ({"id": "M11"}, {"source": "Z"}, {"subject": "film/12"}, {"status": "sure"}, {"layer": "reference"},
                   {"subject": "film/"}, {"subject": "moon"}, {"id": ""}, {"source": "A"}, {"value": 5}):  # fmt: skip
        with pytest.raises((FileError, UnknownName)):
            lineage.add(Claim(**(good | change)))  # type: ignore[arg-type]
    with pytest.raises(UnknownName):
        lineage.without(["M99"])
    with pytest.raises(UnknownName):
        lineage.readings(["sure"])


# Values


def test_values_are_frozen_equal_hashable_and_pickle() -> None:
    film = mi.film(2)
    assert "\n" not in repr(film)
    assert f"{film.heading}, opening by {film.composer} ({film.composer.certainty})" in repr(film)
    assert eval(repr(film.composer), {"Credit": Credit}) == film.composer
    claim = mi.lineage().claim("M11")
    assert eval(repr(claim), {"Claim": Claim, "Locator": type(claim.locator)}) == claim
    for value in (film, film.composer, film.version(), claim, mi.lineage(), mi.lineage().readings()):
        assert pickle.loads(pickle.dumps(value)) == value == copy.copy(value)
        assert hash(value) == hash(copy.copy(value))
    with pytest.raises(AttributeError):
        claim.value = "x"  # type: ignore[misc]


def test_tables_draw_themselves_in_notebooks() -> None:
    for table in (mi.films(), mi.film(2).credits(), mi.lineage().claims(film=2), mi.lineage().conflicts()):
        assert table._repr_html_().count("<tr>") == len(table) + 1
        assert len(str(table).splitlines()) == len(table) + 1
    assert "<script" not in mi.lineage().add("film 2 opening metre 5/4").claims(film=2)._repr_html_()
    assert str(Lineage.load().claims(ids=[])) == "none"
    assert mi.lineage().readings()._repr_html_().count("<tr>") == 6
