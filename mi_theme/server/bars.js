// The bars of a page: notation before and after, the strip of bars that are chosen from, a bar's map, piano rolls, cursors.

import { barMap, html, menu, moveCursor, parsed, pianoRoll, svg } from "./frontend.js";

/** Seconds on one side (0 before, 1 after) as seconds on the other: `meets` are moments at which both sides are. */
export function across(meets, seconds, from) {
  const to = 1 - from;
  let index = meets.findLastIndex((pair) => pair[from] <= seconds);
  if (index < 0) return seconds;
  index = Math.min(index, meets.length - 2);
  if (index < 0) return seconds;
  const [a, b] = [meets[index], meets[index + 1]];
  const share = b[from] > a[from] ? Math.min((seconds - a[from]) / (b[from] - a[from]), 1) : 0;
  return a[to] + share * (b[to] - a[to]);
}

/** The number of the bar that sounds at a second, of a piece whose first bar has this number. */
export function barAt(piece, first, seconds) {
  return Math.max(piece.bars.findLastIndex((start) => start <= seconds + 1e-4), 0) + first;
}

/** Put the signs that some notation is made of where all notation of this page finds them, each once. */
export function keepGlyphs(markup) {
  if (!markup) return;
  const found = parsed(markup), kept = document.querySelector("body > .mi-glyphs defs");
  if (!kept) document.body.append(found);
  else for (const sign of [...found.querySelectorAll("g[id]")]) if (!document.getElementById(sign.id)) kept.append(sign);
}

/** What is shown of the bars. `on` has { choose(first, last), edit(first, last, how), turn(page), seek(bar) }. */
export class BarsView {
  constructor(elements, strategies, on) {
    this.at = elements;
    this.on = on;
    this.strategies = strategies;
    this.chosen = null;
    this.moving = [];
    this.drawn = this.opened = this.plan = null;
    new ResizeObserver(() => this._rolls()).observe(elements.rolls);
    elements.strip.addEventListener("keydown", (event) => this._key(event));
  }

  /** A page of a plan. */
  show(opened, plan, drawn) {
    Object.assign(this, { opened, plan, drawn });
    const [first, last] = drawn.pages[drawn.page];
    if (!this.chosen || this.chosen[1] < first || this.chosen[0] > last) this.chosen = [first, first];
    keepGlyphs(drawn.glyphs);
    this.at.paper.replaceChildren(parsed(drawn.svg));
    this.at.legend.hidden = drawn.labelled;
    const picture = this.at.paper.lastChild;
    this.lines = [0, 1].map(() => svg("line", { class: "mi-cursor", hidden: true }));
    picture.append(...this.lines);
    this.right = picture.viewBox.baseVal.width - 12;
    const all = drawn.pages.at(-1)[1];
    this.at.span.textContent = first === last ? `bar ${first} of ${all}` : `bars ${first} to ${last} of ${all}`;
    this.at.earlier.disabled = drawn.page === 0;
    this.at.later.disabled = drawn.page === drawn.pages.length - 1;
    this._strip();
    this._rolls();
  }

  /** The page that a source bar is on. */
  pageOf(bar) {
    const page = this.drawn.pages.findIndex(([, last]) => bar <= last);
    return page < 0 ? this.drawn.pages.length - 1 : page;
  }

  /** From and to in seconds of the page that is shown, on a side. */
  times(side) {
    const [first, last] = this.drawn.pages[this.drawn.page];
    const { bars, length } = this.opened.piece, zero = this.opened.bars[0];
    const span = [bars[first - zero] ?? 0, bars[last - zero + 1] ?? length];
    return side ? span.map((seconds) => across(this.plan.meets, seconds, 0)) : span;
  }

  /** Move everything that follows the music: seconds of a side, null for silence. */
  follow(seconds, side) {
    if (!this.drawn) return;
    const [from, to] = this.times(side);
    const here = seconds !== null && seconds >= from - 1e-4 && seconds < to;
    this.lines.forEach((line, index) => {
      const on = here && index === side && this.drawn.cursors[index].length > 0;
      line.toggleAttribute("hidden", !on);
      if (on) moveCursor(line, this.drawn.cursors[index], seconds, this.right);
    });
    for (const move of this.moving) move(here ? seconds : null, side);
    const source = seconds === null ? null : barAt(this.opened.piece, this.opened.bars[0], side ? across(this.plan.meets, seconds, 1) : seconds);
    for (const button of this.at.strip.children) button.classList.toggle("sounds", Number(button.dataset.bar) === source);
  }

  /** A bar's map, as the server told it. */
  map({ bars, why, map }) {
    const words = bars[0] === bars[1] ? `Bar ${bars[0]}` : `Bars ${bars[0]} to ${bars[1]}`;
    this.followMap = null;
    if (!map) {
      this.at.map.replaceChildren(html("figcaption", {}, `${words}: as before (${why})`));
    } else {
      const drawing = barMap(map, Math.max(this.at.map.clientWidth || 320, 280));
      this.at.map.replaceChildren(drawing.picture, html("figcaption", {}, `${words}: as it was above, as it becomes below`));
      this.followMap = mapCursor(drawing, map);
    }
    this._moves();
  }

  _moves() {
    this.moving = [this.followMap, ...(this.rolls ?? [])].filter(Boolean);
  }

  _strip() {
    const [first, last] = this.drawn.pages[this.drawn.page];
    const rows = [];
    for (let bar = first; bar <= last; bar += 1) {
      const [, , how, why] = this.plan.spans.find(([from, to]) => from <= bar && bar <= to) ?? [0, 0, "", ""];
      const on = this.chosen[0] <= bar && bar <= this.chosen[1];
      const button = html("button", { type: "button", "aria-pressed": String(on), "data-bar": bar }, html("b", {}, String(bar)), " ", html("span", {}, how || `stays: ${why}`));
      button.addEventListener("click", (event) => this._choose(bar, event.shiftKey));
      rows.push(button);
    }
    const focused = document.activeElement?.dataset?.bar;
    this.at.strip.replaceChildren(...rows);
    if (focused) this.at.strip.querySelector(`[data-bar="${focused}"]`)?.focus();
    this._edit();
  }

  _choose(bar, more) {
    if (more) this.chosen = [Math.min(this.anchor ?? bar, bar), Math.max(this.anchor ?? bar, bar)];
    else {
      this.chosen = [bar, bar];
      this.anchor = bar;
    }
    for (const button of this.at.strip.children) {
      const number = Number(button.dataset.bar);
      button.setAttribute("aria-pressed", String(this.chosen[0] <= number && number <= this.chosen[1]));
    }
    this._edit();
    this.on.choose(bar, more);
  }

  _key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const bar = Number(document.activeElement?.dataset?.bar);
    if (!steps || Number.isNaN(bar)) return;
    const next = this.at.strip.querySelector(`[data-bar="${bar + steps}"]`);
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (event.shiftKey) this._choose(bar + steps, true);
  }

  _edit() {
    const [first, last] = this.chosen;
    const words = first === last ? `Bar ${first}` : `Bars ${first} to ${last}`;
    const select = menu(`${words}: a strategy of their own`, [["", "choose"], ...this.strategies.map(({ name }) => [name, name])], "", (how) => how && this.on.edit(first, last, how));
    this.at.edit.replaceChildren(select, html("p", { class: "soft" }, "Shift and another bar choose all between; arrow keys go from bar to bar."));
  }

  _rolls() {
    if (!this.drawn) return;
    const width = Math.max(this.at.rolls.clientWidth || 320, 280);
    if (this._width === width && this._rolled === this.drawn) return;
    Object.assign(this, { _width: width, _rolled: this.drawn });
    const pieces = [this.opened.piece, this.plan.piece].map((piece, side) => windowed(piece, this.times(side)));
    const names = [`As it was: ${this.plan.source}`, `As it becomes: ${this.plan.target}`];
    const drawings = pieces.map((piece) => pianoRoll(piece, width, 130));
    this.at.rolls.replaceChildren(...drawings.flatMap(({ picture }, side) => [html("p", { class: "roll-name" }, names[side]), picture]), html("figcaption", {}, "All notes of these bars"));
    this.rolls = drawings.map(({ line, boxes, x }, side) => (seconds, heard) => {
      const on = seconds !== null && heard === side;
      line.toggleAttribute("hidden", !on);
      const at = on ? seconds - this.times(side)[0] : -1;
      for (const [box, onset, end] of boxes) box.classList.toggle("mi-lit", on && onset <= at && at < end);
      if (!on) return;
      for (const end of ["x1", "x2"]) line.setAttribute(end, x(at));
    });
    this._moves();
  }
}

/** The part of a piece between two seconds, counted from the first. */
function windowed(piece, [from, to]) {
  const notes = piece.notes.filter(([onset, duration]) => onset < to - 1e-6 && onset + duration > from + 1e-6);
  const cut = notes.map(([onset, duration, ...rest]) => [Math.max(onset - from, 0), Math.min(onset + duration, to) - Math.max(onset, from), ...rest]);
  const bars = piece.bars.filter((start) => start >= from - 1e-6 && start < to - 1e-6).map((start) => start - from);
  return { ...piece, notes: cut, bars, length: to - from };
}

function mapCursor({ boxes, line, x, levels }, table) {
  return (seconds, side) => {
    const row = seconds === null ? null : (side ? table.heard : table.played).find(([from, to]) => seconds >= from - 1e-6 && seconds < to);
    const at = row ? row[2] + ((seconds - row[0]) / (row[1] - row[0])) * (row[3] - row[2]) : null;
    for (const [box, level, start, end] of boxes) box.classList.toggle("mi-lit", at !== null && level === side && start <= at && at < end);
    line.toggleAttribute("hidden", at === null);
    if (at === null) return;
    const place = x(at), level = levels[side];
    for (const [name, value] of [["x1", place], ["x2", place], ["y1", level - 6], ["y2", level + 32]]) line.setAttribute(name, value);
  };
}
