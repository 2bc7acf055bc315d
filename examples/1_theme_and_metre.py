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
# # 1. The theme and its metre
#
# **Level** from age 12, or anyone who can clap a steady beat; no Python needed to follow.
# **Time** 45 minutes. **You need** hands, feet, paper; a piano or any instrument helps.
#
# **Aims.** After this lesson you can
#
# - clap and count an *asymmetric* (additive) metre, 5/4 grouped 3+3+2+2;
# - say what *pulse*, *beat*, *group* and *bar* are, and point at each;
# - tell whether two rhythms are the same cycle begun at another place;
# - explain why one bar can be written 5/4 or 10/8, and what a conductor would beat.
#
# | minutes | what happens | how |
# |---|---|---|
# | 0-10 | clap three rhythms, vote | everyone, no notation |
# | 10-20 | look at the bar | pictures below |
# | 20-30 | the eight notes; weights | play or sing, then read |
# | 30-42 | three exercises | pairs, on paper |
# | 42-45 | compare answers with the key | everyone |
#
# The theme from *Mission: Impossible* was composed by Lalo Schifrin (1966) and is in copyright. The library quotes
# eight notes of its ostinato and three of its melody for analysis, and nothing more: see `RIGHTS.md` before you copy
# any of it. Everything here works with your own music too.

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
# Close the computer. Everyone taps a steady, quick pulse on the knee.
#
# Say **straw-ber-ry** for three pulses and **ap-ple** for two, and clap only on the first syllable of each word:
#
# > **straw**-ber-ry **straw**-ber-ry **ap**-ple **ap**-ple
#
# Go round eight times without stopping. Then try two others:
#
# - A: strawberry strawberry apple apple
# - B: apple apple strawberry strawberry
# - C: strawberry apple strawberry apple
#
# One half of the class claps A, the other B. **Vote:** which is the theme you know? Then step left, right, left,
# right on every clap of A: does your left foot always get the first *strawberry*?
#
# Nobody there to clap with? Here they are, four rounds each, A, then B, then C. (Where no sound can be made the cell says
# what is missing.)

# %%
import mi_theme as mi


def hear(score):
    """The sound of a score, or what to install for it."""
    try:
        return score.play()
    except mi.MiThemeError as missing:
        print(missing)


def claps(rhythm, rounds=4):
    """A rhythm as short notes, round and round."""
    cycle = mi.Grouping(rhythm)
    onsets = [(cycle.total * turn + start) / 2 for turn in range(rounds) for start in cycle.starts]
    return mi.Score.from_notes(onsets, [0.25] * len(onsets), [76] * len(onsets), meter="5/4", tempo=150)


hear(claps("3+3+2+2"))

# %%
hear(claps("2+2+3+3"))

# %%
hear(claps("3+2+3+2"))

# %% [markdown]
# ## The bar, drawn
#
# A **pulse** is the quickest steady thing we count, here the eighth. **Groups** of two or three pulses are the
# **beats**. Five quarters fill the bar, but you clapped *four* beats, two long and two short: they are unequal,
# and that is the whole secret of this metre.

# %%
from itertools import product

from mi_theme.views import bar_map, drawn, necklace, weight_profile

print(drawn("5/4:3+3+2+2"))

# %% [markdown]
# Read it downwards: the number of each eighth, the groups in brackets, two ways to count, a row of stars for each
# level of the metre, and last the weight of each pulse, of which more below. A pulse with many stars is a place where a drummer would hit and a choir would come in
# together. A bare 5/4 says nothing about groups, so it is drawn as five equal beats:

# %%
print(drawn("5/4"))

# %% [markdown]
# ## The three rhythms as necklaces
#
# Bend the bar into a circle, and the end meets the beginning. Time goes round clockwise; black beads are claps.

# %%
necklace("3+3+2+2", "2+2+3+3", "3+2+3+2")

# %% [markdown]
# Turn the first circle by four pulses and you have the second: A and B are *rotations* of one another, the same
# cycle begun elsewhere. C is another rhythm altogether. The computer agrees:

# %%
a = mi.Grouping("3+3+2+2")
for name, rhythm in (("B", "2+2+3+3"), ("C", "3+2+3+2")):
    same = mi.Grouping(rhythm) in a.rotations()
    print(name, rhythm, "is A begun elsewhere" if same else "is another rhythm")

# %% [markdown]
# How many ways are there to fill ten eighths with twos and threes? Find them on paper first. Then:

# %%
fillings = [groups for count in (4, 5) for groups in product((3, 2), repeat=count) if sum(groups) == 10]
print(*(mi.Grouping(groups) for groups in fillings), sep="\n")

# %% [markdown]
# ## How heavy is each pulse?
#
# Ask of every pulse: if nobody played here, how much would we miss the metre? Clarence Barlow (1987) called that
# *indispensability* and gave a rule for it. The tallest bar is the downbeat; black bars begin a group.

# %%
weight_profile("5/4:3+3+2+2")

# %%
weight_profile("4/4")

# %% [markdown]
# In 4/4 heavy and light take turns. In 3+3+2+2 you wait longer for the second beat than for the fourth. Which one
# is easier to walk to? Try.

# %% [markdown]
# ## The eight notes
#
# Numbers are steps of the scale: 1 is the home note, b3 a minor third above it, and a comma means "below home". After
# the colon stands how many eighths the note lasts.

# %%
theme = mi.theme()
print(theme)

# %% [markdown]
# Listen: one bar is counted in, and the click goes on, loud on the bar line, clear on each group. In the last bar but
# one the three notes of the melody come in above.

# %%
hear(theme.to_score(repeats=3).with_click(count_in=1))

# %% [markdown]
# And on paper. Look at the beams: they show the groups, though the signature says only 5/4.

# %%
theme

# %% [markdown]
# G minor is only where we chose to write it. Sing it from any note, or say so:

# %%
print(mi.theme(tonic="E"))

# %% [markdown]
# People like to tell that the rhythm spells M.I. in Morse code, dash dash, dot dot. What can be checked: the *order*,
# long long short short, fits. The *lengths* do not: a Morse dash is three dots long (3:1), here long to short is 3:2.
# Whether anybody intended it, we do not know.

# %% [markdown]
# ## Exercises
#
# **1. Which one is it?** Clap 3+3+2+2, 2+2+3+3 and 3+2+3+2 for a partner, each four times round, in any order. Your
# partner says which is the theme. Then begin each at another place in the circle: is it harder?
#
# **2. Where do the bar lines meet?** Write twenty quarters in a row. Above them draw bar lines for 5/4, below them
# for 4/4. Where do the two downbeats fall together again?
#
# **3. What would a conductor beat?** Write the same eight claps (twice 3+3+2+2) in 10/8, in 5/4, and as 6/8 + 2/4.
# For each, show what the conductor's hand does, and say which you would rather play from, and why.

# %% [markdown]
# ---
# ## Key (for teachers; more than one answer is right)
#
# **1.** A is the theme as it is written. B deserves a point if your pupil can say where they started to hear "one":
# after a few rounds B *is* A begun in its middle, and nothing in the claps alone says otherwise; an accent, a bass note
# or a chord does. C is never the theme, from no starting point.
#
# **2.** After twenty quarters, and not before. "After four bars of 5/4", "after five bars of 4/4", "on the 21st quarter"
# and "after forty eighths" are all right. Players call this letting one layer *float*:

# %%
bar_map(theme.to_meter("4/4", how="float"))

# %% [markdown]
# **3.** 10/8 as 3+3+2+2: four beats of the hand, two slow and two quicker. 5/4: five even beats, the second clap falls
# between the second and the third, off the beat. 6/8 + 2/4: two dotted-quarter beats, then two quarters, and bars that
# alternate. All three sound the same. Accept any preference with a reason: players who feel the groups often choose
# 10/8; a slow tempo or even quarters in the drums speak for 5/4; 6/8 + 2/4 shows the joint but fills the page with
# signatures. One check the computer can do:

# %%
meter = mi.Meter("5/4:3+3+2+2")
print("same bar as 10/8:3+3+2+2:", meter.same_bar("10/8:3+3+2+2"))
print("same bar as a bare 5/4:  ", meter.same_bar("5/4"))
