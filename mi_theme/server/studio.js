// The studio: opens pieces, asks for their plans, shows and plays them. Everything about music comes from the server.

import { html, mount, Player, transport } from "./frontend.js";
import { ask, Refusal } from "./asking.js";
import { across, BarsView, barAt, keepGlyphs } from "./bars.js";
import { History, settingsPanel } from "./settings.js";

const PATIENCE = 1500; // milliseconds of work after which a newer wish ends it; before, it waits
const QUIET = 250; // milliseconds before work is shown
const $ = (id) => document.getElementById(id);
const state = { key: null, opened: null, plan: null, history: null, page: 0, side: 1, trial: null };
const player = new Player();
const bars = new BarsView(
  { paper: $("paper"), legend: $("legend"), strip: $("strip"), edit: $("edit"), map: $("map"), rolls: $("rolls"), span: $("span"), earlier: $("earlier"), later: $("later") },
  [],
  { choose: chooseBar, edit: (first, last, how) => change({ choices: [...state.history.now.choices, [first, last, how]] }) },
);
let choices, showSettings, handle;
let running = null; // { controller, since }

// Work

/** Ask with progress and a way to give up; answers undefined where it was given up or refused. */
async function work(path, options = {}) {
  const controller = new AbortController();
  const mine = (running = { controller, since: performance.now() });
  busy();
  const shown = setTimeout(() => ($("work").hidden = running !== mine), QUIET);
  const onprogress = (words, done, of) => {
    $("doing").textContent = of ? `${words} (${done} of ${of})` : words;
    const bar = $("progress");
    if (of) Object.assign(bar, { max: of, value: done });
    else bar.removeAttribute("value");
  };
  onprogress("asking", 0, 0);
  try {
    const answer = await ask(path, { ...options, signal: controller.signal, onprogress });
    say("");
    return answer;
  } catch (error) {
    if (controller.signal.aborted) {
      if (controller.signal.reason === "cancelled") say("Cancelled: what is shown is as it was before.", { told: true });
      return undefined;
    }
    if (!(error instanceof Refusal)) throw error;
    say(error.message);
    if (error.status === 404 && path.startsWith("pieces/")) forget();
    return undefined;
  } finally {
    clearTimeout(shown);
    if (running === mine) {
      running = null;
      $("work").hidden = true;
    }
    busy();
  }
}

/** Whether something is being worked out, for who listens to the page. */
function busy() {
  document.querySelector("main").setAttribute("aria-busy", String(Boolean(running) || converting || opening));
}

/** A line of words for the page: what went wrong, or what is only told. */
function say(words, { told = false } = {}) {
  $("error").textContent = words;
  $("error").classList.toggle("told", told);
}

const about = (more = {}) => ({ settings: state.history.now, ...more });
const piecePath = (verb) => `pieces/${state.key}/${verb}`;

// Opening

let opening = false;

async function open(path, body) {
  opening = true;
  player.stop();
  try {
    const answer = await work(path, { body });
    if (answer) await show(answer);
  } finally {
    opening = false;
    busy();
  }
}

/** A piece that was opened. */
async function show(answer) {
  const { about: { key, settings }, result } = answer;
  Object.assign(state, { key, opened: result, plan: null, page: 0, trial: null, history: new History(key, settings) });
  history.replaceState(null, "", `/#${key}`);
  bars.chosen = null;
  closeLive();
  $("empty").hidden = true;
  $("name").textContent = `${result.name} · ${result.notes} notes, ${result.bars[1] - Math.max(result.bars[0], 1) + 1} bars, ${result.meters.slice(0, 3).join(", ")}`;
  document.title = `${result.name}: mi_theme studio`;
  $("remarks").replaceChildren(...result.remarks.map((each) => html("li", {}, each)));
  showSettings = settingsPanel($("controls"), choices, result, change);
  $("go").min = result.bars[0];
  $("go").max = result.bars[1];
  $("compared").replaceChildren();
  $("unable").hidden = true;
  await listed();
  await convert();
}

async function listed() {
  const answer = await ask("pieces");
  choices = answer.choices;
  bars.strategies = choices.strategies;
  const select = $("others").querySelector("select");
  select.replaceChildren(...answer.open.map(([key, name]) => html("option", { value: key, selected: key === state.key }, name)));
  if (!state.key) select.prepend(html("option", { value: "", selected: true }, "choose"));
  $("others").hidden = answer.open.length < (state.key ? 2 : 1);
}

function forget() {
  history.replaceState(null, "", "/");
  Object.assign(state, { key: null });
  listed();
}

function take(file) {
  if (!file) return;
  if (/\.json$/i.test(file.name)) takePlan(file);
  else open(`pieces?name=${encodeURIComponent(file.name)}`, file);
}

/** A saved plan: what was asked for there is asked for again, of the piece that is open. */
async function takePlan(file) {
  if (!state.history) return say("A plan goes with its piece: open that first, then drop the plan on it.");
  const settings = await work("plan", { body: file });
  if (settings) change(settings);
}

// Converting

let wanted = false, converting = false;

/** Plan, sound, notation and map for the settings as they are; a newer wish comes after, or instead. */
async function convert() {
  wanted = true;
  if (running && converting) {
    if (performance.now() - running.since > PATIENCE) running.controller.abort("newer");
    return;
  }
  converting = true;
  while (wanted) {
    wanted = false;
    marks();
    const answer = await work(piecePath("plan"), { body: about() });
    if (!answer || wanted) continue;
    state.plan = answer.result;
    state.trial = null;
    $("studio").hidden = false;
    showPlan();
    hear(state.side, { quiet: player.state === "stopped" });
    await turn(state.page);
  }
  converting = false;
  busy();
}

function change(some) {
  if (state.history.change(some)) convert();
  else marks();
}

function marks() {
  showSettings(state.history.now);
  $("undo").disabled = !state.history.past.length;
  $("redo").disabled = !state.history.future.length;
  $("reset").disabled = !state.history.changed;
}

function showPlan() {
  const { plan } = state;
  $("headline").replaceChildren(html("span", { class: "mi-from" }, plan.source), " → ", html("b", {}, plan.target), html("span", { class: "mi-shape" }, ` by ${plan.how}`));
  const count = (number, words) => (number ? `${number} ${number === 1 ? "note" : "notes"} ${words}` : `no note ${words}`);
  const facts = [`cost ${plan.cost.toFixed(2)}`, count(plan.dropped, "left out"), count(plan.added, "added"), plan.lead ? `lead: ${plan.lead}` : "no lead"];
  if (plan.same) facts.push("sounds the same");
  $("facts").replaceChildren(...facts.map((each) => html("li", {}, each)));
  $("words").replaceChildren(...plan.said.slice(0, 60).map(([headline, rows]) => html("section", {}, html("h3", {}, headline.replace(/ {2,}/g, " · ")),
    html("dl", { class: "mi-words" }, ...rows.flatMap(([word, text]) => [html("dt", {}, word), html("dd", { class: word === "was" || word === "now" ? "mi-grid" : false }, text)])))));
  if (plan.said.length > 60) $("words").append(html("p", {}, `... and ${plan.said.length - 60} stretches more; the saved plan has all`));
  const radios = [["0", `${plan.source.split(":")[0]} as it was`], ["1", `${plan.target.split(":")[0]} as it becomes`]].map(([value, words]) => {
    const input = html("input", { type: "radio", name: "heard", value, checked: Number(value) === state.side && !state.trial });
    input.addEventListener("change", () => hear(Number(value)));
    return html("label", { class: "mi-chip" }, input, html("span", { class: "mi-label" }, words));
  });
  $("heard").replaceChildren($("heard").firstElementChild, ...radios);
}

/** A page of bars, and the map of the bar that is chosen on it. */
async function turn(page) {
  const width = Math.round($("paper").clientWidth - 26) || 0;
  const answer = await work(piecePath("draw"), { body: about({ number: Math.max(page, 0), width }) });
  if (!answer || !state.plan) {
    if (page > 0 && !wanted && answer === undefined && !state.drawn) await turn(0);
    return;
  }
  state.page = answer.result.page;
  state.drawn = true;
  bars.show(state.opened, state.plan, answer.result);
  move();
  await map();
}

async function map() {
  const answer = await work(piecePath("map"), { body: about({ number: bars.chosen[0] }) });
  if (answer) bars.map(answer.result);
}

function chooseBar(bar, more) {
  if (!more && !state.trial) player.seek(secondsOf(bar));
  map();
}

// The chosen bars in every metre

let liveBar = null;

async function live() {
  const [first, last] = bars.chosen;
  const answer = await work(piecePath("live"), { body: about({ number: first, last: Math.min(last, first + 3) }) });
  if (!answer) return;
  const use = html("button", { type: "button" }, "Take this for the whole piece");
  const { meter, how } = { ...state.history.now, how: state.plan.how };
  closeLive();
  $("live-bar").hidden = false;
  keepGlyphs(answer.result.glyphs);
  liveBar = mount($("live-bar"), { ...answer.result, glyphs: "" }, { choice: { meter, how } });
  use.addEventListener("click", () => change({ ...liveBar.choice, choices: [] }));
  const shut = html("button", { type: "button" }, "Close");
  shut.addEventListener("click", () => {
    closeLive();
    $("live").focus();
  });
  $("live-bar").prepend(html("div", { class: "live-head" }, html("h3", {}, answer.result.name), html("div", { class: "buttons" }, use, shut)));
  $("live-bar").scrollIntoView({ block: "nearest" });
}

function closeLive() {
  liveBar?.destroy();
  liveBar = null;
  $("live-bar").replaceChildren();
  $("live-bar").hidden = true;
}

// Hearing

/** Where a source bar begins on the side that is heard. */
function secondsOf(bar) {
  const seconds = state.opened.piece.bars[bar - state.opened.bars[0]] ?? 0;
  return state.side ? across(state.plan.meets, seconds, 0) : seconds;
}

/** One of the sides, from the same place of the music. */
function hear(side, { quiet = false } = {}) {
  const on = player.state === "playing" || player.state === "counting";
  const { trial, plan } = state;
  const before = trial ? across(trial.meets, player.position, 1) : state.heardSide ? across(state.heardMeets ?? plan.meets, player.position, 1) : player.position;
  Object.assign(state, { side, trial: null, heardSide: side, heardMeets: plan.meets });
  const from = side ? across(plan.meets, before, 0) : before;
  player.load(side ? plan.piece : state.opened.piece, { from: quiet ? 0 : from });
  for (const input of $("heard").querySelectorAll("input")) input.checked = Number(input.value) === side;
  if (on) handle.start(false);
  handle.quarters();
}

/** Another strategy, to compare by ear. */
async function tryOut(how) {
  const answer = await work(piecePath("plan"), { body: { settings: { ...state.history.now, how, choices: [] } } });
  if (!answer) return;
  const before = state.trial ? across(state.trial.meets, player.position, 1) : state.side ? across(state.plan.meets, player.position, 1) : player.position;
  state.trial = { ...answer.result, how };
  player.load(state.trial.piece, { from: across(state.trial.meets, before, 0) });
  for (const input of $("heard").querySelectorAll("input")) input.checked = false;
  handle.start(false);
}

/** Cursors, the number of the bar, and the page that the music is on. */
function move() {
  if (!state.plan) return;
  const on = player.state === "playing" || player.state === "paused" || (player.state === "stopped" && player.position > 0);
  const seconds = on ? player.position : null;
  if (state.trial) {
    bars.follow(null, 1);
    $("where").textContent = `Hearing ${state.trial.how}, bar ${barAt(state.trial.piece, state.trial.first, player.position)}`;
    return;
  }
  bars.follow(seconds, state.side);
  const [piece, first] = state.side ? [state.plan.piece, state.plan.first] : [state.opened.piece, state.opened.bars[0]];
  $("where").textContent = player.state === "counting" ? "Counting in" : `Bar ${barAt(piece, first, player.position)} of ${piece.bars.length - (first === 0 ? 1 : 0)}`;
  if (player.state !== "playing" || !bars.drawn || running) return;
  const source = barAt(state.opened.piece, state.opened.bars[0], state.side ? across(state.plan.meets, player.position, 1) : player.position);
  const page = bars.pageOf(source);
  if (page !== state.page) turn(page);
}

// Comparing and saving

const COLUMNS = ["strategy", "", "kept", "moved", "left out", "added", "cost", "bar"];

async function compare() {
  const answer = await work(piecePath("compare"), { body: about() });
  if (!answer) return;
  const able = answer.result.rows.filter((row) => row.cost !== null), others = answer.result.rows.filter((row) => row.cost === null);
  const head = html("tr", {}, ...COLUMNS.map((each) => (each ? html("th", { scope: "col" }, each) : html("td", {}))));
  $("compared").replaceChildren(html("table", {}, html("thead", {}, head), html("tbody", {}, ...able.map(comparedRow))));
  $("unable").hidden = !others.length;
  $("unable").replaceChildren(
    html("summary", {}, `${others.length} ${others.length === 1 ? "strategy" : "strategies"} cannot reach ${state.history.now.meter}`),
    html("ul", {}, ...others.map((row) => html("li", {}, row.remark))),
  );
}

function comparedRow(row) {
  const listen = html("button", { type: "button", "aria-label": `Hear ${row.strategy}` }, "Hear");
  const use = html("button", { type: "button", "aria-label": `Use ${row.strategy}` }, "Use");
  listen.addEventListener("click", () => tryOut(row.strategy));
  use.addEventListener("click", () => change({ how: row.strategy, choices: [] }));
  const cells = [row.kept, row.moved, row.dropped, row.added, row.cost.toFixed(2)].map((each) => html("td", {}, String(each)));
  return html("tr", {}, html("th", { scope: "row" }, row.strategy), html("td", { class: "acts" }, listen, use), ...cells, html("td", { class: "mi-grid" }, row.bar));
}

async function save(ending) {
  const answer = await work(piecePath("save"), { body: about({ ending }) });
  if (!answer) return;
  const place = URL.createObjectURL(answer.blob);
  html("a", { href: place, download: answer.file }).click();
  setTimeout(() => URL.revokeObjectURL(place), 60000);
  say(`Saved ${answer.file}`, { told: true });
}

// The page

function wire() {
  const pick = () => $("file").click();
  $("choose").addEventListener("click", pick);
  $("choose-first").addEventListener("click", pick);
  for (const id of ["theme", "theme-first"]) $(id).addEventListener("click", () => open("pieces?theme=1", ""));
  $("file").addEventListener("change", () => {
    take($("file").files[0]);
    $("file").value = "";
  });
  $("others").querySelector("select").addEventListener("change", ({ target }) => target.value && open(`pieces/${target.value}`));
  $("cancel").addEventListener("click", () => {
    wanted = false;
    running?.controller.abort("cancelled");
  });
  $("undo").addEventListener("click", () => state.history.undo() && convert());
  $("redo").addEventListener("click", () => state.history.redo() && convert());
  $("reset").addEventListener("click", () => state.history.fresh() && convert());
  $("earlier").addEventListener("click", () => turn(state.page - 1));
  $("later").addEventListener("click", () => turn(state.page + 1));
  $("go").addEventListener("change", () => bars.drawn && turn(bars.pageOf(Number($("go").value))));
  $("compare").addEventListener("click", compare);
  $("live").addEventListener("click", live);
  for (const { ending, name } of choices.endings) {
    const button = html("button", { type: "button", "data-ending": ending }, name);
    button.addEventListener("click", () => save(ending));
    $("save").append(button);
  }
  handle = transport($("transport"), player, { repeat: "once", clicks: [["beats", "beats and groups"], ["off", "off"]] });
  player.onposition(move);
  document.addEventListener("keydown", keys);
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(name, dragged);
}

function keys(event) {
  if (!state.history) return;
  const typing = event.target.closest?.("input:not([type=radio]):not([type=checkbox]), select, textarea");
  if ((event.ctrlKey || event.metaKey) && !typing && event.key.toLowerCase() === "z") {
    event.preventDefault();
    $(event.shiftKey ? "redo" : "undo").click();
  } else if ((event.ctrlKey || event.metaKey) && !typing && event.key.toLowerCase() === "y") {
    event.preventDefault();
    $("redo").click();
  } else if (event.key === " " && !typing && !event.target.closest?.("button, summary, a, input")) {
    event.preventDefault();
    if (player.state === "playing" || player.state === "counting") player.pause();
    else handle.start();
  }
}

function dragged(event) {
  if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
  event.preventDefault();
  $("drop").hidden = event.type === "drop" || (event.type === "dragleave" && event.relatedTarget !== null ? false : event.type === "dragleave");
  if (event.type === "drop") take(event.dataTransfer.files[0]);
}

async function begin() {
  const key = location.hash.slice(1);
  history.replaceState(null, "", `/${location.hash}`); // the token is in the cookie now, and not in the address
  await listed();
  wire();
  if (/^[\w-]{8,40}$/.test(key)) await open(`pieces/${key}`);
}

begin().catch((error) => say(error.message));
