// The live bar: pick a metre and a strategy, see and hear what becomes of the bar.

const SPLIT = 560; // pixels from which two maps stand side by side
const LEAST = 15; // pixels that a pulse of a map takes at least

/**
 * Put a live bar into an element.
 *
 * `tables` is the JSON of `mi_theme.frontend.live_bar`; `options.onchange` is called with { meter, how, way } at each
 * choice, `options.choice` is { meter, how } to begin with, `options.player` a Player to use; `options.glyphs` is false where
 * the page has the glyphs of the tables already. Answers
 * { player, choice, choose({ meter, how }), play(), stop(), destroy() }.
 */
export function mount(element, tables, { onchange = () => {}, choice = {}, player = new Player(), glyphs = true } = {}) {
  const live = html("div", { class: "mi mi-live" });
  const state = { meter: null, how: null, wanted: null, heard: "after" };
  const names = { meter: named("meter"), way: named("way"), heard: named("heard") };
  if (glyphs && tables.glyphs) live.append(parsed(tables.glyphs));

  const meters = html("fieldset", { class: "mi-choices mi-meters" }, html("legend", {}, "Metre"));
  for (const { meter } of tables.meters) {
    meters.append(chip(names.meter, meter, meterWords(meter), () => choose({ meter })));
  }
  const ways = html("fieldset", { class: "mi-choices mi-ways" }, html("legend", {}, "Strategy"));
  const unable = html("details", { class: "mi-unable" });
  const title = html("p", { class: "mi-now" });
  const paper = html("div", { class: "mi-paper", role: "group", "aria-label": "Notation" });
  const wider = html("p", { class: "mi-caption", hidden: true }, "wider than the screen: scrolls sideways →");
  const maps = html("div", { class: "mi-maps" });
  const heard = html("fieldset", { class: "mi-choices mi-heard" }, html("legend", {}, "Hear"));
  const status = html("p", { class: "mi-status", role: "status", "aria-live": "polite" });
  const words = html("dl", { class: "mi-words" });
  const midi = html("a", { class: "mi-save" }, "Save as MIDI");
  const note = html("p", { class: "mi-remark" }, tables.note || "");
  const controls = html("div", {});
  const handle = transport(controls, player);
  live.append(
    meters, ways, unable, title, paper, wider, heard, controls, maps, status,
    html("details", { class: "mi-plan", open: true }, html("summary", {}, "The plan in words"), words),
    html("p", { class: "mi-foot" }, midi), note,
  );
  element.append(live);

  let shown = []; // what moves with the music: functions of seconds
  const target = () => tables.meters.find((each) => each.meter === state.meter);
  const way = () => target().ways.find((each) => each.how === state.how);

  /** Choose a metre, a strategy, or both; what is not named stays where it can. */
  function choose({ meter = state.meter, how = null, quiet = false } = {}) {
    const row = tables.meters.find((each) => each.meter === meter) ?? tables.meters[0];
    if (!row) return;
    const able = row.ways.filter((each) => each.able).map((each) => each.how);
    if (how) state.wanted = how; // what somebody chose is kept from metre to metre, wherever it can be
    const changed = row.meter !== state.meter;
    state.meter = row.meter;
    state.how = able.includes(state.wanted) ? state.wanted : row.first;
    if (changed) showWays(row);
    check(meters, state.meter);
    check(ways, state.how);
    show(quiet);
    onchange({ meter: state.meter, how: state.how, way: way() });
  }

  function showWays(row) {
    const most = Math.max(...row.ways.filter((each) => each.able).map((each) => each.cost), 1e-9);
    ways.replaceChildren(
      ways.firstChild,
      ...row.ways.filter((each) => each.able).map((each) => {
        const share = svg("svg", { class: "mi-cost", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
          svg("rect", { width: Math.max((100 * each.cost) / most, 1), height: 4 }));
        const label = html("span", { class: "mi-label" },
          html("b", {}, each.how), " ", html("span", { class: "mi-soft" }, tables.players[each.how] ?? ""),
          html("span", { class: "mi-points" }, ` cost ${each.cost.toFixed(2)}`), share);
        return chip(names.way, each.how, label, () => choose({ how: each.how }));
      }),
    );
    const others = row.ways.filter((each) => !each.able);
    unable.hidden = !others.length;
    unable.replaceChildren(
      html("summary", {}, `${others.length} ${others.length === 1 ? "strategy" : "strategies"} cannot reach ${row.meter}`),
      html("ul", {}, ...others.map((each) => html("li", {}, each.words))),
    );
  }

  /** Everything of the way that is chosen. */
  function show(quiet) {
    const chosen = way();
    title.replaceChildren(
      html("span", { class: "mi-from" }, tables.meter), " → ", html("b", {}, state.meter), " ",
      html("span", { class: "mi-shape" }, chosen.shape ? `as ${chosen.shape}` : ""),
    );
    status.textContent = chosen.words;
    words.replaceChildren(
      ...[["plan", chosen.headline.replace(/ {3,}/g, " · ")], ...chosen.matters].flatMap(([word, text]) => [
        html("dt", {}, word), html("dd", { class: word === "was" || word === "now" ? "mi-grid" : false }, text.replace(/ {3,}/g, "   ")),
      ]),
    );
    midi.href = `data:audio/midi;base64,${chosen.midi}`;
    midi.download = `${slug(tables.name)}-${slug(state.meter)}-${slug(state.how)}.mid`;
    const [from, to] = [tables.meter.split(":")[0], state.meter.split(":")[0]];
    heard.replaceChildren(
      heard.firstChild,
      chip(names.heard, "before", `${from} as it was`, () => hear("before")),
      chip(names.heard, "after", `${to} as it becomes`, () => hear("after")),
    );
    check(heard, state.heard);
    draw();
    if (!quiet) load();
  }

  function hear(which) {
    state.heard = which;
    draw();
    load();
  }

  /** Another piece in the same breath; where nothing plays it waits at its beginning. */
  function load() {
    const on = player.state === "playing" || player.state === "counting";
    if (on) player.pause();
    player.load(state.heard === "before" ? tables.piece : way().piece, on ? {} : { from: 0 });
    if (on) handle.start(false);
    handle.quarters();
  }

  /** Notation and maps, as wide as there is room. */
  function draw() {
    const chosen = way(), before = state.heard === "before";
    shown = [];
    if (chosen.notation) {
      const picture = parsed(chosen.notation);
      const width = readable(picture);
      const line = svg("line", { class: "mi-cursor", hidden: true });
      picture.append(line);
      paper.replaceChildren(picture);
      const rows = chosen.cursors[before ? 0 : 1];
      shown.push((seconds) => {
        line.toggleAttribute("hidden", seconds === null);
        if (seconds === null) return;
        moveCursor(line, rows, seconds, width - 12);
        keepInView(paper, (line.getAttribute("x1") / width) * picture.clientWidth);
      });
    }
    paper.hidden = !chosen.notation;
    saysWhetherItScrolls(paper, wider);
    const room = maps.clientWidth || 320;
    const beside = room >= SPLIT && chosen.maps.length > 1 && chosen.maps[0].target.bars === 1;
    maps.classList.toggle("mi-beside", beside);
    maps.replaceChildren(
      ...chosen.maps.map((table) => {
        const place = beside ? Math.floor((room - 16) / 2) : room;
        const pulses = ({ bars, bar, pulse }) => (bars * bar) / pulse;
        const width = Math.max(place, LEAST * Math.max(pulses(table.source), pulses(table.target)));
        const map = barMap(table, width);
        shown.push(follow(map, table, before ? 0 : 1));
        const wider = width > place;
        const scrolls = wider ? { tabindex: 0, role: "group", "aria-label": `${barsWords(table)}, wider than the screen` } : {};
        return html("div", {}, html("div", { class: "mi-scroll", ...scrolls }, map.picture),
          html("p", { class: "mi-caption" }, barsWords(table) + (wider ? ": scrolls sideways →" : "")));
      }),
    );
    for (const move of shown) move(null);
  }

  /** A function that lights the notes of a map and moves its line while its bars sound. */
  function follow({ line, levels, x, boxes }, table, level) {
    const side = level ? table.target : table.source;
    return (seconds) => {
      const spans = seconds === null ? [] : (level ? table.heard : table.played);
      const span = spans.find(([from, to]) => seconds >= from - 1e-6 && seconds < to - 1e-6);
      const at = span ? span[2] + ((seconds - span[0]) / (span[1] - span[0])) * (span[3] - span[2]) : null;
      for (const [box, row, start, end] of boxes) {
        box.classList.toggle("mi-lit", at !== null && row === level && start <= at + 1e-6 && at < end - 1e-6);
      }
      line.toggleAttribute("hidden", at === null);
      if (at === null) return;
      const place = x(Math.min(at, side.bars * side.bar));
      line.setAttribute("x1", place);
      line.setAttribute("x2", place);
      line.setAttribute("y1", levels[level] - 6);
      line.setAttribute("y2", levels[level] + 32);
      keepInView(line.ownerSVGElement.parentElement, place);
    };
  }

  const stopFollowing = player.onposition((seconds, now) => {
    const on = now === "playing" || now === "paused";
    for (const move of shown) move(on ? seconds : null);
  });
  let room = 0;
  const watch = new ResizeObserver(() => {
    if (Math.abs(maps.clientWidth - room) > 2) draw();
    room = maps.clientWidth;
  });
  watch.observe(maps);
  choose({ meter: choice.meter ?? preferred(tables), how: choice.how ?? null, quiet: true });
  player.load(way().piece, { from: 0 });
  handle.quarters();

  return {
    player,
    get choice() {
      return { meter: state.meter, how: state.how };
    },
    choose,
    play: () => handle.start(),
    stop: () => player.stop(),
    destroy() {
      stopFollowing();
      watch.disconnect();
      player.close();
      live.remove();
    },
  };
}

/** A radio button that looks like a chip. */
function chip(name, value, words, onchoose) {
  const input = html("input", { type: "radio", name, value });
  input.addEventListener("change", onchoose);
  return html("label", { class: "mi-chip" }, input, words instanceof Node ? words : html("span", { class: "mi-label" }, words));
}

function check(fieldset, value) {
  for (const input of fieldset.querySelectorAll("input")) input.checked = input.value === value;
}

/** `7/8:2+2+3` as a signature, and its groups smaller. */
function meterWords(meter) {
  const [signature, groups] = meter.split(":");
  return html("span", { class: "mi-label" }, html("b", {}, signature), groups ? html("span", { class: "mi-soft" }, ` ${groups}`) : "");
}

function barsWords({ first, source, target }) {
  const last = first + source.bars - 1;
  const bars = source.bars > 1 ? `bars ${first}–${last}` : `bar ${first}`;
  return target.bars === source.bars ? bars : `${bars} as ${target.bars} ${target.bars > 1 ? "bars" : "bar"}`;
}

/** 4/4 where it is offered: what everybody knows. */
function preferred(tables) {
  return (tables.meters.find((each) => each.meter === "4/4") ?? tables.meters[0])?.meter;
}

function slug(text) {
  return text.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase().slice(0, 40) || "theme";
}
