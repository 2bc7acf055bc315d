# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: "1.3"
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 3. Convert your own score
#
# **Level** from age 14, or first-year students; notebook 2 comes before this one.
# **Time** 45 minutes. **You need** a score of your own as MIDI, MusicXML, ABC or kern, or the two short pieces below.
#
# **Aims.** After this lesson you can
#
# - carry a whole piece into another metre and read, bar by bar, what was kept, changed, left out and added;
# - say what happens to a melody, to chords and to drums, and why they are not treated alike;
# - disagree with the machine in one bar, change that bar, and defend your choice;
# - use the words *pick-up*, *anticipation*, *backbeat*, *hemiola* and *tempo equation* correctly.
#
# | minutes | what happens | how |
# |---|---|---|
# | 0-7 | waltz and march | everyone, no notation |
# | 7-20 | a waltz in four | below |
# | 20-30 | a song with drums in seven | below |
# | 30-42 | three exercises, with a piece of your own | pairs |
# | 42-45 | play the results, vote | everyone |

# %% [markdown]
# *Run the next cell first. Where the library is there it does nothing; in a copy of the repository it installs that copy.
# Elsewhere (Google Colab) set `MI_THEME_FROM` to where the library is to come from: a folder, a wheel, an address that pip
# knows. It is not on the Python Package Index yet.*

# %%
from importlib.util import find_spec

if find_spec("mi_theme") is None:
    import os
    import subprocess
    import sys
    from pathlib import Path

    here = next((str(place) for place in (Path.cwd(), Path.cwd().parent) if (place / "mi_theme").is_dir()), "")
    source = os.environ.get("MI_THEME_FROM", here)
    if not source:
        raise SystemExit(
            "mi_theme is not here: set MI_THEME_FROM to a copy of it (folder, wheel or address), run this again"
        )
    wanted = f"mi-theme[all] @ {source}" if "://" in source else f"{source}[all]"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", wanted], check=True)

# %% [markdown]
# ## Sound before symbols
#
# Sing any waltz you know and walk one step a bar: left ... right ... Now march, four steps a bar, and go on singing. You
# need a fourth beat. Try three ways:
#
# - stay on the first note twice as long;
# - wait at the end of each bar;
# - squeeze two notes together so that four bars of waltz feel like one bar with four big beats.
#
# Which one do your feet like? Does the answer change when the waltz is fast?

# %% [markdown]
# ## A waltz in four
#
# Four bars, made for this lesson: a melody, and root and chords under it.

# %%
from pathlib import Path
from tempfile import mkdtemp

import mi_theme as mi


def hear(score):
    """The sound of a score, or what to install for it."""
    try:
        return score.play()
    except mi.MiThemeError as missing:
        print(missing)


melody = [
    (0, 1, 67),
    (1, 1, 69),
    (2, 1, 71),
    (3, 2, 72),
    (5, 1, 71),
    (6, 1.5, 69),
    (7.5, 0.5, 67),
    (8, 1, 66),
    (9, 3, 67),
]
bass = [
    (3 * bar + beat, 1, pitch)
    for bar, root in enumerate((43, 48, 50, 43))
    for beat, pitch in enumerate((root, root + 12, root + 12))
]
rows = [(*note, 0) for note in melody] + [(*note, 1) for note in bass]
onset, duration, pitch, part = zip(*rows, strict=True)
waltz = mi.Score.from_notes(onset, duration, pitch, part=part, names=["Melody", "Oom-pah-pah"], meter="3/4", tempo=96)
hear(waltz)

# %%
waltz

# %% [markdown]
# **Show the plan, then do it.** A plan says what will happen before anything does.

# %%
plan = mi.plan(waltz, meter="4/4")
plan

# %% [markdown]
# Read the line *heard* aloud and clap it. The rule is: *hold the first*. Here is every other rule the library knows:

# %%
mi.compare(waltz, meter="4/4")

# %% [markdown]
# Where notebooks have widgets you can click through them and listen; `live.plan` is then the plan of what you clicked.

# %%
try:
    live = mi.studio(waltz, "4/4")
except mi.MiThemeError as missing:
    live = print(missing)
live

# %% [markdown]
# `proportional` moves every note and sounds the same: a bar of three stretched over a bar of four is only slower.
#
# When the waltz is fast it is felt *in one*: a bar becomes a beat, and four bars become one bar of 12/8. Nothing is heard
# to change, but the conductor, who beat three to a bar, now beats once: a third as often. Look at the tempo line: a
# beat that was a bar of three quarters is written as one and a half, so half as many quarters go by in a minute.

# %%
print(str(mi.plan(waltz, meter="12/8", how="in-one")).split("\n\n")[0])

# %% [markdown]
# Do it, and keep it. `save` writes MIDI, or MusicXML for a notation program: the ending of the name decides.

# %%
folder = Path(mkdtemp())
in_four = plan.apply(waltz)
in_four.save(folder / "waltz_44.mid")
hear(mi.read(folder / "waltz_44.mid"))

# %% [markdown]
# On paper, before and after: look for the notes that are tied over, and for the beams.

# %%
mi.draw(waltz, "notation")

# %%
mi.draw(in_four, "notation")

# %% [markdown]
# ## A song with drums, in seven
#
# Drums are not treated like the tune. Through one common map a hi-hat would limp. So even strokes stay even, and the rest
# goes beat by beat: whoever claps on two still claps on two.

# %%
from mi_theme.score import Event, Track
from mi_theme.score import messages as m


def track(name, channel, notes):
    """A track of (onset, duration, pitch) in quarters, at 480 ticks."""
    events = [Event(0, m.meta(m.TRACK_NAME, name))]
    for at, lasts, pitch in notes:
        events += [
            Event(int(at * 480), m.note_on(channel, pitch, 90)),
            Event(int((at + lasts) * 480), m.note_off(channel, pitch)),
        ]
    return Track.sorted(events)


bars = range(4)
tune = [
    (4 * bar + at, lasts, 60 + step)
    for bar in bars
    for at, lasts, step in ((0, 1, 0), (1, 1, 2), (2, 1.5, 4), (3.5, 0.5, 5))
]
kit = [(4 * bar + at / 2, 0.25, 42) for bar in bars for at in range(8)]
kit += [(4 * bar + at, 0.25, key) for bar in bars for at, key in ((0, 36), (1, 38), (2, 36), (3, 38))]
signature = Track.sorted([Event(0, m.time_signature(mi.Meter("4/4")))])
song = mi.Score(480, (signature, track("Tune", 0, tune), track("Kit", 9, kit)))
hear(song)

# %%
hear(mi.convert(song, meter="7/8:2+2+3"))

# %%
seven = mi.plan(song, meter="7/8:2+2+3")
seven

# %% [markdown]
# Count the strokes: the hat has seven instead of eight, still even, and the plan lists the one in each bar that is
# dropped; kick and snare keep all of theirs. Nothing happens that the plan does not list. Compare `drums="keep"`, where the kit follows the tune:

# %%
print([float(at) for at in mi.convert(song, "7/8:2+2+3").notes("Kit")["onset"][:11]])
print([round(float(at), 2) for at in mi.convert(song, "7/8:2+2+3", drums="keep").notes("Kit")["onset"][:12]])

# %% [markdown]
# ## Change your mind in one bar
#
# A plan is a value: change it, save it, apply it later.

# %%
changed = plan.replace(bar=4, how="rest")
print([(span.first, span.how) for span in changed.spans])
(folder / "plan.json").write_text(changed.to_json(), "utf-8")
len(changed.apply(waltz).note_table())

# %% [markdown]
# ## And back again
#
# Two versions of a piece, and nobody remembers how the second came about: `align` finds the bar map between them.

# %%
mi.align(waltz, in_four)

# %% [markdown]
# ## Your own file
#
# Put a path here. From the command line: `mi-theme convert song.mid --to 5/4:3+3+2+2 -o song_54.mid --explain`.

# %%
path = folder / "waltz_44.mid"  # your file instead of ours
score = mi.read(path)
mi.compare(score, meter="5/4:3+3+2+2")

# %% [markdown]
# `mi.studio(score)` shows it as a live bar, `mi.studio(score, bars="9-12")` other bars than the first four.

# %% [markdown]
# ## Exercises
#
# There is a key below. In each of them more than one answer is right: what counts is the reason.
#
# **1.** Convert the waltz with `hold-first`, `hold-last` and `rest`, and sing all three. Which one keeps the melody's way
# of leading into the next bar?
#
# **2.** Convert a piece of your own to 7/8 twice, as `7/8:2+2+3` and as `7/8:3+2+2`. Which grouping suits its words or its
# melody? Find the bar where you disagree with the plan, change it with `replace`, and write down the rule you used.
#
# **3.** Take the song with drums to 5/4. Rewrite the drums of one bar by hand on a grid of ten boxes. What did you keep
# steady, and where is your backbeat?

# %% [markdown]
# ## Key
#
# **1.** `hold-first` keeps beat 3 next to the following bar line: B still leads into bar 2, F sharp into bar 4. `hold-last`
# gives the melody a long breath at the end of every bar, which suits singers. `rest` sounds like waiting: it can be
# right in a dance where the dancers turn on the empty beat.
#
# **2.** A grouping suits a melody when stressed syllables and long notes begin groups. 2+2+3 puts the long group last and
# lets phrases relax there; 3+2+2 leans on the downbeat. A good rule names what it protects: a word, a leap, a chord.
#
# **3.** Keep one thing steady: hats on all ten, or the kick on every quarter. With 3+3+2+2 the snare falls on boxes 4
# and 9 (the second and fourth group); with five equal beats it can fall on 2 and 4, or on 2 and 5 if the bar should
# limp on purpose.
