"""A studio for tests: the real program in a process, and questions to it over HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

__all__ = ["Answer", "Studio", "studio"]


class Answer(NamedTuple):
    """Status, headers in small letters, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of JSON up to a file's bytes."""
        found = []
        for line in self.body.split(b"\n"):
            if line:
                found.append(json.loads(line))
                if "file" in found[-1]:
                    break
        return found

    @property
    def last(self) -> dict[str, Any]:
        """What the work came to."""
        return self.lines[-1]

    @property
    def file(self) -> bytes:
        """The bytes behind the line of a file."""
        return self.body[-self.last["size"] :]


class Studio:
    """The program, where it is served, its token."""

    def __init__(self, *arguments: str, place: Path) -> None:
        command = [sys.executable, "-m", "mi_theme", "studio", "--no-browser", *arguments]
        where = os.pathsep.join(filter(None, sys.path))
        self.process = subprocess.Popen(
            command, cwd=place, env=os.environ | {"PYTHONPATH": where}, stderr=subprocess.PIPE, encoding="utf-8"
        )
        assert self.process.stderr
        said = self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]+)(?:#([\w-]+))?", said)
        assert found, said
        self.address, self.port, self.token, self.key = found[0], int(found[1]), found[2], found[3]

    def ask(self, path: str, body: bytes | None = None, method: str = "", **headers: str) -> Answer:
        """A request with the token, unless `headers` say otherwise; underscores are hyphens."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=100)
        sent = {"x-studio-token": self.token} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method or ("GET" if body is None else "POST"), path, body, sent)
        response = connection.getresponse()
        answer = Answer(
            response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        )
        connection.close()
        return answer

    def open(self, name: str, data: bytes) -> Answer:
        """Send a file."""
        return self.ask(f"/pieces?name={quote(name)}", data)

    def work(self, key: str, verb: str, number: int = 0, ending: str = "", **settings: object) -> Answer:
        """Work on an open piece; the target is 4/4 unless `settings` say otherwise."""
        body = {"settings": {"meter": "4/4"} | settings, "number": number, "ending": ending}
        return self.ask(f"/pieces/{key}/{verb}", json.dumps(body).encode())

    @property
    def workers(self) -> list[int]:
        """The processes that the program started and that run."""
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(status.parent.name))
        return found

    def interrupt(self) -> tuple[int, str]:
        """Ctrl-C: exit code and what is said."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said


@contextmanager
def studio(place: Path, *arguments: str) -> Iterator[Studio]:
    """A studio that works in a folder, ended at the end."""
    found = Studio(*arguments, place=place)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
        found.process.communicate()
