// The controls of a player: play and pause, back to the beginning, count-in, click, repeat, tempo.

/** One player at a time: who starts to play silences the others of this page. */
const players = new Set();

export function alone(player) {
  players.add(player);
  return player.onposition((_, state) => {
    if (state !== "playing" && state !== "counting") return;
    for (const other of players) if (other !== player && other.state !== "paused") other.pause();
  });
}

let number = 0;

/** A name for an element that no other has on this page. */
export function named(word) {
  number += 1;
  return `mi-${word}-${number}`;
}

/** A label and a list of choices [[value, words], ...]. */
export function menu(words, choices, value, onchange) {
  const select = html("select", {}, ...choices.map(([each, text]) => html("option", { value: each, selected: each === value }, text)));
  select.addEventListener("change", () => onchange(select.value));
  return html("label", { class: "mi-control" }, html("span", {}, words), select);
}

const CLICKING = [["beats", "beats"], ["groups", "groups of the figure"], ["off", "off"]];

/**
 * Put the controls of a player into an element; `repeat` says what is repeated to begin with, `clicks` which there are.
 * Answers { start, stop, loop, quarters } for other controls.
 */
export function transport(element, player, { repeat: again = "all", clicks = CLICKING } = {}) {
  const setting = { countIn: true, repeat: again };
  const button = html("button", { type: "button", class: "mi-play" }, html("span", { "aria-hidden": "true", class: "mi-sign" }), html("span", { class: "mi-word" }, "Play"));
  const stop = html("button", { type: "button", class: "mi-stop" }, "Stop");
  const loop = () => {
    const { bars, length } = player.piece;
    if (setting.repeat === "once") return null;
    if (setting.repeat === "all") return [0, length];
    const here = Math.max(bars.findLastIndex((bar) => bar <= player.position + 1e-3), 0);
    const first = Math.max(Math.min(here, bars.length - 2), 0);
    return [bars[first], bars[first + 2] ?? length];
  };
  const start = (countIn = setting.countIn) => player.play({ countIn, loop: loop() });
  button.addEventListener("click", () => (player.state === "playing" || player.state === "counting" ? player.pause() : start()));
  stop.addEventListener("click", () => player.stop());

  const count = html("input", { type: "checkbox", checked: true });
  count.addEventListener("change", () => (setting.countIn = count.checked));
  const click = menu("Click", clicks, player.clicking, (kind) => player.setClick(kind));
  const repeat = menu("Repeat", [["all", "all of it"], ["two", "two bars"], ["once", "play once"]], setting.repeat, (kind) => {
    setting.repeat = kind;
    if (player.state === "playing") start(false);
  });
  const tempo = html("input", { type: "range", min: 40, max: 140, step: 5, value: 100 });
  const shown = html("output", {});
  const quarters = () => {
    const words = `${Math.round((player.piece.tempo || 120) * player.rate)} quarters a minute`;
    shown.textContent = words;
    tempo.setAttribute("aria-valuetext", words);
  };
  tempo.addEventListener("input", () => {
    player.setRate(tempo.value / 100);
    quarters();
  });
  element.classList.add("mi-transport");
  element.append(
    html("div", { class: "mi-buttons" }, button, stop),
    html("label", { class: "mi-control mi-check" }, count, html("span", {}, "Count in")),
    click, repeat,
    html("label", { class: "mi-control mi-tempo" }, html("span", {}, "Tempo"), tempo, shown),
  );
  const silent = html("p", { class: "mi-silent", role: "alert" });
  element.append(silent);
  let before = null;
  player.onposition((_, state) => {
    if (state === before) return;
    before = state;
    const on = state === "playing" || state === "counting";
    button.classList.toggle("mi-on", on);
    button.lastChild.textContent = on ? "Pause" : "Play";
    silent.textContent = state === "silent" ? "This browser makes no sound (no Web Audio)." : "";
    quarters();
  });
  quarters();
  alone(player);
  return { start, stop: () => player.stop(), loop, quarters };
}
