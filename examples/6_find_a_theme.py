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
# # 6. Find a theme
#
# **Level** from age 14; counting, no Python needed to follow. **Time** 45 minutes. **You need** music paper, a partner.
#
# **Aims.** After this lesson you can
#
# - say what of a tune survives when it is quoted, and what may change;
# - read a search result: where, how, and how surprising;
# - tell a quotation from an accident, or say that you cannot;
# - read a bar map backwards: from the version to the rule that made it.
#
# | minutes | what happens | how |
# |---|---|---|
# | 0-8 | which of these is the theme? | everyone, no notation |
# | 8-18 | hide it and find it | screen |
# | 18-28 | is it an accident? | pairs, then screen |
# | 28-33 | tunes that are relatives | screen |
# | 33-43 | three exercises | pairs |
# | 43-45 | compare with the key | everyone |
#
# The theme is in copyright: we quote two bars of its ostinato for analysis, see `RIGHTS.md`. Everything else here is Bach, or
# made up by a machine.

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
# Three figures follow. One is the theme in another metre; one has its rhythm and other notes; one has its notes in another
# order. Which is the theme? How do you know? (Where no sound can be made the cell says what is missing.)

# %%
import numpy as np

import mi_theme as mi


def hear(score):
    """The sound of a score, or what to install for it."""
    try:
        return score.play()
    except mi.MiThemeError as missing:
        print(missing)


def with_pitches(pitches):
    """The theme's rhythm with other pitches."""
    onsets = [float(onset) for onset in theme.ostinato.onsets]
    return mi.Score.from_notes(onsets, [1.5, 1.5, 1, 1] * 2, pitches, meter="5/4:3+3+2+2")


theme = mi.theme()
wanted = mi.Pattern.of(theme)
hear(with_pitches(list(wanted.pitch[::-1])))

# %%
hear(theme.to_meter("7/8:2+2+3").theme.to_score())

# %%
hear(with_pitches([55, 60, 57, 59, 55, 62, 60, 58]))

# %% [markdown]
# The second. Its rhythm is *not* that of the theme, the rhythm of the others is; yet most people hear it at once. What
# has survived is the order of the intervals, and which notes are long and short beside each other.

# %% [markdown]
# ## Hide it
#
# Four voices that wander about at random. In bars 5 and 6 the third has something else to say: the theme, in 4/4.

# %%
random = np.random.default_rng(6)
rows = [
    (onset, 0.5, int(base + random.integers(0, 12)), part)
    for part, base in enumerate((74, 67, 55, 43))
    for onset in np.arange(0, 48, 0.5)
    if random.random() < 0.6 and not (part == 2 and 16 <= onset < 24)
]
in_four = theme.to_meter("4/4")
for tone in in_four.motif("ostinato"):
    rows.append((16 + float(tone.onset), float(tone.duration), 60 + tone.degree.semitones, 2))
onset, duration, pitch, part = zip(*rows, strict=True)
texture = mi.Score.from_notes(onset, duration, pitch, part=part, names=["High", "Alto", "Tenor", "Low"], meter="4/4")
mi.draw(texture, bars=(3, 8))

# %% [markdown]
# Can you see it? Now let the machine look:

# %%
hits = mi.find(theme, texture)
for hit in hits:
    print(hit)
print("notes of the theme that are missing:", hits[0].missing, "- changed:", hits[0].changed)

# %% [markdown]
# **Where**: part and bar. **How**: so many semitones up, and by which rule the rhythm was changed. The finder tries every bar
# map that our strategies would make from 5/4 into the metre of the place; `regroup` takes each note to where it is:

# %%
print("the bar map:", hits[0].warp, "-", hits[0].strategy)
mi.draw(in_four, "map")

# %% [markdown]
# Making a version and recognising one are the same map, read forwards and backwards.

# %% [markdown]
# ## Is it an accident?
#
# **E** is the number of hits as good that chance would bring in so much music. E = 0.01: in a hundred such searches for
# tunes that are *not* there, one would show something as good. E = 3 means: three of these are to be expected, so this one
# says nothing.
#
# Bach did not know the theme. What does the finder say of twenty of his chorales? We ask it for the best place, however
# bad, and do the same for the theme's notes in four other orders, which nobody has ever written down.

# %%
from pathlib import Path

import music21

chorales = sorted((Path(music21.__file__).parent / "corpus" / "bach").glob("bwv*.mxl"))[:20]


def best_in_bach(pattern):
    """The best hit in the chorales, whatever its E."""
    hits = mi.find(pattern, chorales, max_evalue=float("inf"), top=1)
    return hits[0] if hits else None


def shuffled(seed):
    """The pattern with its pitches in another order."""
    pitches = np.random.default_rng(seed).permutation(wanted.pitch).tolist()
    return mi.Pattern(wanted.onset, tuple(pitches), wanted.duration, meter=wanted.meter)


for name, pattern in {"the theme": wanted, **{f"shuffle {n}": shuffled(n) for n in range(1, 5)}}.items():
    hit = best_in_bach(pattern)
    print(f"{name:10}", f"E {hit.evalue:9.2g}   {Path(hit.source).stem}, bar {hit.bar}" if hit else "nothing like it")

# %% [markdown]
# If the theme's E is no smaller than those of the shuffles, there is nothing to explain. The finder *always* finds a
# best place; only E says that it means nothing. E knows what the chorales are full of, steps and even notes, and counts them for
# little; but it is an estimate, good to a factor of two or three. So look at the shuffles too, and believe an E that is much
# smaller than theirs. A short pattern never means much: three notes are everywhere.

# %%
head = mi.Pattern.of(theme.head)
hit = best_in_bach(head)
print(f"the head, {len(head)} notes: E {hit.evalue:.2g}" if hit else "three notes cannot be told from chance")

# %% [markdown]
# ## Relatives
#
# To rank whole tunes is another question: not *where is this quoted*, but *which of these is most like it*. Here is a small
# waltz; among the tops of ten chorales stand four versions of it: in 4/4, a tone higher, with a sixth and with a third of its
# notes left out. Which comes first is no surprise. Before you look: with how many notes left out is it still the same tune?

# %%
onsets = [0, 1, 2, 3, 5, 6, 7.5, 8, 9, 12, 13, 14, 15, 17, 18, 19, 20, 21]
lengths = [1, 1, 1, 2, 1, 1.5, 0.5, 1, 3, 1, 1, 1, 2, 1, 1, 1, 1, 3]
pitches = [67, 71, 74, 79, 78, 76, 74, 72, 71, 69, 72, 76, 74, 71, 69, 67, 66, 67]
waltz = mi.Score.from_notes(onsets, lengths, pitches, meter="3/4", names=["Melody"])


def thinned(every):
    """The waltz with one in so many notes left out."""
    keep = np.arange(len(onsets)) % every != 1
    return mi.Score.from_notes(*(np.array(column)[keep] for column in (onsets, lengths, pitches)), meter="3/4")


versions = {
    "in 4/4": mi.convert(waltz, meter="4/4"),
    "a tone higher": mi.Score.from_notes(onsets, lengths, [pitch + 2 for pitch in pitches], meter="3/4"),
    "a sixth left out": thinned(6),
    "a third left out": thinned(3),
}
strangers = {path.stem: mi.read(path).note_table() for path in chorales[:10]}
tunes = {**strangers, **versions}
for row in mi.rank(waltz, list(tunes.values()), how="tune")[:5]:
    print(f"{row.similarity:6.2f}  {list(tunes)[row.index]}")

# %% [markdown]
# Nearness falls fast: a new metre costs little, a sixth of the notes much, and with a third of them gone the number is 0, as
# for Bach. Your ear may well be kinder. A number of nearness says how much two tunes share, not whether one comes from the other.

# %% [markdown]
# ## Exercises
#
# **1. Hide and seek.** Hide the theme from your partner's search: another metre, another key, twice as slow, notes left out,
# notes added. You may change as much as you like as long as *you* still hear it. Who wins, the ear or the machine?
#
# **2. How far?** Convert the theme to 3/4, 7/8, 2/4 and 12/8 by every strategy that can. From which on do you no longer hear
# it? Does the finder give up earlier or later?
#
# **3. Backwards.** The notes below are two versions of one tune of four bars. By which strategy was the second made from the
# first? Find it by ear or on paper; then ask the finder.

# %%
first = mi.Score.from_notes(onsets[:9], lengths[:9], pitches[:9], meter="3/4")
second = mi.Score.from_notes([0, 2, 3, 4, 7, 8, 10.5, 11, 12], 0.5, [pitch - 5 for pitch in pitches[:9]], meter="4/4")
print([float(onset) for onset in second.note_table()["onset"]])

# %% [markdown]
# ---
# ## Key (for teachers; more than one answer is right)
#
# **1.** Key and tempo never help: the finder looks at intervals and at ratios. One note left out or changed of eight does
# little, two make it doubtful, and a machine that forgave three would find the theme in any music: that is why E exists. The ear
# wins where harmony, timbre or the words say *theme*; the machine wins in inner voices. Any hiding place is a right answer
# if its finder can say what survived.
#
# **2.** What keeps all notes in order is found in whatever metre. `cut` takes notes away. In 7/8 it leaves six, and the finder,
# which knows what `cut` leaves, finds these six. In 3/4 and 2/4 it leaves four, all of them G: the finder loses the theme, and so
# does every ear that does not expect it. The cell shows one way to try.

# %%
for target in ("3/4", "7/8", "2/4", "12/8"):
    for how in ("regroup", "cut", "square", "hold-first", "rest"):
        try:
            version = theme.to_meter(target, how)
        except mi.MiThemeError:
            continue
        found = mi.find(theme, version.theme.to_score(), top=1)
        print(f"{target:5} {how:11}", found[0].strategy or "as it is" if found else "not found")

# %% [markdown]
# **3.** Hold the first: the first beat of each bar lasts twice as long, 2+1+1. Two of our rules come to that here,
# `hold-first` and `regroup`; the finder names the one that can do nothing else, and whoever names the other is as right: the map
# is the same.

# %%
for hit in mi.find(first, second):
    print(hit, "- bar map", hit.warp)
