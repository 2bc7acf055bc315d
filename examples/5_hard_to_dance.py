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
# # 5. Hard to dance to?
#
# **Level** from age 15; simple fractions, no Python needed to follow. **Time** 45 minutes. **You need** floor to walk on,
# a steady beat, paper.
#
# **Aims.** After this lesson you can
#
# - say what *syncopation* is and count it in one bar;
# - read a table of rhythm measures, and name what each cannot see;
# - test a story about a rhythm instead of repeating it;
# - explain why the heaviest notes of a rhythm need not be its downbeats.
#
# | minutes | what happens | how |
# |---|---|---|
# | 0-10 | walk it, twice | everyone, no notation |
# | 10-20 | count syncopation by hand | pairs |
# | 20-30 | the table; two stories | screen |
# | 30-42 | three exercises | pairs |
# | 42-45 | compare with the key | everyone |
#
# An encyclopaedia article tells that Lalo Schifrin's theme is difficult to dance to, and that the teenagers of
# *American Bandstand* were caught off guard when Dick Clark played the single. It names no date, and we have not seen the
# broadcast. But the question is good: is it hard, and by which number? The theme is in copyright: we quote two bars of
# its ostinato for analysis, see `RIGHTS.md`.

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
# Walk on the spot, left, right, left, right, a step a quarter. Somebody claps the theme's rhythm: three eighths, three,
# two, two. After four bars: which foot had the last *one*? Now clap 3+3+1+1 in four quarters and walk again. Which was
# easier? And in which did more claps fall on a step?
#
# Or walk to these: a step on each clear click, first in five, then in four. (Where no sound can be made the cell says
# what is missing.)

# %%
import mi_theme as mi


def hear(score):
    """The sound of a score, or what to install for it."""
    try:
        return score.play()
    except mi.MiThemeError as missing:
        print(missing)


five_equal_beats = mi.theme().to_meter("5/4", how="rebar").theme
hear(five_equal_beats.to_score(repeats=3).with_click(count_in=1))

# %%
hear(mi.theme().to_meter("4/4").theme.to_score(repeats=3).with_click(count_in=1))

# %%
import numpy as np

from mi_theme.rhythm import euclidean, evenness, inner_meter, is_euclidean, swap_distance
from mi_theme.views import necklace, weight_profile

theme = mi.theme()
in_four = theme.to_meter("4/4", how="regroup")
figures = {"5/4": (theme.ostinato, theme.meter), "4/4": (in_four.motif("ostinato"), mi.Meter("4/4"))}
for name, (figure, meter) in figures.items():
    feet = ["left" if bar * meter.bar % 2 == 0 else "right" for bar in range(4)]
    on_step = sum(onset.denominator == 1 for onset in figure.onsets)
    print(f"{name}: the ones of four bars fall on {', '.join(feet)}; {on_step} of {len(figure)} notes fall on a step")

# %% [markdown]
# So in 5/4 *more* notes are on a step than in the version for the dance floor. But its downbeat changes feet in every bar,
# because five is odd: two bars go by before your body is where it began.

# %% [markdown]
# ## Syncopation, counted
#
# Longuet-Higgins and Lee (1984): a note is syncopated if a stronger place than its own goes by in silence before the next
# note. Draw the bar with its levels and try it on both versions before you look at the table.

# %%
equal_beats = mi.measure(theme, "5/4", name="five equal beats")
in_four_ways = [mi.measure(theme.to_meter("4/4", how=how), name=how) for how in ("regroup", "cut", "square")]
mi.measure(theme).beside(equal_beats, *in_four_ways)

# %% [markdown]
# Read the first row of surprises. In its own metre the theme has **no syncopation at all**: every note *is* a beat. For
# somebody who taps five equal beats it has a little: the second note comes half a beat early. The version in 4/4, the metre
# of the dance floor, has **more** than either: 2 a bar. Only `square` brings it to nothing, and with it the long and the
# short. (All 4/4 forms here are computed, not transcribed from a record.)
#
# What is harder in 5/4, then? Not its notes against its metre, but its metre against two feet: unequal beats (nPVI 20
# between neighbours, where a march has 0) and a bar that is odd in steps. What these numbers do **not** see: tempo,
# loudness, bass and drums, habit (whoever grew up with Balkan dances steps unequal beats), and that a pattern comes back.
# Keith's measure says nothing about 5/4 at all: it is only defined where everything halves.

# %%
weight_profile("5/4:3+3+2+2")

# %%
weight_profile("4/4")

# %% [markdown]
# ## Two stories, checked
#
# **Morse.** *The rhythm spells M.I.: dash dash, dot dot.* Sent by hand, a dash is three dots long, one dot of silence
# follows each sign and three each letter. From attack to attack:

# %%
signs, gap_after = (3, 3, 1, 1), (1, 3, 1, 3)
print("Morse, attack to attack:", *(sign + gap for sign, gap in zip(signs, gap_after, strict=True)))
print("the theme, in eighths:  ", *theme.meter.groups)

# %% [markdown]
# Only the *order* fits, long long short short, and only if one looks at the signs and not at the time between them. The
# ratio is 3:2, not 3:1. That Schifrin meant it is often said and nowhere verified.
#
# **Euclid.** *World rhythms are Euclidean: as even as can be.* Four attacks in ten pulses, spread as evenly as possible:

# %%
print("E(4,10) is", euclidean(4, 10), "- is the theme one of its rotations?", is_euclidean("3+3+2+2"))
for rhythm in ("3+2+3+2", "3+3+2+2"):
    print(rhythm, "evenness", round(evenness(mi.Grouping(rhythm).starts, 10), 4))
print("swaps between them:", swap_distance(mi.Grouping("3+2+3+2").starts, mi.Grouping("3+3+2+2").starts))
print("but 3+3+2, the tresillo inside the 4/4 version:", is_euclidean("3+3+2"))

# %%
necklace("3+3+2+2", "3+2+3+2", "3+3+2")

# %% [markdown]
# The theme is one swap away from Euclid, on the lopsided side: both long groups first. That is its push.

# %% [markdown]
# ## Which notes are heavy?
#
# Inner metric analysis (Volk 2008) does not know the metre. It collects every chain of notes at equal distances, and a
# note weighs the more, the more and the longer chains it belongs to. Sixteen bars of the ostinato, middle bars averaged:

# %%
onsets = np.array([5 * bar + float(onset) for bar in range(16) for onset in theme.ostinato.onsets[:4]])
weights = inner_meter(onsets).metric.reshape(16, 4)[4:12].mean(axis=0)
for start, group, weight in zip(theme.meter.beats, theme.meter.groups, weights, strict=True):
    print(f"eighth {start + 1} (group of {group}): {weight:6.0f} {'#' * round(weight / 25)}")

# %% [markdown]
# The peaks are the **second and the fourth** note, not the downbeat. No error: from the second note to the fourth are five
# eighths, and from the fourth to the second of the next bar five again. These two make one chain of equal steps through
# the whole piece, twice as dense as any that the downbeat belongs to (a step a bar). 3+3+2+2 hides an even pulse of two
# and a half quarters, on the wrong notes. A dancer who locks on to it is regular, and off the beat for ever.

# %% [markdown]
# ## Can a program hear the metre?
#
# From the attacks alone, with a model that was trained on Irish, American and Scottish tunes and has never met a bar of 5/4:

# %%
for guess in mi.induce_meter(onsets)[:3]:
    print(f"{guess.meter!s:12} {guess.probability:.3f}   first bar line at {float(guess.phase):g} quarters")
print("begun on its second note:")
for guess in mi.induce_meter(onsets[1:] - onsets[1])[:3]:
    print(f"{guess.meter!s:12} {guess.probability:.3f}   first bar line at {float(guess.phase):g} quarters")

# %% [markdown]
# ## Exercises
#
# **1. Walk.** Step left-right through eight bars of 5/4, then through eight bars of 7/8 grouped 2+2+3 with a step a *group*.
# Which foot has the downbeat? How many bars until it is the first foot again?
#
# **2. One note.** Alter one attack of 3+3+1+1 so that the syncopation of the bar goes down and the rhythm is still the tune.
# Check with the cell below.
#
# **3. Your own ratings.** Rate `regroup`, `cut` and `square` from 1 (easy to walk to) to 5. Which row of the table
# follows your order best? Does any go against it?

# %%
mine = [0, 1.5, 3, 3.5]  # quarters; change one
print(mi.measure(mine, "4/4")["syncopation"])

# %% [markdown]
# ---
# ## Key (for teachers; more than one answer is right)
#
# **1.** 5/4 with a step a quarter: left, right, left ... the same foot every second bar. 7/8 as 2+2+3 with a step a group: three
# steps, so it changes as well; with four groups (5/4 stepped by its groups, 3+3+2+2) it does **not** change: "step the
# groups" is how such dances are danced, and the best answer to the whole lesson.
#
# **2.** The second attack is the culprit: it lets the half bar go by. On the second quarter it costs 1, on the third 0. Moving
# the *third* attack back to the half bar gives 0 too, because now something sounds there. Accept any that lowers it, with
# a reason why it is still the tune. Moving the last attack a sixteenth earlier makes it worse: what it passes is weak, but
# its own place is weaker still.

# %%
for answer in ([0, 1, 3, 3.5], [0, 2, 3, 3.5], [0, 1.5, 2, 3.5], [0, 1.5, 3, 3.25]):
    print(answer, mi.measure(answer, "4/4")["syncopation"])

# %% [markdown]
# **3.** There is no right order. Where a class ranks `square` easiest it agrees with syncopation; where it ranks `regroup`
# easier than the original it disagrees with every row but the walk above, and has found what the numbers leave out.
