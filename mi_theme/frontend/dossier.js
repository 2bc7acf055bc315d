// What starts on the page of a dossier: the live bar, the buttons of the versions, tables that say that they scroll.

const packed = Uint8Array.from(atob(document.getElementById("mi-tables").textContent), (letter) => letter.charCodeAt(0));
const tables = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
mount(document.getElementById("mi-live-bar"), tables, { glyphs: false });

/** The buttons of the theme and its versions: one player, and a line on the notation above a button. */
const card = new Player();
alone(card);
let current = null;
for (const button of document.querySelectorAll("button.mi-play[data-meter]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const busy = card.state === "playing" || card.state === "counting";
    if (current === button && busy) return card.stop();
    if (current && current !== button) rest(current);
    current = button;
    const way = tables.meters.find(({ meter }) => meter === button.dataset.meter)?.ways.find(({ how }) => how === button.dataset.how);
    card.stop();
    card.load(way ? way.piece : tables.piece, { from: 0 });
    current.follow = cursorOver(button.closest("article")?.querySelector(".mi-notation"), way);
    return card.play({ from: 0, countIn: true });
  });
}

card.onposition((seconds, state) => {
  if (!current) return;
  const on = state === "playing" || state === "counting";
  current.classList.toggle("mi-on", on);
  current.querySelector(".mi-word").textContent = state === "silent" ? "No sound here" : on ? "Stop" : "Play";
  current.setAttribute("aria-label", current.getAttribute("aria-label").replace(/^(Play|Stop)/, on ? "Stop" : "Play"));
  current.follow?.(state === "playing" ? seconds : null);
});

function rest(button) {
  button.classList.remove("mi-on");
  button.querySelector(".mi-word").textContent = "Play";
  button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/^Stop/, "Play"));
  button.follow?.(null);
}

function cursorOver(picture, way) {
  if (!picture || !way?.cursors[1].length) return null;
  const line = picture.querySelector(".mi-cursor") ?? svg("line", { class: "mi-cursor" });
  picture.append(line);
  return (seconds) => {
    line.toggleAttribute("hidden", seconds === null);
    if (seconds === null) return;
    const { width } = picture.viewBox.baseVal;
    moveCursor(line, way.cursors[1], seconds, width - 12);
    keepInView(picture.parentElement, (line.getAttribute("x1") / width) * picture.clientWidth);
  };
}

/** What is wider than the screen says so, and can be moved with the keys. */
const hints = new Map();
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.clientWidth) target.classList.toggle("scrolls", saysWhetherItScrolls(target, hints.get(target)));
  }
});
for (const picture of document.querySelectorAll(".engraved .mi-notation")) readable(picture);
for (const wide of document.querySelectorAll(".wide, .engraved")) {
  const what = wide.classList.contains("wide") ? "table" : "music";
  const hint = html("p", { class: "hint", hidden: true }, `This ${what} is wider than the screen: it scrolls sideways →`);
  wide.before(hint);
  hints.set(wide, hint);
  watch.observe(wide);
}

/** A link to what is folded opens it. */
addEventListener("hashchange", () => {
  const goal = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let folded = goal?.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  goal?.scrollIntoView();
});
