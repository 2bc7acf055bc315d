"""The studio's server: who is let in, what it answers, what it does with what is wrong, and that it leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from studio_server import Answer, Studio, studio
from test_hostile_folders import hostile

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.server import launching
from mi_theme.server.open_pieces import MOST_PIECES, OpenPieces
from mi_theme.server.workers import CLOSED

pytestmark = [pytest.mark.tool("starlette"), pytest.mark.tool("uvicorn")]
unix = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
ABC = b"X:1\nT:A tune\nM:3/4\nL:1/4\nK:G\nG B d|g2 d|c A F|G3|\n"
KERN = b"**kern\n*M3/4\n*k[f#]\n4g\n4b\n4dd\n=2\n2gg\n4dd\n=3\n4cc\n4a\n4f#\n=4\n2.g\n*-\n"


def score() -> mi.Score:
    """Two parts in 5/4."""
    onsets = [*(5 * bar + at for bar in range(6) for at in (0, 1.5, 3, 4)), *(5 * bar for bar in range(6))]
    return mi.Score.from_notes(
        onsets,
        [*([1.5, 1.5, 1, 1] * 6), *[5] * 6],
        [*([67, 67, 70, 72] * 6), *[43] * 6],
        part=[0] * 24 + [1] * 6,
        names=["Tune", "Bass"],
        meter="5/4:3+3+2+2",
    )


def long_score(notes: int = 6_000) -> mi.Score:
    pitches = 60 + np.abs(np.arange(notes) * 7 % 24 - 12)
    return mi.Score.from_notes(np.arange(notes) / 2, 0.5, pitches, meter="5/4:3+3+2+2")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    place = tmp_path_factory.mktemp("studio")
    with studio(place) as found:
        yield found
        assert list(place.iterdir()) == []  # nothing was written
        assert found.process.poll() is None  # and it still runs


def opened(served: Studio, name: str = "song.mid", data: bytes | None = None, *, again: bool = False) -> str:
    """The key of a piece, opened unless it is open already."""
    found = {} if again else {shown: key for key, shown in json.loads(served.ask("/pieces").body)["open"]}
    if name not in found:
        answer = served.open(name, score().to_bytes() if data is None else data)
        assert "result" in answer.last, answer.body[-300:]
        found[name] = answer.last["about"]["key"]
    return str(found[name])


def refused(answer: Answer) -> str:
    """The one line that says what is wrong."""
    words = answer.last["error"]
    assert words
    assert "\n" not in words
    assert "Traceback" not in words
    assert "should not happen" not in words
    return str(words)


# Who is let in


@pytest.mark.parametrize("path", ["/", "/studio.js", "/studio.css", "/frontend.js", "/pieces", "/pieces/some", "/none"])
@pytest.mark.parametrize("token", ["", "x", "é"])
def test_nothing_is_had_without_the_token(served: Studio, path: str, token: str) -> None:
    answer = served.ask(path, x_studio_token=token)
    assert answer.status == 403
    assert "token" in (answer.body.decode() if path == "/" else refused(answer))


def test_the_token_in_the_address_lets_in_to_the_page_and_to_nothing_else(served: Studio) -> None:
    page = served.ask(f"/?token={served.token}", x_studio_token="")
    assert page.status == 200
    assert b"<title>mi_theme studio</title>" in page.body
    assert served.ask(f"/pieces?token={served.token}", x_studio_token="").status == 403
    cookie = page.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert served.ask("/pieces", x_studio_token="", cookie=cookie.split(";")[0]).status == 200
    assert served.ask("/", x_studio_token="", cookie=cookie.split(";")[0]).status == 200
    assert served.ask("/", x_studio_token="", cookie=cookie.split("=")[0] + "=x").status == 403
    assert "set-cookie" not in served.ask("/?token=x").headers


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1", "127.0.0.1:1", "studio.example.org:{port}", ""])
def test_another_name_for_this_machine_is_refused(served: Studio, host: str) -> None:
    """A name that a site points to 127.0.0.1 gets nothing, even with the token (DNS rebinding)."""
    answer = served.ask("/pieces", host=host.format(port=served.port))
    assert answer.status in (400, 403)
    assert b"choices" not in answer.body
    assert served.ask("/pieces", host=f"localhost:{served.port}").status == 200


@pytest.mark.parametrize("origin", ["http://example.org", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"])
def test_another_origin_is_refused(served: Studio, origin: str) -> None:
    answer = served.ask("/pieces?theme=1", b"", origin=origin.format(port=served.port))
    assert answer.status == 403
    assert "its own page" in refused(answer)
    assert "access-control-allow-origin" not in answer.headers


def test_what_another_site_embeds_is_refused_and_what_it_links_to_is_shown(served: Studio) -> None:
    assert served.ask("/studio.js", sec_fetch_site="cross-site").status == 403
    assert served.ask("/pieces", sec_fetch_site="same-site").status == 403
    assert served.ask("/pieces", sec_fetch_site="same-origin").status == 200
    assert served.ask(f"/?token={served.token}", x_studio_token="", sec_fetch_site="cross-site").status == 200


def test_only_this_machine_is_answered(served: Studio) -> None:
    """The socket is on the loopback address: the machine's other addresses have nothing there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no other address")
        other = probe.getsockname()[0]
    if other.startswith("127."):
        pytest.skip("this machine has no other address")
    with pytest.raises(OSError), socket.create_connection((other, served.port), timeout=2):
        pass


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(served: Studio, method: str) -> None:
    assert served.ask("/pieces", method=method).status == 405


def test_every_answer_says_what_a_browser_may_do(served: Studio) -> None:
    for answer in (served.ask("/"), served.ask("/pieces"), served.ask("/pieces", x_studio_token=""), served.ask("/x")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_a_browser_is_sent_to_an_address_that_works_once() -> None:
    from mi_theme.server.guard import Guard

    guard = Guard(lambda *_: None, 1234)  # type: ignore[arg-type]
    once = guard.address_once().partition("token=")[2]
    assert once != guard.token
    assert guard._is_key(once)
    assert not guard._is_key(once)
    assert guard._is_key(guard.token)
    assert guard._is_key(guard.token)


# What it takes


def test_too_much_is_refused_whatever_the_header_says(served: Studio) -> None:
    from mi_theme.server.guard import LARGEST_BODY

    answer = served.ask("/pieces?name=a.mid", b"x", content_length=str(LARGEST_BODY + 1))
    assert answer.status == 413
    assert "MiB" in refused(answer)
    assert served.ask("/pieces", b"", content_length="a").status in (400, 413)
    connection = HTTPConnection("127.0.0.1", served.port, timeout=60)
    connection.putrequest("POST", "/pieces?name=a.mid")
    connection.putheader("x-studio-token", served.token)
    connection.putheader("transfer-encoding", "chunked")
    connection.endheaders()
    block = b"%x\r\n" % 2**20 + bytes(2**20) + b"\r\n"
    try:
        for _ in range(LARGEST_BODY // 2**20 + 2):
            connection.send(block)
        connection.send(b"0\r\n\r\n")
        assert connection.getresponse().status == 413
    except OSError:
        pass  # hung up in the middle
    finally:
        connection.close()
    assert served.ask("/pieces").status == 200


@pytest.mark.parametrize("name", sorted(hostile()))
def test_a_hostile_file_gets_a_line_that_names_it(served: Studio, name: str) -> None:
    answer = served.open(name, hostile()[name])
    assert answer.status == 200
    if "error" in answer.last:
        assert name in refused(answer)
    else:  # some can be read after all; what is wrong is said when they are converted
        said = served.work(answer.last["about"]["key"], "plan")
        assert "result" in said.last or refused(said)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "a\\b\\..\\c.mid", "<script>alert(1)</script>.mid", "\u202eid.exe", "a" * 900],
)
def test_the_name_of_a_file_is_no_path(served: Studio, name: str) -> None:
    answer = served.open(name, score().to_bytes())
    shown = answer.last["result"]["name"]
    assert "/" not in shown.replace("</script>", "")
    assert "\\" not in shown
    assert len(shown) <= 120
    saved = served.work(answer.last["about"]["key"], "save", ending=".musicxml")
    assert "/" not in saved.last["file"].replace("</script>", "")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b'{"settings": 5}', b'{"settings": {}}', b'{"settings": {"meter": 4}}', b"\xff" * 10,
     b'{"settings": {"meter": "4/4"}, "more": 1}', b'{"settings": {"meter": "4/4", "meters": ""}}', b"[" * 100_000,
     b'{"settings": {"meter": "4/4", "bars": [1, 18446744073709551616]}}', b'{"settings": {"meter": "4/4"}, "number": 1e400}',
     b'{"settings": {"meter": "4/4", "choices": [[1, 99999999999999999999, "cut"]]}}',
     b'{"settings": {"meter": "4/4", "choices": [[1, 2]]}}', b'{"settings": {"meter": "' + b"4" * 300 + b'"}}'],
)  # fmt: skip
def test_a_question_that_is_none_gets_a_line(served: Studio, body: bytes) -> None:
    answer = served.ask(f"/pieces/{opened(served)}/plan", body)
    assert answer.status == 400
    assert refused(answer)


@pytest.mark.parametrize(
    "settings",
    [{"meter": "4/5"}, {"meter": ""}, {"how": "nonsense"}, {"part": "Flute"}, {"ratio": "1/0"}, {"ratio": "a"},
     {"ratio": "1e999999999"}, {"grouping": "x"}, {"bars": [99, 100]}, {"bars": [-1, 2]}, {"keep": "no"}, {"drums": "no"}, {"source": "5"},
     {"choices": [[1, 99, "cut"]]}, {"choices": [[1, 1, "no"]]}, {"meter": "4/4", "how": "rest"}],
)  # fmt: skip
def test_settings_that_cannot_be_get_a_line(served: Studio, settings: dict[str, object]) -> None:
    assert refused(served.work(opened(served), "plan", **settings))


def test_what_is_not_there_is_said(served: Studio) -> None:
    key = opened(served)
    assert served.ask("/pieces/none", b"").status == 405
    assert served.ask("/pieces/none").status == 404
    assert served.work(key, "nonsense").status == 404
    assert served.ask("/worker.py").status == 404
    assert served.ask("/..%2f..%2fguard.py").status == 404
    assert "page 1000" in refused(served.work(key, "draw", 999))
    assert refused(served.work(key, "draw", -1))
    assert "bar 99" in refused(served.work(key, "map", 99))
    assert ".exe" in refused(served.work(key, "save", ending=".exe"))


def test_a_piece_with_too_many_notes_is_refused(served: Studio) -> None:
    from mi_theme.server.workbench import MOST_NOTES

    notes = MOST_NOTES + 1
    data = mi.Score.from_notes(np.arange(notes) / 8, 0.125, 60 + np.arange(notes) % 20).to_bytes()
    assert str(MOST_NOTES) in refused(served.open("large.mid", data))
    gap = mi.Score.from_notes([0, 500_000], 1, 60).to_bytes()
    assert "125001 bars" in refused(served.open("gap.mid", gap))


# What it answers


def test_a_plan_is_told_in_the_words_of_the_library(served: Studio) -> None:
    answer = served.work(opened(served), "plan", how="cut")
    plan = mi.plan(score(), "4/4", how="cut")
    told = answer.last["result"]
    lines = [
        line for headline, rows in told["said"] for line in (headline, *(f"  {word:8} {text}" for word, text in rows))
    ]
    assert lines == [line for line in str(plan).splitlines() if line]
    assert (told["how"], told["cost"], told["dropped"]) == ("cut", plan.cost, len(plan.dropped))
    after = plan.apply()
    assert sorted(row[2] for row in told["piece"]["notes"]) == sorted(after.note_table()["pitch"].tolist())
    assert told["meets"][-1] == [score().tempos.seconds(30), after.tempos.seconds(24)]
    assert [row["progress"][0] for row in answer.lines if "progress" in row]


def test_bars_have_strategies_of_their_own(served: Studio) -> None:
    told = served.work(opened(served), "plan", choices=[[2, 3, "cut"], [3, 3, "square"]]).last["result"]
    plan = mi.plan(score(), "4/4").replace(bars=(2, 3), how="cut").replace(bar=3, how="square")
    assert told["spans"] == [[span.first, span.last, span.how, span.why] for span in plan.spans]
    assert {how for _, _, how, _ in told["spans"]} == {plan.how, "cut", "square"}


def test_notation_comes_by_pages(served: Studio) -> None:
    key = opened(served, "long.mid", long_score(400).to_bytes())
    first = served.work(key, "draw", 0).last["result"]
    assert first["pages"][0] == [1, 8]
    assert first["pages"][-1][1] == 40
    third = served.work(key, "draw", 2).last["result"]
    assert third["svg"] != first["svg"]
    assert min(row[0] for row in third["cursors"][0]) == pytest.approx(16 * 2.5)
    assert len(third["cursors"][0]) == 80


def test_a_map_is_that_of_its_bar_and_says_when_it_sounds(served: Studio) -> None:
    key = opened(served)
    told = served.work(key, "map", 3).last["result"]
    assert told["bars"] == [3, 3]
    assert told["map"]["played"][0][:2] == [5.0, 7.5]
    assert told["map"]["heard"][0][:2] == [4.0, 6.0]
    assert served.work(key, "map", 1, bars=[3, 4]).last["result"]["why"] == "not asked for"


def test_some_bars_are_carried_into_every_metre(served: Studio) -> None:
    from mi_theme.frontend.live_scores import live_score
    from mi_theme.frontend.livebars import LIVE_METERS

    key = opened(served)
    body = {"settings": {"meter": "4/4"}, "number": 2, "last": 2}
    told = served.ask(f"/pieces/{key}/live", json.dumps(body).encode()).last["result"]
    wanted = live_score(score(), LIVE_METERS, bars=(2, 2)).as_dict()
    assert told["name"] == "song.mid, bar 2"
    assert told["meters"] == json.loads(json.dumps(wanted["meters"]))
    assert "4 bars" in refused(served.ask(f"/pieces/{key}/live", json.dumps(body | {"last": 6}).encode()))


def test_every_strategy_is_compared_one_by_one(served: Studio) -> None:
    answer = served.work(opened(served), "compare")
    rows = answer.last["result"]["rows"]
    assert rows == json.loads(json.dumps(mi.compare(score(), "4/4").as_dicts()))
    assert [row["progress"][1:] for row in answer.lines if "progress" in row][-1] == [len(rows), len(rows)]


SOURCES = {"song.mid": b"", "song.musicxml": b"", "tune.abc": ABC, "tune.krn": KERN}


@pytest.mark.parametrize(
    ("name", "ending"),
    [*product(SOURCES, (".mid", ".musicxml", ".json")), *product(["song.mid"], (".mxl", ".svg", ".pdf", ".ogg"))],
)
def test_what_is_saved_is_what_the_command_writes(served: Studio, tmp_path: Path, name: str, ending: str) -> None:
    source = tmp_path / name
    if SOURCES[name]:
        source.write_bytes(SOURCES[name])
    else:
        score().save(source)
    out = tmp_path / f"out{ending}"
    result = CliRunner().invoke(main, ["convert", str(source), "--to", "6/8", "-o", str(out)])
    assert result.exit_code == 0, result.output
    answer = served.work(opened(served, name, source.read_bytes()), "save", meter="6/8", ending=ending)
    assert answer.last["file"] == f"{source.stem}_converted{ending}"
    assert answer.file == out.read_bytes()


def test_a_saved_plan_with_edits_is_applied_by_the_command(served: Studio, tmp_path: Path) -> None:
    key, settings = opened(served), {"choices": [[2, 3, "cut"]], "drums": "keep"}
    (tmp_path / "plan.json").write_bytes(served.work(key, "save", ending=".json", **settings).file)
    score().save(tmp_path / "song.mid")
    command = [
        "convert",
        str(tmp_path / "song.mid"),
        "--plan",
        str(tmp_path / "plan.json"),
        "-o",
        str(tmp_path / "o.mid"),
    ]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert (tmp_path / "o.mid").read_bytes() == served.work(key, "save", ending=".mid", **settings).file


def test_a_saved_plan_is_opened_again(served: Studio, tmp_path: Path) -> None:
    """With the settings that made it: by the command, and by who sends it."""
    music = score()
    plan = mi.plan(music, "7/8:2+2+3", how="regroup", part="Tune", drums="keep", bars=(2, 5)).replace(3, how="cut")
    (tmp_path / "plan.json").write_text(plan.to_json(), "utf-8")
    music.save(tmp_path / "song.mid")
    answer = served.ask("/plan", plan.to_json().encode())
    settings = json.loads(answer.body)
    assert (settings["meter"], settings["part"], settings["choices"]) == ("7/8:2+2+3", "0", [[3, 3, "cut"]])
    saved = served.work(opened(served), "save", ending=".mid", **settings).file
    assert saved == plan.apply().to_bytes()
    with studio(tmp_path, "song.mid", "--plan", "plan.json") as found:
        assert found.ask(f"/pieces/{found.key}").last["about"]["settings"] == settings


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"format": "mi-theme score plan"}', b"\xff", b"[" * 100_000])
def test_a_plan_that_is_none_gets_a_line(served: Studio, body: bytes) -> None:
    answer = served.ask("/plan", body)
    assert answer.status == 400
    assert "no plan for a score" in refused(answer)


# Sessions


def test_two_pages_do_not_disturb_each_other(served: Studio) -> None:
    one, two = opened(served), opened(served, "waltz.abc", ABC)
    assert served.work(one, "plan", how="cut").last["result"]["how"] == "cut"
    assert served.work(two, "plan").last["result"]["source"] == "3/4"
    assert served.work(one, "plan", how="square").last["result"]["how"] == "square"
    again = served.ask(f"/pieces/{one}").last
    assert again["result"]["name"] == "song.mid"
    assert again["about"]["settings"]["how"] == "square"  # a page that is loaded again begins with it
    assert [one, "song.mid"] in json.loads(served.ask("/pieces").body)["open"]
    served.ask(f"/pieces/{one}/close", b"")
    assert served.work(one, "plan").status == 404
    assert served.work(two, "plan").last["result"]["source"] == "3/4"


def test_of_many_pieces_the_one_unused_for_longest_is_closed(served: Studio) -> None:
    from mi_theme.server.open_pieces import MOST_PIECES

    keys = [opened(served, f"{number}.abc", ABC) for number in range(MOST_PIECES)]
    served.work(keys[0], "plan")
    opened(served, "more.abc", ABC)
    answer = served.work(keys[1], "plan")
    assert answer.status == 404
    assert "no longer open" in refused(answer)
    assert "result" in served.work(keys[0], "plan").last
    if Path("/proc/self/stat").exists():
        assert len(served.workers) <= MOST_PIECES + 1


@unix
def test_pieces_that_are_opened_at_once_are_no_more_processes_than_may_be(served: Studio) -> None:
    """Those that were closed for others before their process began begin none."""
    with ThreadPoolExecutor(3 * MOST_PIECES) as pool:
        answers = list(pool.map(lambda number: served.open(f"{number}.abc", ABC), range(3 * MOST_PIECES)))
    assert {answer.status for answer in answers} == {200}
    assert {answer.last.get("error", CLOSED) for answer in answers} == {CLOSED}
    opened = [key for key, _ in json.loads(served.ask("/pieces").body)["open"]]
    assert len(opened) == MOST_PIECES
    assert {answer.last["about"]["key"] for answer in answers if "about" in answer.last} >= set(opened)
    assert len(served.workers) <= MOST_PIECES + 1  # one waits for the next piece


@unix
def test_who_hangs_up_stops_the_work(served: Studio) -> None:
    key = opened(served, "long.mid", long_score().to_bytes())
    before = set(served.workers)
    connection = HTTPConnection("127.0.0.1", served.port, timeout=60)
    body = json.dumps({"settings": {"meter": "4/4"}}).encode()
    connection.request("POST", f"/pieces/{key}/compare", body, {"x-studio-token": served.token})
    response = connection.getresponse()
    assert response.readline()  # it has begun
    response.close()
    connection.close()
    waited = time.monotonic() + 20
    while before <= set(served.workers) and time.monotonic() < waited:
        time.sleep(0.05)
    assert not before <= set(served.workers)  # the process that worked is gone
    assert served.work(key, "map", 1, bars=[1, 4]).last["result"]["bars"] == [1, 1]  # and another takes over


@unix
def test_a_process_that_dies_is_said_and_replaced(served: Studio) -> None:
    before = set(served.workers)
    key = opened(served)
    busy = (before & set(served.workers)) | (set(served.workers) - before)
    for pid in busy:
        os.kill(pid, signal.SIGKILL)
    answers = [served.work(key, "plan") for _ in range(2)]
    assert "result" in answers[-1].last
    assert all("result" in answer.last or "ended" in refused(answer) for answer in answers)


# Beginning and end


@unix
def test_ctrl_c_ends_it_and_leaves_nothing(tmp_path: Path) -> None:
    with studio(tmp_path) as found:
        key = opened(found, "long.mid", long_score().to_bytes())
        connection = HTTPConnection("127.0.0.1", found.port, timeout=60)
        body = json.dumps({"settings": {"meter": "4/4"}}).encode()
        connection.request("POST", f"/pieces/{key}/compare", body, {"x-studio-token": found.token})
        connection.getresponse().readline()
        workers = found.workers
        assert workers
        code, said = found.interrupt()
        connection.close()
        assert (code, said) == (130, "mi-theme: interrupted\n")
        gone_soon(workers)
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", found.port), timeout=2):
        pass
    assert list(tmp_path.iterdir()) == []


@unix
def test_killed_it_leaves_nothing_either(tmp_path: Path) -> None:
    with studio(tmp_path) as found:
        opened(found)
        workers = found.workers
        found.process.kill()
        gone_soon(workers)


def gone_soon(pids: list[int]) -> None:
    until = time.monotonic() + 30
    while (
        left := [pid for pid in pids if Path(f"/proc/{pid}").exists() and not is_dead(pid)]
    ) and time.monotonic() < until:
        time.sleep(0.05)
    assert not left


def is_dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_file_can_be_open_from_the_beginning(tmp_path: Path) -> None:
    score().save(tmp_path / "song.mid")
    with studio(tmp_path, str(tmp_path / "song.mid")) as found:
        assert found.key
        assert found.ask(f"/pieces/{found.key}").last["result"]["name"] == "song.mid"


def test_what_cannot_begin_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no music")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        cases = [
            ["song.mid", "--plan", "a.txt"],
            ["song.mid", "--plan", "nothing.json"],
            ["nothing.mid"],
            ["a.txt"],
            [str(tmp_path)],
            ["--port", str(taken.getsockname()[1])],
        ]
        for case in cases:
            command = [sys.executable, "-m", "mi_theme", "studio", "--no-browser", *case]
            environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
            assert done.returncode == 1, case
            assert done.stderr.startswith("mi-theme: ")
            assert done.stderr.count("\n") == 1, done.stderr
            assert not done.stdout


def test_what_is_sent_that_is_no_http_ends_nothing(served: Studio) -> None:
    for noise in (b"\0" * 100, b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", b""):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                connection.recv(1000)
    assert served.ask("/pieces").status == 200


def test_who_asks_for_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else as many as may connect at once would keep the page out for good."""
    import uvicorn

    async def app(scope: dict[str, str], receive: object, send: Callable[[dict[str, object]], Awaitable[None]]) -> None:
        await asyncio.sleep(1)  # longer than a connection may be silent
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"done"})

    monkeypatch.setattr(launching, "SLOWEST", 0.3)
    listening = launching._listening(0)
    server = uvicorn.Server(uvicorn.Config(app, http=launching._impatient(), lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, args=[[listening]])
    thread.start()
    try:
        asked = HTTPConnection(*listening.getsockname(), timeout=20)
        asked.request("GET", "/")
        for begun in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            with socket.create_connection(listening.getsockname(), timeout=20) as silent:
                silent.sendall(begun)
                assert silent.recv(100) == b""
        assert asked.getresponse().read() == b"done"
        asked.close()
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_no_process_is_left_when_the_event_loop_ends() -> None:
    """Whatever was open, asked or closed before: their pipes are closed, or the loop complains of them at its end."""

    async def opened_and_closed() -> list[asyncio.subprocess.Process]:
        pieces = OpenPieces()
        kept = [pieces.add(f"tune {number}", b"X:1\nK:C\nCDEF|") for number in range(3)]
        await pieces.prepare()
        waiting = asyncio.create_task(anext(kept[0].answers(kept[0].opening)))
        await asyncio.sleep(0.05)
        processes = [piece.worker._process for piece in kept]
        pieces.close(kept[1].key)
        await pieces.close_all()
        await asyncio.wait([waiting])
        waiting.exception()
        return processes

    processes = asyncio.run(opened_and_closed())
    gc.collect()
    assert [process.returncode for process in processes] == [-signal.SIGKILL] * 3
    assert all(process.stdout and process.stdout.at_eof() for process in processes)
