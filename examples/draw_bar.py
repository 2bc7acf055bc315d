"""A bar in the terminal, and its weights as a picture: python examples/draw_bar.py 7/8:2+2+3 bar.svg"""

import sys
from pathlib import Path

from mi_theme.views import drawn, weight_profile

meter, *path = sys.argv[1:] or ["5/4:3+3+2+2"]
print(drawn(meter))
if path:
    Path(path[0]).write_text(weight_profile(meter).to_svg(), "utf-8")
