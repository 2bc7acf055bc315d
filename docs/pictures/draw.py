"""The pictures of the README and the landing page: python docs/pictures/draw.py"""

from pathlib import Path

import mi_theme as mi
from mi_theme.views import bar_map, necklace, weight_profile

HERE = Path(__file__).parent
theme = mi.theme()
PICTURES = {
    "bar_map": bar_map(theme.to_meter("4/4")),
    "necklaces": necklace("3+3+2+2", "3+3+1+1", "3+3+2"),
    "weights": weight_profile("5/4:3+3+2+2"),
}

if __name__ == "__main__":
    for name, picture in PICTURES.items():
        (HERE / f"{name}.svg").write_text(picture.to_svg(), "utf-8")
        print(f"docs/pictures/{name}.svg: {picture.description}")
