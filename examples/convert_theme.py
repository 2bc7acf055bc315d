"""The theme in the metre you name: python examples/convert_theme.py 7/8:3+2+2"""

import sys

import mi_theme as mi

meter = sys.argv[1] if len(sys.argv) > 1 else "4/4"
try:
    print(mi.theme().to_meter(meter))
except mi.MiThemeError as error:
    sys.exit(str(error))
