"""Every score of a folder in another metre: python examples/convert_folder.py in/ 4/4 out/"""

import sys
from pathlib import Path

import mi_theme as mi

source, meter, target = sys.argv[1], sys.argv[2], Path(sys.argv[3])
target.mkdir(exist_ok=True)
for path in sorted(file for file in Path(source).iterdir() if file.is_file()):
    try:
        plan = mi.plan(score := mi.read(path), meter=meter)
        plan.apply(score).save(target / f"{path.stem}.mid")
        print(path.name, "->", plan.how)
    except mi.MiThemeError as error:  # a file that cannot be read or converted is named and passed over
        print(error, file=sys.stderr)
