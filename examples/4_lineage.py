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
# # 4. Who made which version for which film, claim by claim
#
# Seven films open with a version of one theme, says one document, and there is an eighth. Who made
# each of them? Three documents (the *seed layer*) speak of it, none of them film by film. This notebook goes from what
# they state, by way of what can be inferred, to what other public pages say (the
# *reference layer*). Nothing is mixed: each row says who says it, where, and how certain it is.
#
# **Level** from age 16, or first-year students of film music. **Time** 45 minutes.
# **You need** records that the class may listen to, paper.
#
# **Aims.** After this lesson you can
#
# - tell what a source states from what can be inferred from it, and from what nobody says;
# - name the assumption that an inference rests on, and take it away again;
# - keep the opening, the score and the soundtrack version of a film apart.
#
# | minutes | what happens | how |
# |---|---|---|
# | 0-8 | listen and step | everyone, no notation |
# | 8-30 | from one claim to the readings | below |
# | 30-42 | three exercises | pairs |
# | 42-45 | what would you cite? | everyone |

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

# %%
import mi_theme as mi

lineage = mi.lineage()
print(len(mi.films()), "films,", len(lineage.claims()), "claims")

# %% [markdown]
# ## Sound before symbols
#
# Before anything is read: play a record of any of these openings that the class owns, then a pop
# version. Step from foot to foot on the beat. Where does the step stop fitting, and does it come
# back? Write down what you *heard*; later, mark it off against what the sources *state*.

# %% [markdown]
# The films, with the answer of the seed layer alone. A dash is silence.

# %%
mi.films()

# %% [markdown]
# ## One claim
#
# A claim is one thing that one source says. Its *locator* is the place in the document:
# a line, a span of characters and the hash of the words there. The words themselves are not
# part of this library; who has the documents can check each place with
# `mi-theme lineage verify FOLDER`.

# %%
from textwrap import fill


def told(words):
    """Long lines as a page has room for them."""
    print(*(fill(line, 84, subsequent_indent="   ") for line in str(words).splitlines()), sep="\n")


told(lineage.claim("M10"))

# %% [markdown]
# The last line, a note of ours, is worth reading: in the document the fraction has lost its stroke. Next to another
# sentence (five crotchets to a bar, claim M05) the digits can only be 5/4.

# %%
lineage.claims(ids=["M04", "M05", "M10", "M21", "M23", "M26", "M27"])

# %% [markdown]
# ## The sentence that cannot be zipped
#
# Claim M11 names five people in order for the openings of seven films.

# %%
sentence = lineage.claim("M11")
sentence.values, sentence.films

# %% [markdown]
# Pairing them off from the left runs out of names at film 6, and gives film 4 to the fourth
# and film 5 to the fifth of them. Instead, every way to share out the films is a *reading*.
# With no assumption at all there are very many.

# %%
len(lineage.readings(()))

# %% [markdown]
# Assumptions have names and can be switched on one by one.

# %%
from mi_theme.credits import ASSUMPTIONS

for count in range(len(ASSUMPTIONS) + 1):
    names = list(ASSUMPTIONS)[:count]
    print(f"{len(lineage.readings(names)):6}  {', '.join(names) or 'no assumption'}")

# %% [markdown]
# The third assumption rests on two claims of another document: it credits one of the five with
# the *scores* of films 6 and 7. A score is not an opening, so taking one for the other is an
# assumption with a name. The readings that are left:

# %%
lineage.readings()

# %%
lineage.readings().possible

# %% [markdown]
# Three films are forced, four are not. How many readings give a film to somebody is a count;
# it is no probability, as nothing says that the readings are equally likely.
#
# ## What if?
#
# A lineage is a value. Leave out the two credits, and fifteen readings are left:

# %%
without = lineage.without(["M17", "M18"])
len(without.readings()), without.film(6).composer.candidates

# %% [markdown]
# Add a claim, and some go:

# %%
more = lineage.add("film 4 opening by Giacchino")
more.readings()

# %% [markdown]
# ## One film
#
# The opening, the score and the version on the soundtrack album are three things. So film 1
# has an opening in 5/4 and a record in 4/4, and there is no contradiction.

# %%
mi.film(1).versions

# %%
mi.film(1).version("soundtrack").plan()

# %% [markdown]
# Who made the opening of film 5, and how is it known?

# %%
told(lineage.explain(5))

# %%
mi.film(5).credits()

# %% [markdown]
# Film 8 is not in the sentence. The seed layer is silent on its maker and on its metre, and
# stays so when the reference layer speaks.

# %%
mi.film(8).credits()

# %%
mi.film(8).version().metres

# %% [markdown]
# ## When was it true?
#
# Plans are not release dates. Of the dates that the seed layer gives film 8, all are plans and
# five were cancelled.

# %%
mi.film(8).dates

# %% [markdown]
# ## What contradicts what
#
# Contradictions are kept: superseded plans, stale sentences, a title used before it was
# announced, a list that does not count.

# %%
lineage.conflicts()

# %% [markdown]
# Two tellings in one document are one witness, and so are an encyclopaedia and its mirror.

# %%
told_twice = lineage.claims(ids=["F7-55", "H03"])
lineage.witnesses(told_twice)

# %% [markdown]
# ## The whole as a picture
#
# A disc: the only candidate that the seed layer leaves. A ring: one of several. A square: the
# reference layer.

# %%
lineage.draw()

# %% [markdown]
# And on whose word: sources on the left, what they claim of openings and scores, the films.

# %%
lineage.draw("graph")

# %% [markdown]
# ## Exercises
#
# **1. Take a claim away.** Choose one claim on the openings, leave it out with `lineage.without`, and say
# what can still be known of films 2 to 5.
#
# **2. Stated, inferred, reconstructed.** Of the metres of the first film's record: which part is stated by
# a source, which is inferred, and which of this library's 4/4 rhythms is only computed?
#
# **3. A date that is none.** Find two dates of film 8 that must not stand in a table of releases, and say why.

# %% [markdown]
# ## Key (for teachers; more than one answer is right)
#
# **1.** Without M17 and M18 nothing anchors the end of the row: fifteen readings, and film 6 is open again.
# Without M11 there is nothing to share out: the openings are unknown, the scores of films 6 and 7 are not.
# Any claim is a good choice if the pupil can say which step of the argument it carried.
#
# **2.** Stated: 4/4, with an intro in 5/4. Inferred by people who know other sources: the grouping 3+3+2+2.
# Computed here, by rule: 3+3+1+1 in 4/4, our reconstruction. "Nobody states a tempo or a key" is a right answer too.
#
# **3.** Any of the five cancelled plans, or the date that one document still gives as coming. They were plans;
# a plan that was cancelled is not a release, and a sentence can grow stale without being wrong when written.

# %%
lineage.without(["M17", "M18"]).readings().possible
