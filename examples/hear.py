"""The theme's figure in two metres, as sound, a bar counted in: python examples/hear.py theme.wav"""

import sys

import mi_theme as mi

path = sys.argv[1] if len(sys.argv) > 1 else "theme.wav"
five = mi.theme()
four = five.to_meter("4/4").theme
try:
    for number, version in enumerate((five, four), 1):
        recording = version.to_score().with_click(count_in=1).play()
        recording.save(path.replace(".", f"_{number}."))
        print(version.meter, recording)
except mi.MiThemeError as error:  # the extra or a soundfont is missing: the message says what to install
    sys.exit(str(error))
