"""The theme and its version in another metre as notation: python examples/draw_theme.py 4/4 theme.svg"""

import sys

import mi_theme as mi

meter = sys.argv[1] if len(sys.argv) > 1 else "4/4"
path = sys.argv[2] if len(sys.argv) > 2 else "theme.svg"
try:
    picture = mi.draw(mi.theme().to_meter(meter))
    picture.save(path)
    print(picture.description)
except mi.MiThemeError as error:  # the extra is missing, or the metre is none: the message says which
    sys.exit(str(error))
