"""The best chain of a theme through a performance, compiled with numba; `performances_numpy` does the same with numpy."""

from __future__ import annotations

import numpy as np

from mi_theme.search.kernels.choosing import compiled

__all__ = ["chain"]

NEVER = -1e9
SHIFTS = 128
SOONEST = 15  # ms


@compiled
def chain(played, pattern, clock, search):  # type: ignore[no-untyped-def]
    """Score, last note of the theme and row of the best chain; the row before and the notes spanned of every link."""
    time, pitch, starts, surprise, stress, opening = played
    theme, leads, gap, rise = pattern
    log, steep, price, belief, together, _, _, usual = clock
    notes, length, ring = len(time), len(theme), gap.shape[1] + 1
    score, beat = np.empty((ring, notes)), np.empty((ring, notes))
    alive, many = np.empty((ring, notes), np.int32), np.zeros(ring, np.int64)
    back, over = np.empty((length, notes), np.int32), np.empty((length, notes), np.int8)
    best, last, end = -np.inf, 0, 0
    for i in range(length):
        new, tempo, lead = score[i % ring], beat[i % ring], 1.0 * leads[i]
        tempo[:], back[i] = np.nan, -1
        for j in range(notes):
            begun = lead * stress[j] + opening[j] + search.keys[pitch[j] - theme[i] + SHIFTS] - search.missed * i
            new[j] = begun if i <= search.heads else NEVER
        for k in range(1, min(ring - 1, i) + 1):
            old, up, wait = (i - k) % ring, rise[i, k - 1], gap[i, k - 1]
            for b in alive[old, : many[old]]:
                if not 0 <= pitch[b] + up < SHIFTS:
                    continue
                value, known = score[old, b] - search.missed * (k - 1), beat[old, b]
                later, expected = (0, usual) if np.isnan(known) else (1, known)
                low, high = _window(wait, expected, later, clock)
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
        ended = new[top] - search.missed * (length - 1 - i)
        if ended > best:
            best, last, end = ended, i, top
        many[i % ring] = _survivors(new, max(new[top] - search.beam, NEVER / 2), alive[i % ring])
    return best, last, end, back, over


@compiled
def _window(wait, expected, later, clock):  # type: ignore[no-untyped-def]
    """The soonest and the latest that the next note may be struck, in milliseconds from now."""
    if np.isnan(wait):
        return 1 - len(clock.together), len(clock.together) - 1
    low = np.searchsorted(clock.log, wait + expected - clock.widest[later]) - clock.slack
    high = np.searchsorted(clock.log, wait + expected + clock.widest[later]) - 1 + clock.slack
    return max(low, SOONEST), min(high, len(clock.log) - 1)


@compiled
def _survivors(new, least, alive):  # type: ignore[no-untyped-def]
    """How many chains are good enough to go on, their rows in `alive`."""
    many = 0
    for j in range(len(new)):
        if new[j] >= least:
            alive[many] = j
            many += 1
    return many
