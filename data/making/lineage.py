"""Make ``data/claims.toml`` from the claims file and the documents, without their words.

    python data/making/lineage.py ../shared/lineage/claims.json ../shared/seeds
    python data/making/lineage.py            # only the schemas and the data package

The quotes of claims.json become a place and a hash; its four statuses become
six with the help of ``hand_set.toml``, which gives a reason for every row it
touches. Run it again after an edit there: the same inputs make the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from mi_theme.credits.datasets import descriptions

DATA = Path(__file__).resolve().parent.parent
STATUSES = {"stated": "stated", "inferable": "inferred", "ambiguous": "ambiguous"}  # conflict is set by hand
LETTERS = {"000": "A", "001": "B", "002": "C"}
FIELDS = ("id", "subject", "predicate", "value", "source", "status", "locator", "date", "names", "conflicts",
          "superseded_by", "note")  # fmt: skip
HEADER = """\
# The seed layer: what three documents say, one claim a row, with its place and never
# its words. Made by data/making/lineage.py; edit data/making/hand_set.toml instead.
"""


def main(arguments: list[str]) -> None:
    """Write the claims, where their sources are given, and what describes the tables."""
    if arguments:
        claims, seeds = map(Path, arguments)
        (DATA / "claims.toml").write_text(claims_table(claims, seeds), "utf-8")
    for name, text in descriptions(DATA).items():
        path = DATA / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def claims_table(claims: Path, seeds: Path) -> str:
    """The text of ``claims.toml``."""
    hand = tomllib.loads((DATA / "making" / "hand_set.toml").read_text("utf-8"))
    rows = json.loads(claims.read_text("utf-8"))["claims"]
    _check_hand(hand, {row["id"] for row in rows})
    left_out = {row["id"] for row in hand["left_out"]}
    sets = {row["id"]: row for row in hand["set"]}
    imported = [_imported(row, hand) | _told(sets.get(row["id"], {})) for row in rows if row["id"] not in left_out]
    return HEADER + "".join(_row_text(_placed(row, seeds)) for row in [*imported, *map(_told, hand["added"])])


def _check_hand(hand: dict[str, Any], known: set[str]) -> None:
    """Every row set by hand exists and has its reason."""
    for row in [*hand["set"], *hand["added"], *hand["left_out"]]:
        if not row.get("reason"):
            raise SystemExit(f"hand_set.toml: {row['id']}: a reason is missing")
    for row in [*hand["set"], *hand["left_out"]]:
        if row["id"] not in known:
            raise SystemExit(f"hand_set.toml: {row['id']}: no such claim")


def _imported(row: dict[str, Any], hand: dict[str, Any]) -> dict[str, Any]:
    """A row of claims.json in our terms, its quote turned into a place."""
    return {
        "id": row["id"],
        "subject": hand["subjects"].get(row["subject"], row["subject"]),
        "predicate": hand["predicates"].get(row["predicate"], row["predicate"]),
        "value": row["value"],
        "source": LETTERS[row["file"][:3]],
        "status": STATUSES.get(row["status"], ""),
        "line": row["line"],
        "span": [row["start"], row["end"]],
        "conflicts": row["conflicts_with"] if row["status"] == "conflict" else [],
        "note": row["note"],
    }


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row set by hand without its reason; what is superseded conflicts with nothing else."""
    told = {key: value for key, value in row.items() if key != "reason"}
    return told | ({"conflicts": []} if told.get("status") == "superseded" else {})


def _placed(row: dict[str, Any], seeds: Path) -> dict[str, Any]:
    """The row with its locator."""
    if not row["status"]:
        raise SystemExit(f"hand_set.toml: {row['id']}: say whether it is conflicting or superseded")
    if "span" not in row:
        return row
    file = next(
        seeds / name for name in sorted(p.name for p in seeds.iterdir()) if LETTERS.get(name[:3]) == row["source"]
    )
    start, end = row["span"]
    words = file.read_text("utf-8")[start:end]
    return row | {"locator": (row["line"], start, end, hashlib.sha256(words.encode()).hexdigest())}


def _row_text(row: dict[str, Any]) -> str:
    lines = [f"{key} = {_value_text(key, row[key])}" for key in FIELDS if row.get(key) or key == "value"]
    return "\n[[claim]]\n" + "\n".join(lines) + "\n"


def _value_text(key: str, value: Any) -> str:
    """A value as TOML; JSON strings and lists of them are TOML too."""
    if key == "locator":
        line, start, end, digest = value
        return f'{{ line = {line}, span = [{start}, {end}], sha256 = "{digest}" }}'
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main(sys.argv[1:])
