// The page asks once a second whether anything happened, and draws what it is told.
// Words of requests are never read as HTML: everything is put in as text.

const PROVIDERS = { openai: "OpenAI", together: "Together", replicate: "Replicate", gemini: "Gemini" };
const KNOBS = [
  ["ms", "Latency, ms", "latency"],
  ["requestsPerMinute", "Requests/min", "limits"],
  ["imagesPerMinute", "Images/min", "limits"],
];
const EVERY = 1000; // milliseconds
const state = { version: -1, clock: null, known: {}, away: 0 };

const at = (id) => document.getElementById(id);

function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const money = (micro) => `$${(micro / 1e6).toFixed(6)}`;
const pill = (provider) => made("span", { class: `pill ${provider}` }, PROVIDERS[provider] ?? provider);

async function control(method, name, body) {
  const options = { method, headers: { "Content-Type": "application/json" } };
  if (body !== undefined) options.body = JSON.stringify(body);
  const answer = await fetch(`/_sim/${name}`, options);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

/** Do it, show at once what became of it, and say beside the form what went wrong. */
async function act(work, where) {
  const error = where ? at(where) : null;
  if (error) error.hidden = true;
  try {
    await work();
    await look();
  } catch (problem) {
    if (!error) throw problem;
    error.textContent = problem.message;
    error.hidden = false;
  }
}

// ------------------------------------------------------------------ drawing

const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

function drawProviders(providers) {
  const section = at("providers");
  if (section.children.length === 0) section.append(...providers.map(providerCard));
  for (const each of providers) {
    const card = at(`provider-${each.provider}`);
    card.querySelector(".money").textContent = money(each.microUsd);
    const counts = [counted(each.requests, "request"), counted(each.images, "image")];
    card.querySelector(".counts").textContent = counts.join(", ");
    for (const [name] of KNOBS) {
      const input = card.querySelector(`[name=${name}]`);
      if (input !== document.activeElement) input.value = each[name] || "";
    }
  }
}

function providerCard(each) {
  const address = `${location.origin}${each.path}`;
  const copy = made("button", { type: "button", class: "quiet small", "aria-label": `Copy the address of ${PROVIDERS[each.provider]}` }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(address);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  });
  return made(
    "article",
    { class: "provider", id: `provider-${each.provider}` },
    made("header", {}, pill(each.provider), made("span", { class: "money" })),
    made("span", { class: "soft counts" }),
    made("div", { class: "address" }, made("code", { title: address }, `${location.host}${each.path}`), copy),
    made("div", { class: "knobs" }, ...KNOBS.map((knob) => knobField(each.provider, ...knob))),
  );
}

function knobField(provider, name, label, route) {
  const placeholder = route === "limits" ? "none" : "0";
  const input = made("input", { name, type: "number", min: route === "limits" ? 1 : 0, placeholder });
  input.addEventListener("change", () => {
    const card = at(`provider-${provider}`);
    const value = (field) => Number.parseInt(card.querySelector(`[name=${field}]`).value, 10);
    const order = route === "limits"
      ? { requestsPerMinute: value("requestsPerMinute") || null, imagesPerMinute: value("imagesPerMinute") || null }
      : { ms: value("ms") || 0 };
    input.setCustomValidity("");
    act(() => control("POST", route, { provider, ...order })).catch((problem) => {
      input.setCustomValidity(problem.message);
      input.reportValidity();
    });
  });
  return made("label", {}, label, input);
}

function drawRows(id, rows, nothing, row) {
  const drawn = rows.length ? rows.map(row) : [made("li", { class: "empty" }, nothing)];
  at(id).replaceChildren(...drawn);
}

function requestRow(seen) {
  const good = seen.status !== null && seen.status < 400;
  const open = seen.status === null && seen.fault === null;
  const kind = open ? "" : good ? "ok" : "bad";
  const status = seen.status ?? (open ? "…" : "no answer");
  return made(
    "li",
    {},
    pill(seen.provider),
    made("span", { class: "main mono", title: seen.path }, `${seen.method} ${seen.path.replace(`/${seen.provider}`, "")}`),
    made(
      "span",
      { class: "end" },
      seen.fault ? made("span", { class: "tag warn" }, seen.fault) : null,
      made("span", { class: `tag ${kind}` }, String(status)),
    ),
    made("span", { class: "more", title: seen.prompt }, `${seen.time.slice(11, 19)}  ${seen.prompt}`),
  );
}

function invoiceRow(line) {
  const images = counted(line.images, "image");
  return made(
    "li",
    {},
    pill(line.provider),
    made("span", { class: "main", title: line.model }, line.model),
    made("span", { class: "end" }, money(line.microUsd)),
    made("span", { class: "more mono" }, `${images} · ${line.requestId}`),
  );
}

function faultRow(fault) {
  const { id, provider, fault: name, match, times, ...settings } = fault;
  const told = Object.entries(settings).filter(([, value]) => value !== null);
  const words = [
    name,
    ...told.map(([key, value]) => `${key} ${value}`),
    times === null ? "always" : `${times} more`,
    match === null ? null : `“${match}”`,
  ];
  const remove = made("button", { type: "button", class: "quiet small", "aria-label": `Take back ${name} of ${PROVIDERS[provider]}` }, "Take back");
  remove.addEventListener("click", () => act(() => control("DELETE", `faults/${id}`), "order-error"));
  return made("li", {}, pill(provider), made("span", { class: "what" }, words.filter(Boolean).join(" · ")), remove);
}

function drawPictures(pictures) {
  const strip = at("strip");
  strip.hidden = pictures.length === 0;
  const numbers = pictures.map((each) => each.number).join();
  if (strip.dataset.numbers === numbers) return;
  strip.dataset.numbers = numbers;
  strip.replaceChildren(
    ...pictures.map((each) => made("img", { src: `/_sim/pictures/${each.number}`, alt: each.prompt || "A picture", title: each.prompt })),
  );
}

function draw(told) {
  at("total").textContent = money(told.totalMicroUsd);
  at("count").textContent = told.requestCount;
  at("images").textContent = told.providers.reduce((sum, each) => sum + each.images, 0);
  at("failing").textContent = told.faults.length;
  drawProviders(told.providers);
  drawPictures(told.pictures);
  drawRows("requests", told.requests, "Nobody has asked for anything yet.", requestRow);
  drawRows("invoice", told.lines, "Nothing would be billed.", invoiceRow);
  drawRows("faults", told.faults, "Everything works. Order a fault to see what your application does.", faultRow);
  state.clock = { ...told.clock, ahead: Date.parse(told.clock.time) - Date.now() };
  at("day").textContent = told.clock.date
    ? `Models and prices of ${told.clock.date}.`
    : "Every model there ever was, at its latest price.";
  at("frozen").hidden = !told.clock.frozen;
  at("freeze").textContent = told.clock.frozen ? "Run on" : "Stop";
  tick();
}

function tick() {
  if (!state.clock) return;
  const now = state.clock.frozen ? Date.parse(state.clock.time) : Date.now() + state.clock.ahead;
  at("time").textContent = `${new Date(now).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

// ------------------------------------------------------------------ looking

async function look() {
  const answer = await fetch(`/_sim/live?since=${state.version}`);
  if (answer.status === 204) return;
  const told = await answer.json();
  state.version = told.version;
  draw(told);
}

async function watch() {
  const told = at("state");
  try {
    await look();
    told.textContent = "Live";
    told.className = "state on";
  } catch {
    // A simulator that was started anew begins to count anew.
    state.version = -1;
    told.textContent = "No answer; trying again";
    told.className = "state off";
  }
  tick();
  setTimeout(watch, EVERY);
}

// ------------------------------------------------------------------ ordering

function offerFaults() {
  const form = at("order").elements;
  const names = Object.keys(state.known[form.provider.value] ?? {});
  const chosen = form.fault.value;
  form.fault.replaceChildren(...names.map((name) => made("option", { value: name }, name.replaceAll("_", " "))));
  if (names.includes(chosen)) form.fault.value = chosen;
  offerSettings();
}

function offerSettings() {
  const form = at("order").elements;
  const settings = Object.entries(state.known[form.provider.value]?.[form.fault.value] ?? {});
  at("settings").replaceChildren(
    ...settings.map(([name, usual]) =>
      made("label", {}, name, made("input", { name: `set-${name}`, type: "text", placeholder: usual ?? "none" }))),
  );
}

function ordered(form) {
  const order = { provider: form.elements.provider.value, fault: form.elements.fault.value };
  if (form.elements.times.value) order.times = Number(form.elements.times.value);
  if (form.elements.match.value) order.match = form.elements.match.value;
  for (const input of at("settings").querySelectorAll("input")) {
    const text = input.value.trim();
    if (text) order[input.name.replace("set-", "")] = Number.isNaN(Number(text)) ? text : Number(text);
  }
  return order;
}

async function start() {
  const form = at("order");
  state.known = await (await fetch("/_sim/faults/known")).json();
  form.elements.provider.append(
    ...Object.keys(state.known).map((name) => made("option", { value: name }, PROVIDERS[name] ?? name)),
  );
  offerFaults();
  form.elements.provider.addEventListener("change", offerFaults);
  form.elements.fault.addEventListener("change", offerSettings);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => control("POST", "faults", ordered(form)), "order-error");
  });
  at("reset").addEventListener("click", () => act(() => control("POST", "reset"), "clock-error"));
  at("freeze").addEventListener("click", () =>
    act(() => control("POST", "clock", { frozen: !state.clock?.frozen }), "clock-error"));
  at("anyday").addEventListener("click", () => act(() => control("POST", "clock", { date: null }), "clock-error"));
  at("date").addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => control("POST", "clock", { date: at("date").elements.date.value || null }), "clock-error");
  });
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () =>
      act(() => control("POST", "clock", { advanceSeconds: Number(button.dataset.advance) }), "clock-error"));
  }
}

watch();
start();
