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
# # 2. From 5/4 to 4/4, step by step
#
# **Level** from age 14, or first-year students; notebook 1 comes before this one.
# **Time** 45 minutes. **You need** hands, feet, paper with empty bars of eight boxes.
#
# **Aims.** After this lesson you can
#
# - turn a rhythm in an asymmetric metre into simple quadruple time in several ways, on purpose;
# - say what each way keeps and what it gives up: notes, order of long and short, place in the bar;
# - use the words *syncopation*, *diminution*, *regrouping* and *polymetre* correctly;
# - read a cost as an argument, not as a verdict.
#
# | minutes | what happens | how |
# |---|---|---|
# | 0-8 | walk in four, clap in five | everyone, no notation |
# | 8-15 | three ways on paper | pairs |
# | 15-30 | every strategy, one after another | below |
# | 30-42 | three exercises | pairs |
# | 42-45 | rank by ear, compare with the costs | everyone |
#
# **An honest word first.** Records exist that play this theme in 4/4. The 4/4 rhythm you will meet here was *computed*
# from the 5/4 one by a rule that knows nothing of any record. It is our reconstruction, not a transcription. If you own
# such a record, listen and compare; you may find that it does something else.

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
# Clap *strawberry strawberry apple apple* (3+3+2+2) on a quick pulse. Now walk, one step on every second pulse: left,
# right, left, right, *left* - five steps, and the next round begins on the other foot. That is 5/4.
#
# Now march in four: left, right, left, right, and the clap has to begin again on the left. You have **eight** pulses and a
# rhythm that needs **ten**. Two must go. Keep marching, and try:
#
# - leave the last *apple* out;
# - make all four words the same length;
# - keep the strawberries, and say the apples twice as fast.
#
# Which one still sounds like the theme? Vote before you read on, and write the result down.
#
# The cell below plays them one after another, four rounds each, with a bar counted in and a click on every beat; which is
# which you find out further down. (Where no sound can be made it says what is missing.)

# %%
import mi_theme as mi


def hear(score):
    """The sound of a score, or what to install for it."""
    try:
        return score.play()
    except mi.MiThemeError as missing:
        print(missing)


def in_four(how):
    """The theme's figure in 4/4, with a click."""
    return mi.theme().to_meter("4/4", how=how).theme.to_score(repeats=2).with_click(count_in=1)


hear(in_four("cut"))

# %%
hear(in_four("square"))

# %%
hear(in_four("regroup"))

# %% [markdown]
# ## The problem on paper
#
# Ten boxes above, eight below. Draw three lines of boxes like the second one and put four notes into each.

# %%
from fractions import Fraction
from itertools import combinations, pairwise
from textwrap import fill

from mi_theme.adaptation.costs import figure_cost, order_cost
from mi_theme.adaptation.frames import Frame
from mi_theme.views import bar_map, drawn, necklace

theme = mi.theme()
print(drawn("5/4:3+3+2+2"))
print(drawn("4/4"))

# %% [markdown]
# ## Every way the library knows
#
# A *strategy* is a rule that says where each moment of the old bar goes in the new one. That is a **bar map**. Players
# have words for most of them. The baselines are here for comparison; arrangers do not use them.

# %%
mi.strategies()

# %% [markdown]
# Where notebooks have widgets, the next cell is a *live bar*: click a metre and a strategy, look, press Play. (Where they have
# none it shows one plan as a picture and a table, or says what is missing.) Vote first, click afterwards; what follows goes through
# the ways one by one.

# %%
try:
    live = mi.studio(theme)
except mi.MiThemeError as missing:
    live = print(missing)
live

# %% [markdown]
# What you clicked is there in Python: `live.meter`, `live.how`, and `live.plan` for the whole plan.
#
# In every picture that follows the old bar is above and the new one below; a black note is kept, an empty one with a
# cross is left out, a hatched one is added; grey bands lead from each group to what becomes of it.
#
# ### Cut: the end of the bar goes

# %%
cut = theme.to_meter("4/4", how="cut")
cut.plan

# %% [markdown]
# What is left is 3+3+2, the *tresillo*, one of the best-travelled rhythms in the world. It sounds good. But the fourth
# note is gone, and with it, in the second bar, the half step that leads back home.
#
# ### Square: every group gets one beat

# %%
square = theme.to_meter("4/4", how="square")
square.plan

# %% [markdown]
# Every note is there, every note is on a beat, and nobody will stumble. Long and short are gone: is it still the theme?
#
# ### Regroup: equal groups stay equal, longer ones stay longer
#
# This rule knows nothing of our theme. It tries *every* way of cutting eight eighths into four groups, and charges for
# what is lost. How many ways are there, and how many break no order between long and short?


# %%
def cuts(pulses, groups):
    """Every way of cutting a bar into that many groups."""
    for places in combinations(range(1, pulses), groups - 1):
        edges = (0, *places, pulses)
        yield tuple(b - a for a, b in pairwise(edges))


ways = list(cuts(8, 4))
orderly = [mi.Grouping(way) for way in ways if order_cost((3, 3, 2, 2), way) == 0]
print(len(ways), "ways; those that keep the order:", *orderly)

# %% [markdown]
# Only one on the grid of eighths. Say the grid whenever you say "only": on sixteenths there are others.

# %%
print(*(mi.Grouping(way) for way in cuts(16, 4) if order_cost((3, 3, 2, 2), way) == 0), sep=", ")

# %%
regroup = theme.to_meter("4/4", how="regroup")
regroup.plan

# %% [markdown]
# The first three quarters do not move at all; the last two notes are squeezed from quarters into eighths, which is
# *diminution* of a part, not of the whole. The second note falls between beats 2 and 3 and is held over beat 3: that is
# a *syncopation*. (In 5/4 it is one against five equal quarters, and none where the groups are the beats.) And the rhythm is
# a tresillo again, with its 2 split:

# %%
necklace("3+3+2+2", "3+3+1+1", "3+3+2")

# %% [markdown]
# The three on paper, under the source. A solid line joins a note to itself where it stands in the same place of the bar,
# a broken one where it has moved; a cross ends the line of a note that is left out.

# %%
mi.draw(regroup)

# %%
mi.draw(cut)

# %%
mi.draw(square)

# %% [markdown]
# ### Float, or new bar lines: nothing moves
#
# Leave the theme alone and let the drums play 4/4 under it (*polymetre*: `float`), or just draw new bar lines
# (`rebar`). It costs nothing, because nothing is changed. But the downbeats meet only every fourth bar of the theme.

# %%
floating = theme.to_meter("4/4", how="float")
bar_map(floating)

# %%
theme.to_meter("4/4", how="rebar").plan

# %% [markdown]
# ### Four baselines that snap
#
# Stretch everything alike and you have `proportional`: quintuplets on paper, and to the ear, with bar = bar, *exactly
# the same sound*. Then snap each note to the eighth that is nearest, next, before, or (for the sake of argument) farther
# away. Gomez, Toussaint and others (2007) studied such rules for turning rhythms of three into rhythms of four.

# %%
for how in ("proportional", "nearest", "later", "earlier", "furthest"):
    adaptation = theme.to_meter("4/4", how=how)
    print(f"{how:13}", adaptation.grouping or "between the eighths")

# %% [markdown]
# None of them gives 3+3+1+1: snapping looks at one note at a time and does not know that two notes were equally long.

# %%
bar_map(theme.to_meter("4/4", how="proportional"))

# %% [markdown]
# ### Those that cannot get to 4/4
#
# Some rules only make a bar longer, and some only go between simple and compound time. Ask for the impossible and the
# library says why, and what would work:

# %%
for how in ("rest", "hold-last", "hold-first", "add-group", "long-short", "even"):
    try:
        theme.to_meter("4/4", how=how)
    except mi.MiThemeError as refusal:
        print(fill(str(refusal), 84, subsequent_indent="   "))

# %% [markdown]
# So give them a bar they can fill. Six quarters instead of five:

# %%
for how in ("rest", "hold-last", "hold-first", "add-group"):
    print(f"{how:11}", theme.to_meter("6/4", how=how).plan.grouping)
bar_map(theme.to_meter("6/4", how="add-group"))

# %% [markdown]
# And between simple and compound, a tune that everybody knows (traditional, *Ah! vous dirai-je, maman*): swing its
# eighths, or keep them even.

# %%
twinkle = mi.Theme(
    "Twinkle",
    (mi.Motif("1:1 1:1 5:1 5:1 6:1 6:1 5:2", "ostinato"),),
    mi.Meter("4/4"),
    tonic=mi.Tonic("C"),
    mode="major",
)
for how in ("long-short", "even"):
    print(f"{how:11} attacks on eighths", *(2 * onset + 1 for onset in twinkle.to_meter("12/8", how=how).onsets))
bar_map(twinkle.to_meter("12/8", how="long-short"))

# %% [markdown]
# ## What it costs
#
# Points are charged for each pair of groups whose order breaks (equal made unequal or the reverse 3, reversed 6), for each
# step a note falls (0.6) or climbs (0.3) between bar line, beat and off-beat, for a changed share of the bar, for a beat
# of the new bar that no group begins on, and for each group lost. The numbers were set by hand.

# %%
able = ["regroup", "cut", "square", "float", "rebar", "proportional", "nearest", "later", "earlier", "furthest"]
for cost, how in sorted((theme.to_meter("4/4", how=how).plan.cost, how) for how in able):
    print(f"{cost:6.2f}  {how:13} {'#' * round(cost)}")

# %% [markdown]
# Read this as an argument, not as a verdict. `float` and `rebar` cost nothing because nothing moves: the price, a
# downbeat that gets lost, is paid by the listener and is not in the sum. `proportional` is cheap and useless: with the
# bar kept as long as before it *is* the old music. `earlier` and `square` cost the same since here they are the same rhythm.
# What the sum does say is this: of all that really fits the bar and keeps its notes, regrouping breaks least.
#
# Now compare with your vote from the beginning.

# %% [markdown]
# ## Exercises
#
# **1. Three ways.** On paper, turn 3+3+2+2 into eight eighths in three ways of your own. Clap them, rank them by ear, and only
# then look up what they cost (change the cell below). Where do you disagree with the number, and what did you listen for?
#
# **2. Seven eighths.** Turn the theme into 7/8, once grouped 3+2+2 and once 2+2+3. Which keeps more?
#
# **3. The way back.** Here is 3+3+1+1 in 4/4. Bring it back to 5/4 without being told how it is grouped. What can you
# know from the four attacks alone, and what not?

# %%
eighth = Fraction(1, 2)
mine = (3, 2, 2, 1)  # your own four groups, eight in all
before = [group * eighth for group in (3, 3, 2, 2)]
after = [group * eighth for group in mine]
print(mine, "costs", round(figure_cost(before, after, Frame(mi.Meter("5/4:3+3+2+2")), Frame(mi.Meter("4/4"))), 2))

# %% [markdown]
# ---
# ## Key (for teachers; more than one answer is right)
#
# **1.** Any three cuts of eight into four are right. Likely ones: 3+3+1+1 (keeps equal and longer), 2+2+2+2 (keeps equal,
# loses longer), 3+2+2+1 (keeps the fall from long to short, loses the pairs), 2+3+1+2 (what rounding gives). Any ranking
# with a reason is right. Try another tempo before you settle: tempo is not in the cost, and ears may change their mind.
# With three notes, 3+3+2 is right too if it is said that a note is lost.
#
# **2.** 3+2+2 keeps more. Its 3+2+1+1 still has two long and two short ones, though the long ones are no longer equal. In
# 2+2+3 the bar is long at the wrong end: 2+2+2+1 has lost the difference between long and short but for the last note. In
# both, three of the four attacks stand on beats. Accept 3+3+1 in either, if the pupil says what is left out, and a
# preference for 2+2+3 with a reason that can be heard.

# %%
for meter in ("7/8:3+2+2", "7/8:2+2+3"):
    print(theme.to_meter(meter), end="\n\n")

# %% [markdown]
# **3.** From the attacks alone one reads off 3+3+1+1, and stretching the two short ones gives 3+3+2+2 back, note for note. What
# nobody can know is that the notes *were* the groups: a player who hears four even beats of 4/4 under them (2+2+2+2) goes
# another way and lands between the eighths. Right answers: "3+3+2+2, if the attacks are the groups"; "3+3+1+3, if the
# added beat is a rest"; "one cannot say without the grouping". The grouping is an input, or a guess that should be called one.

# %%
four = regroup.theme
for heard in ("3+3+1+1", "2+2+2+2"):
    back = four.to_meter("5/4:3+3+2+2", how="regroup", grouping=heard)
    print("heard as", heard, "- attacks on eighths", *(onset / eighth + 1 for onset in back.onsets[:4]))
