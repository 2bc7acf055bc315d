// The settings of a conversion: controls that show them, and the way back and forth through what was chosen.

import { html, menu } from "./frontend.js";

const DEFAULTS = {
  meter: "4/4", how: null, source: null, part: null, drums: "pulse", accompaniment: "pattern", bars: null, ratio: null,
  keep: null, grouping: null, feel: "auto", runs: "thin", choices: [],
};

/** What was chosen, and what was undone; kept for this tab, so that a page that is loaded again has it. */
export class History {
  constructor(key, settings) {
    this._name = `studio ${key}`;
    const kept = JSON.parse(sessionStorage.getItem(this._name) ?? "null");
    this.past = kept?.past ?? [];
    this.future = kept?.future ?? [];
    this.now = { ...DEFAULTS, ...(kept?.now ?? settings ?? {}) };
  }

  /** Choose something else; answers whether it is something else. */
  change(some) {
    const next = { ...this.now, ...some };
    if (JSON.stringify(next) === JSON.stringify(this.now)) return false;
    this.past.push(this.now);
    if (this.past.length > 200) this.past.shift();
    this.future = [];
    this.now = next;
    this._keep();
    return true;
  }

  undo() {
    return this._step(this.past, this.future);
  }

  redo() {
    return this._step(this.future, this.past);
  }

  _step(from, to) {
    if (!from.length) return false;
    to.push(this.now);
    this.now = from.pop();
    this._keep();
    return true;
  }

  /** Whether anything but the metre was chosen. */
  get changed() {
    return JSON.stringify({ ...this.now, meter: DEFAULTS.meter }) !== JSON.stringify(DEFAULTS);
  }

  fresh() {
    return this.change({ ...DEFAULTS, meter: this.now.meter });
  }

  _keep() {
    sessionStorage.setItem(this._name, JSON.stringify({ past: this.past.slice(-50), future: this.future.slice(-50), now: this.now }));
  }
}

const SUITS = ["", "what suits"];

/** Put the controls into an element; `onchange` is called with what was chosen. Answers a function that shows settings. */
export function settingsPanel(element, choices, piece, onchange) {
  const own = (name) => (value) => onchange({ [name]: value === "" ? null : value });
  const number = `metre-${piece.name.length}`;
  const meters = html("fieldset", { class: "mi-choices" }, html("legend", {}, "Into"));
  for (const meter of choices.meters) {
    const input = html("input", { type: "radio", name: number, value: meter });
    input.addEventListener("change", () => onchange({ meter }));
    const [signature, groups] = meter.split(":");
    meters.append(html("label", { class: "mi-chip" }, input, html("span", { class: "mi-label" }, html("b", {}, signature), groups ? html("span", { class: "mi-soft" }, ` ${groups}`) : "")));
  }
  const other = field("Another metre", "13/8:3+3+3+2+2", (value) => value && onchange({ meter: value }));
  const about = html("p", { class: "soft" });
  const summaries = Object.fromEntries(choices.strategies.map((each) => [each.name, `${each.players}: ${each.summary}`]));
  const controls = {
    how: menu("Strategy", [["", "an arranger's first choice"], ...choices.strategies.map(({ name }) => [name, name])], "", own("how")),
    part: menu("Lead, which decides", [["", "found by itself"], ...piece.parts.map(([name, drums], index) => [drums ? null : String(index), name || `part ${index + 1}`]).filter(([value]) => value !== null)], "", own("part")),
    drums: menu("Drums", named(choices.drums, DRUMS), "pulse", own("drums")),
    keep: menu("Tempo: what lasts as long as before", [SUITS, ...choices.keep.map((each) => [each, `${each} = ${each}`])], "", own("keep")),
  };
  const more = {
    accompaniment: menu("Accompaniment", named(choices.accompaniment, ACCOMPANIMENT), "pattern", own("accompaniment")),
    ratio: menu("Bars for a bar", [SUITS, ...choices.ratio.map((each) => [each, each])], "", own("ratio")),
    feel: menu("Feel, for best", named(choices.feel, {}), "auto", own("feel")),
    runs: menu("Runs, for ease", named(choices.runs, { thin: "may lose a note", keep: "keep every note" }), "thin", own("runs")),
  };
  const texts = {
    source: field("Its own metre, if the file is wrong", piece.meters[0] ?? "", own("source")),
    grouping: field("How a bar is grouped", "3+3+2", own("grouping")),
    bars: field("Only these bars", "5-12", (value) => onchange({ bars: barsOf(value) })),
  };
  element.replaceChildren(
    html("p", { class: "from" }, "From ", html("b", {}, piece.meters.slice(0, 3).join(", ") || "no metre"), piece.meters.length > 3 ? " …" : ""),
    meters, other.label, controls.how, about,
    html("details", { class: "more", open: matchMedia("(min-width: 68rem)").matches }, html("summary", {}, "Parts and tempo"), html("div", {}, controls.part, controls.drums, controls.keep)),
    html("details", { class: "more" }, html("summary", {}, "More"), html("div", {}, ...Object.values(texts).map((each) => each.label), ...Object.values(more))),
  );
  return (settings) => {
    for (const input of meters.querySelectorAll("input")) input.checked = input.value === settings.meter;
    other.input.value = choices.meters.includes(settings.meter) ? "" : settings.meter;
    for (const [name, label] of Object.entries({ ...controls, ...more })) label.querySelector("select").value = settings[name] ?? "";
    for (const [name, { input }] of Object.entries(texts)) input.value = name === "bars" ? (settings.bars ?? []).join("-") : (settings[name] ?? "");
    about.textContent = summaries[settings.how] ?? "";
  };
}

const DRUMS = { pulse: "go with the band", keep: "by the map of the tune", pattern: "a stock pattern", mute: "none" };
const ACCOMPANIMENT = { pattern: "finds the new beats", keep: "by the map of the tune" };

function named(values, words) {
  return values.map((value) => [value, words[value] ?? value]);
}

/** A line of text that is taken when Enter is pressed or the field is left. */
function field(words, example, ontake) {
  const input = html("input", { type: "text", placeholder: example, spellcheck: "false", autocomplete: "off", maxlength: 60 });
  input.addEventListener("change", () => ontake(input.value.trim()));
  return { input, label: html("label", { class: "mi-control" }, html("span", {}, words), input) };
}

/** `5-12` or `5` as first and last; nothing for anything else. */
function barsOf(text) {
  const found = /^(\d{1,6})(?:\s*[-–]\s*(\d{1,6}))?$/.exec(text);
  return found ? [Number(found[1]), Number(found[2] ?? found[1])] : null;
}
