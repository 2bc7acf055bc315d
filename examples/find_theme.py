"""Where a file quotes the theme, in whatever key and metre: python examples/find_theme.py song.mid"""

import sys

import mi_theme as mi

where = sys.argv[1] if len(sys.argv) > 1 else mi.render(form="clayton-mullen", style="bare", tonic="A", length=8)
try:
    for hit in mi.find(mi.theme(), where):
        how = hit.strategy or "in its own metre"
        print(f"bar {hit.bar}, {hit.part}: {hit.transposition:+d} semitones, {how}; by chance {hit.evalue:.2g} times")
except mi.MiThemeError as error:
    sys.exit(str(error))
