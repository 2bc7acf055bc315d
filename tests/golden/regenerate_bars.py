"""Draw the golden bars anew: python tests/golden/regenerate_bars.py, then read the diff."""

from pathlib import Path

from mi_theme.views import drawn

FOLDER = Path(__file__).with_name("bars")
METERS = ("5/4:3+3+2+2", "5/4", "4/4", "6/8", "7/8:2+2+3", "12/8", "21/8:3+3+3+2+2+2+2+2+2", "4/4:3+3+4+2+4")


def file_of(meter: str) -> Path:
    """Where the drawing of a metre is kept."""
    return FOLDER / f"{meter.replace('/', '-').replace(':', '_')}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for meter in METERS:
        file_of(meter).write_text(drawn(meter), "utf-8")
