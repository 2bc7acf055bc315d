"""The best chain of a theme through a performance, compiled with numba; `performances_numpy` does the same with numpy."""

from __future__ import annotations

import numpy as np

from mi_theme.search.kernels.choosing import compiled

__all__ = ["chain"]

NEVER = -1e9
SHIFTS = 128
SOONEST = 15  # ms


@compiled
def chain(time, pitch, starts, surprise, stress, opening, theme, leads, gap, rise, log, steep, price, belief, together, widest, slack, usual, keys, missed, heads, beam):  # type: ignore[no-untyped-def]  # fmt: skip
    """Score, last note of the theme and row of the best chain; the row before and the notes spanned of every link."""
    notes, length, ring = len(time), len(theme), gap.shape[1] + 1
    score, beat = np.empty((ring, notes)), np.empty((ring, notes))
    alive, many = np.empty((ring, notes), np.int32), np.zeros(ring, np.int64)
    back, over = np.empty((length, notes), np.int32), np.empty((length, notes), np.int8)
    best, last, end = -np.inf, 0, 0
    for i in range(length):
        new, tempo, lead = score[i % ring], beat[i % ring], 1.0 * leads[i]
        _begin(new, tempo, back[i], pitch, stress, opening, keys, theme[i], lead, missed * i, i <= heads)
        for k in range(1, min(ring - 1, i) + 1):
            old, up, wait = (i - k) % ring, rise[i, k - 1], gap[i, k - 1]
            for b in alive[old, : many[old]]:
                if not 0 <= pitch[b] + up < SHIFTS:
                    continue
                value, known = score[old, b] - missed * (k - 1), beat[old, b]
                later = 0 if np.isnan(known) else 1
                expected = known if later else usual
                low, high = _window(wait, expected, log, widest[later], slack, len(together) - 1)
                first, stop = starts[pitch[b] + up], starts[pitch[b] + up + 1]
                for j in range(first + np.searchsorted(time[first:stop], time[b] + low), stop):
                    lapse, found, felt = time[j] - time[b], value + (surprise[j] + lead * stress[j]), known
                    if lapse > high:
                        break
                    if np.isnan(wait):
                        found -= together[abs(lapse)] if j != b else -NEVER
                    else:
                        off = log[lapse] - wait - expected
                        found -= abs(off) * steep[later, lapse] + price[later, lapse]
                        felt = expected + belief[later, lapse] * off
                    if found > new[j]:
                        new[j], tempo[j], back[i, j], over[i, j] = found, felt, b, k
        top = new.argmax()
        if new[top] - missed * (length - 1 - i) > best:
            best, last, end = new[top] - missed * (length - 1 - i), i, top
        many[i % ring] = _survivors(new, max(new[top] - beam, NEVER / 2), alive[i % ring])
    return best, last, end, back, over


@compiled
def _begin(new, tempo, back, pitch, stress, opening, keys, theme, lead, missed, may):  # type: ignore[no-untyped-def]
    """Chains that begin with a note of the theme, where they may."""
    for j in range(len(new)):
        new[j] = lead * stress[j] + opening[j] + keys[pitch[j] - theme + SHIFTS] - missed if may else NEVER
        tempo[j], back[j] = np.nan, -1


@compiled
def _window(wait, expected, log, widest, slack, apart):  # type: ignore[no-untyped-def]
    """The soonest and the latest that the next note may be struck, in milliseconds from now."""
    if np.isnan(wait):
        return -apart, apart
    low = np.searchsorted(log, wait + expected - widest) - slack
    high = np.searchsorted(log, wait + expected + widest) - 1 + slack
    return max(low, SOONEST), min(high, len(log) - 1)


@compiled
def _survivors(new, least, alive):  # type: ignore[no-untyped-def]
    """How many chains are good enough to go on, their rows in `alive`."""
    many = 0
    for j in range(len(new)):
        if new[j] >= least:
            alive[many] = j
            many += 1
    return many
