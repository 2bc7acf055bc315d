"""A tune of one's own, a waltz turned to 4/4: python examples/own_theme.py"""

import mi_theme as mi

# Ach, du lieber Augustin (traditional), two bars of 3/4: onsets and durations in quarters, MIDI pitches
onset = [0, 1.5, 2, 2.5, 3, 4, 5]
duration = [1.5, 0.5, 0.5, 0.5, 1, 1, 1]
pitch = [67, 69, 67, 65, 64, 60, 60]

tune = mi.Score.from_notes(onset, duration, pitch, meter="3/4", names=["Augustin"])
theme = mi.Theme.from_score(tune, tonic="C", mode="major", name="Augustin")
for how in ("hold-first", "rest"):
    print(theme.to_meter("4/4", how=how, grouping="1+1+1"), end="\n\n")
