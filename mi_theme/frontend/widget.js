// The live bar in a notebook: what is chosen goes to Python, and a metre that is not in the tables is worked out there.

function render({ model, el }) {
  el.dataset.lmSuppressShortcuts = "true"; // letters that are typed here are no commands of a notebook
  const frame = html("div", { class: "mi mi-widget" });
  const place = html("div", {});
  const field = html("input", { type: "text", placeholder: "such as 11/8:3+3+3+2", maxlength: 60, spellcheck: "false" });
  const form = html("form", { class: "mi-another" },
    html("label", { class: "mi-control" }, html("span", {}, "Another metre"), field), html("button", { type: "submit" }, "Work it out"));
  const said = html("p", { class: "mi-said", role: "status" });
  frame.append(place);
  el.append(frame);
  let live = null, tables = null;

  const send = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const ask = (meter) => {
    said.textContent = `Working out ${meter} ...`;
    send({ wanted: { meter, number: (model.get("wanted").number ?? 0) + 1 } });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) ask(field.value.trim());
  });

  /** The live bar anew, with its tables; among its metres those that can be worked out, and a field for any other. */
  function show() {
    tables = model.get("tables");
    const had = tables.meters.map(({ meter }) => meter);
    live?.destroy();
    place.replaceChildren();
    said.textContent = "";
    live = mount(place, tables, {
      choice: { meter: model.get("meter"), how: model.get("how") },
      onchange: ({ meter, how }) => {
        if (meter !== model.get("meter") || how !== model.get("how")) send({ meter, how });
      },
    });
    const meters = place.querySelector(".mi-meters");
    for (const meter of model.get("offered").filter((each) => !had.includes(each))) {
      const button = html("button", { type: "button", class: "mi-offered" }, meterWords(meter));
      button.addEventListener("click", () => ask(meter));
      meters.append(button);
    }
    meters.after(form, said);
  }

  /** What Python chose; with tables that came in the same message. */
  function follow() {
    if (model.get("tables") !== tables) return show();
    const [meter, how] = [model.get("meter"), model.get("how")];
    if (meter !== live.choice.meter || how !== live.choice.how) live.choose({ meter, how });
  }

  function tell() {
    said.textContent = model.get("said");
  }

  const followed = [["change:tables", follow], ["change:meter", follow], ["change:how", follow], ["change:said", tell]];
  for (const [event, act] of followed) model.on(event, act);
  show();
  tell();
  return () => {
    for (const [event, act] of followed) model.off(event, act);
    live?.destroy();
  };
}

export default { render };
