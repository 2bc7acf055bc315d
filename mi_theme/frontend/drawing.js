// What is drawn from tables: SVG elements, the map of a bar, a line that moves over notation.

const SVG = "http://www.w3.org/2000/svg";

/** An element of HTML with attributes and children; text is text, never markup. */
export function html(name, attributes = {}, ...children) {
  return furnished(document.createElement(name), attributes, children);
}

/** The same of SVG. */
export function svg(name, attributes = {}, ...children) {
  return furnished(document.createElementNS(SVG, name), attributes, children);
}

function furnished(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Markup of ours, from a table (notation, glyphs), as an element. */
export function parsed(markup) {
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  return holder.content.firstElementChild;
}

/** Whether the reader asked for less motion. */
export function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

const MAP = { left: 34, right: 10, height: 150, above: 32, below: 92, box: 26 };

/**
 * The map of a bar: the source above, the target below, a band for each group, a line for each note that is kept.
 * `table` is a row of `maps`; `width` in pixels. Answers the `picture`, `x`, a function from units to pixels, `boxes`, rows of
 * [element, level, onset, end], `line`, a cursor, and `levels`, the heights of the two bars.
 */
export function barMap(table, width) {
  const most = Math.max(table.source.bars * table.source.bar, table.target.bars * table.target.bar);
  const x = (units) => MAP.left + (units / most) * (width - MAP.left - MAP.right);
  const picture = svg("svg", {
    class: "mi-map", viewBox: `0 0 ${width} ${MAP.height}`, width, height: MAP.height, role: "img", "aria-label": table.words,
  });
  table.bands.forEach(([a, b, c, d], index) => {
    const points = [[a, MAP.above + MAP.box], [b, MAP.above + MAP.box], [d, MAP.below], [c, MAP.below]];
    const corners = points.map(([units, y]) => `${x(units)},${y}`).join(" ");
    picture.append(svg("polygon", { class: index % 2 ? "mi-band" : "mi-band mi-odd", points: corners }));
  });
  picture.append(...mapSide(table.source, MAP.above, -1, x), ...mapSide(table.target, MAP.below, 1, x));
  const boxes = [];
  for (const [name, was, lasted, now, lasts] of table.notes) {
    const kind = was === null ? "added" : now === null ? "dropped" : "kept";
    if (kind === "kept") {
      picture.append(svg("line", { class: "mi-way", x1: x(was) + 3, y1: MAP.above + MAP.box, x2: x(now) + 3, y2: MAP.below }));
    }
    if (was !== null) boxes.push([mapNote(picture, name, x(was), x(was + lasted), MAP.above, kind), 0, was, was + lasted]);
    if (now !== null) boxes.push([mapNote(picture, name, x(now), x(now + lasts), MAP.below, kind), 1, now, now + lasts]);
    if (kind === "dropped") {
      const middle = x(was) + 3, foot = MAP.above + MAP.box;
      picture.append(
        svg("path", { class: "mi-cross", d: `M${middle} ${foot}v10M${middle - 4} ${foot + 10}l8 8M${middle - 4} ${foot + 18}l8 -8` }),
      );
    }
  }
  const line = svg("line", { class: "mi-cursor", hidden: true });
  picture.append(line);
  return { picture, x, boxes, line, levels: [MAP.above, MAP.below] };
}

function mapSide(side, level, outward, x) {
  const parts = [], middle = level + MAP.box / 2, edge = outward < 0 ? level : level + MAP.box;
  for (let bar = 0; bar < side.bars; bar += 1) {
    for (let at = 0; at < side.bar; at += side.pulse) {
      const strong = side.beats.includes(at);
      const place = x(bar * side.bar + at);
      parts.push(svg("line", { class: strong ? "mi-tick mi-beat" : "mi-tick", x1: place, x2: place, y1: edge, y2: edge + outward * (strong ? 7 : 4) }));
    }
  }
  for (let bar = 0; bar <= side.bars; bar += 1) {
    const place = x(bar * side.bar);
    parts.push(svg("line", { class: "mi-barline", x1: place, x2: place, y1: level - 4, y2: level + MAP.box + 4 }));
  }
  for (const [start, end, words] of side.groups) {
    const y = edge + outward * 13;
    parts.push(svg("path", { class: "mi-bracket", d: `M${x(start) + 2} ${y - outward * 4}V${y}H${x(end) - 2}V${y - outward * 4}` }));
    parts.push(svg("text", { class: "mi-group", x: (x(start) + x(end)) / 2, y: y + (outward < 0 ? -5 : 15), "text-anchor": "middle" }, words));
  }
  parts.push(svg("text", { class: "mi-signature", x: MAP.left - 8, y: middle + 5, "text-anchor": "end" }, side.signature));
  return parts;
}

function mapNote(picture, name, start, end, level, kind) {
  const width = Math.max(end - start - 2, 2);
  const box = svg("rect", { class: `mi-note mi-${kind}`, x: start + 1, y: level, width, height: MAP.box, rx: 3 });
  picture.append(box);
  if (width >= 7 * name.length + 3) {
    picture.append(svg("text", { class: `mi-name mi-${kind}`, x: (start + end) / 2, y: level + MAP.box / 2 + 5, "text-anchor": "middle" }, name));
  }
  return box;
}

/** Put the line of a notation where the music is: `rows` are [seconds, x, top, bottom], `right` is where systems end. */
export function moveCursor(line, rows, seconds, right) {
  let index = rows.findLastIndex((row) => row[0] <= seconds + 1e-6);
  if (index < 0) index = 0;
  const [from, x, top, bottom] = rows[index] ?? [0, 0, 0, 0];
  const next = rows[index + 1];
  let place = x;
  if (next && !still()) {
    const goal = next[1] > x && next[2] === top ? next[1] : right;
    place = x + ((goal - x) * (seconds - from)) / (next[0] - from);
  }
  line.setAttribute("x1", place);
  line.setAttribute("x2", place);
  line.setAttribute("y1", top - 10);
  line.setAttribute("y2", bottom + 10);
}

const LEAST_SCALE = 0.75; // of its size, below which notation is not made smaller: it scrolls

/** Notation no smaller than can be read; answers its width in pixels of its own. */
export function readable(picture) {
  const { width } = picture.viewBox.baseVal;
  picture.style.minWidth = `${Math.round(LEAST_SCALE * width)}px`;
  picture.style.maxWidth = `${Math.round(1.7 * width)}px`;
  return width;
}

/** Say of an element whether it scrolls sideways, and let the keys reach it where it does. */
export function saysWhetherItScrolls(element, hint) {
  const scrolls = element.scrollWidth > element.clientWidth + 1;
  if (scrolls) element.tabIndex = 0;
  else element.removeAttribute("tabindex");
  hint.hidden = !scrolls;
  return scrolls;
}

/** Scroll an element sideways so that a place in it, in pixels, is seen. */
export function keepInView(element, place) {
  const { scrollLeft, clientWidth, scrollWidth } = element;
  if (scrollWidth <= clientWidth + 1 || (place >= scrollLeft + 12 && place <= scrollLeft + clientWidth - 24)) return;
  element.scrollTo({ left: Math.max(place - clientWidth / 4, 0), behavior: "auto" });
}

const ROLL = { left: 4, top: 6, foot: 6 };

/**
 * A piano roll of a piece: a box for each note, a line for each bar. Answers the `picture`, `x`, a function from seconds to
 * pixels, `boxes`, rows of [element, onset, end], and `line`, a cursor.
 */
export function pianoRoll(piece, width, height = 160) {
  const pitches = piece.notes.map((note) => note[2]);
  const low = Math.min(...pitches, 60) - 1, high = Math.max(...pitches, 60) + 1;
  const x = (seconds) => ROLL.left + (seconds / (piece.length || 1)) * (width - 2 * ROLL.left);
  const row = (height - ROLL.top - ROLL.foot) / (high - low + 1);
  const words = `Piano roll: ${piece.notes.length} notes in ${piece.bars.length} bars.`;
  const picture = svg("svg", { class: "mi-roll", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": words });
  for (const start of piece.bars) {
    picture.append(svg("line", { class: "mi-barline", x1: x(start), x2: x(start), y1: ROLL.top, y2: height - ROLL.foot }));
  }
  const boxes = piece.notes.map(([onset, duration, pitch, , part]) => {
    const box = svg("rect", {
      class: `mi-note mi-part-${part % 6}`, x: x(onset), y: ROLL.top + (high - pitch) * row,
      width: Math.max(x(onset + duration) - x(onset) - 1, 1.5), height: Math.max(row - 1, 1), rx: 1.5,
    });
    picture.append(box);
    return [box, onset, onset + duration];
  });
  const line = svg("line", { class: "mi-cursor", y1: 0, y2: height, hidden: true });
  picture.append(line);
  return { picture, x, boxes, line };
}
