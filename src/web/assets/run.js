"use strict";

// The order in which outcomes are shown: what matters comes first.
const OUTCOMES = [
  ["fail", "Fail"],
  ["closing", "Closing"],
  ["nonstrict", "Non-Strict"],
  ["info", "Info"],
  ["unimplemented", "Unimplemented"],
  ["skipped", "Skipped"],
  ["pass", "Pass"],
];
const LABELS = Object.fromEntries(OUTCOMES);
// A case has its own time-outs, and its result comes a moment behind its connection.
const RESULT_PATIENCE_MS = 15000;

const byId = (id) => document.getElementById(id);
const form = byId("run");
const fields = ["agent", "server", "cases", "which"].map(byId);
const start = byId("start");
const stop = byId("stop");

let cases = [];                // as the server lists them
const cells = new Map();       // by case id
const results = new Map();     // agent -> case id -> result
const waiters = new Map();     // "agent\nid" -> the promise of a result
let shown = "";                // the agent whose results are shown
let run = null;                // what runs now: { ids, done, current, stopping, since }
let paused = null;             // a run that was stopped: { ids, done, spent }
let connected = false;

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const key = (agent, id) => `${agent}\n${id}`;
const isBad = (result) => result && ["fail", "closing", "nonstrict"].includes(result.outcome);
const resultsOf = (agent) => results.get(agent) ?? new Map();

function say(text, trouble = false) {
  byId("status").textContent = text;
  byId("status").classList.toggle("trouble", trouble);
}

// ---------------------------------------------------------------- what is selected

// `5`, `5.*` and `5.1*` are patterns; anything else is the id of a case.
function matcher(text) {
  const patterns = text.split(/[\s,]+/).filter(Boolean).map((word) => {
    const whole = /^\d+$/.test(word) ? `${word}.*` : word;
    const escaped = whole.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*");
    return new RegExp(`^${escaped}$`);
  });
  return patterns.length === 0 ? () => true : (id) => patterns.some((one) => one.test(id));
}

function selected() {
  const matches = matcher(byId("cases").value);
  const mine = resultsOf(byId("agent").value);
  const wanted = {
    all: () => true,
    open: (id) => !mine.has(id),
    failed: (id) => isBad(mine.get(id)),
  }[byId("which").value];
  return cases.map((one) => one.id).filter((id) => matches(id) && wanted(id));
}

// ---------------------------------------------------------------- running cases

// Echoes whatever comes, until the server has seen enough.
function echo(path, parameters) {
  return new Promise((resolve) => {
    let opened = false;
    let socket;
    try {
      socket = new WebSocket(urlOf(path, parameters));
    } catch {
      resolve({ opened });
      return;
    }
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { opened = true; };
    socket.onmessage = (event) => socket.send(event.data);
    socket.onclose = () => resolve({ opened });
  });
}

function urlOf(path, parameters) {
  const url = new URL(path, byId("server").value.replace(/\/*$/, "/"));
  // A blank as %20: servers differ in what they make of "+".
  url.search = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return url.href;
}

function resultOf(agent, id, patience) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(null), patience);
    const finish = (result) => {
      clearTimeout(timer);
      waiters.delete(key(agent, id));
      resolve(result);
    };
    waiters.set(key(agent, id), finish);
  });
}

// False when the run cannot go on.
async function runCase(agent, id) {
  const result = resultOf(agent, id, 600000);
  const ended = await echo("runCase", { casetuple: id, agent });
  const giveUp = waiters.get(key(agent, id));
  const timer = giveUp && setTimeout(() => giveUp(null), ended.opened ? RESULT_PATIENCE_MS : 3000);
  const found = await result;
  clearTimeout(timer);
  if (found) return true;
  say(ended.opened ? `Case ${id} has no result: the connection to this page's server is lost.`
    : `Case ${id}: there is no connection to ${byId("server").value}.`, true);
  return false;
}

function busy(on) {
  fields.forEach((field) => { field.disabled = on; });
  document.querySelectorAll(".again").forEach((button) => { button.disabled = on; });
  stop.hidden = !on;
  stop.disabled = false;
  start.hidden = on;
}

async function runCases(ids, done = 0, spent = 0) {
  const agent = byId("agent").value;
  run = { ids, done, stopping: false, since: performance.now() - spent };
  paused = null;
  show(agent);
  remember(agent);
  busy(true);
  let fine = true;
  while (fine && run.done < ids.length && !run.stopping) {
    run.current = ids[run.done];
    draw(run.current);
    announce();
    fine = await runCase(agent, run.current);
    const id = run.current;
    run.current = null;
    draw(id);
    if (fine) ++run.done;
  }
  if (fine) await finish(agent);
  if (run.done < ids.length) paused = { ids, done: run.done, spent: performance.now() - run.since };
  run = null;
  busy(false);
  drawAll();
}

async function finish(agent) {
  const seconds = Math.round((performance.now() - run.since) / 1000);
  say("Writing the report …");
  await echo("updateReports", { agent });
  const left = run.ids.length - run.done;
  const bad = run.ids.slice(0, run.done).filter((id) => isBad(resultsOf(agent).get(id))).length;
  const verdict = bad === 0 ? "all passed" : `${bad} did not pass`;
  say(left > 0 ? `Stopped after ${plural(run.done, "case")}; ${left} are left.`
    : `${plural(run.done, "case")} in ${seconds} s, ${verdict}.`);
}

function announce() {
  const one = cases.find(({ id }) => id === run.current);
  const spent = (performance.now() - run.since) / 1000;
  const about = one.description.replace(/<br\s*\/?>/g, " ");
  say(`${run.done} of ${run.ids.length}, ${Math.round(spent)} s – ${one.id}: ${about}`);
}

// ---------------------------------------------------------------- what is shown

function buildCategories() {
  const groups = new Map();
  cases.forEach((one) => {
    if (!groups.has(one.category)) groups.set(one.category, []);
    groups.get(one.category).push(one);
  });
  for (const [name, members] of groups) {
    const first = members[0].id.split(".")[0];
    const again = element("button", { type: "button", className: "again", textContent: "Run" });
    again.setAttribute("aria-label", `Run the cases of ${name}`);
    again.addEventListener("click", () => runCases(members.map(({ id }) => id)));
    const box = element("div", { className: "cells" });
    members.forEach((one) => {
      const cell = element("span", { textContent: one.id, title: one.description });
      cells.set(one.id, cell);
      box.append(cell);
    });
    const count = element("span", { className: "count", textContent: plural(members.length, "case") });
    byId("categories").append(element("section", { className: "category" },
      element("h3", {}, name, count, again), box));
    byId("groups").append(element("option", { value: `${first}.*`, label: name }));
  }
}

// A cell is a link once there is a page behind it.
function draw(id) {
  const result = resultsOf(shown).get(id);
  const old = cells.get(id);
  if (!old) return;
  const running = run && run.current === id && shown === byId("agent").value;
  const tag = result && result.page ? "a" : "span";
  const cell = element(tag, { textContent: id, title: old.title });
  cell.className = [result ? result.outcome : "", running ? "running" : ""].join(" ").trim();
  if (result) {
    cell.setAttribute("aria-label", `${id}: ${LABELS[result.outcome]}`);
    const about = cases.find((one) => one.id === id).description.replace(/<br\s*\/?>/g, " ");
    cell.title = [LABELS[result.outcome], result.why ?? about].join(": ");
  }
  if (tag === "a") cell.href = `/reports/${result.page}`;
  old.replaceWith(cell);
  cells.set(id, cell);
}

function drawSummary() {
  const mine = resultsOf(shown);
  const scope = run && shown === byId("agent").value ? run.ids : cases.map(({ id }) => id);
  const counts = new Map(OUTCOMES.map(([word]) => [word, 0]));
  const done = scope.filter((id, index) => mine.has(id) && !(run && scope === run.ids && index >= run.done));
  done.forEach((id) => counts.set(mine.get(id).outcome, counts.get(mine.get(id).outcome) + 1));
  byId("bar").replaceChildren();
  byId("tally").replaceChildren();
  OUTCOMES.forEach(([word, label]) => {
    const count = counts.get(word);
    if (count === 0) return;
    const part = element("i", { className: `o-${word}` });
    part.style.width = `${(100 * count) / scope.length}%`;
    byId("bar").append(part);
    byId("tally").append(element("li", {}, element("i", { className: `o-${word}` }), `${count} ${label}`));
  });
  byId("bar").setAttribute("aria-valuenow", done.length);
  byId("bar").setAttribute("aria-valuemax", scope.length);
}

function drawFailures() {
  const mine = resultsOf(shown);
  const bad = cases.filter(({ id }) => isBad(mine.get(id)));
  byId("failures").hidden = bad.length === 0;
  byId("failures").querySelector("ul").replaceChildren(...bad.map(({ id, description }) => {
    const result = mine.get(id);
    const again = element("button", { type: "button", className: "again", textContent: "Run again" });
    again.setAttribute("aria-label", `Run case ${id} again`);
    again.disabled = run !== null;
    again.addEventListener("click", () => runCases([id]));
    return element("li", {},
      element("a", { className: "id", href: `/reports/${result.page}`, textContent: id }),
      element("span", { className: `verdict t-${result.outcome}`, textContent: LABELS[result.outcome] }),
      element("span", { className: "why", textContent: result.why ?? description.replace(/<br\s*\/?>/g, " ") }),
      again);
  }));
}

function drawAgents() {
  const names = [...results.keys()];
  byId("agents").hidden = names.length < 2;
  byId("agents").replaceChildren(...names.map((name) => {
    const done = resultsOf(name).size;
    const button = element("button", { type: "button" }, name || "(no name)",
      element("span", { textContent: `${done} of ${cases.length}` }));
    button.setAttribute("aria-pressed", String(name === shown));
    button.addEventListener("click", () => show(name));
    return button;
  }));
}

function drawStart() {
  const count = selected().length;
  start.disabled = !connected || (count === 0 && !paused);
  if (paused) start.textContent = `Resume (${paused.ids.length - paused.done})`;
  else start.textContent = `Run ${count === cases.length ? "all " : ""}${count}`;
}

function drawAll() {
  cells.forEach((cell, id) => draw(id));
  drawSummary();
  drawFailures();
  drawAgents();
  drawStart();
}

function show(agent) {
  shown = agent;
  drawAll();
}

// ---------------------------------------------------------------- what the server tells

function take({ agent, id, ...result }) {
  if (!results.has(agent)) results.set(agent, new Map());
  results.get(agent).set(id, result);
}

// While one agent runs, another may: each event draws no more than it changes.
function onResult(event) {
  take(event);
  waiters.get(key(event.agent, event.id))?.(event);
  if (event.agent === shown) {
    draw(event.id);
    drawSummary();
    if (isBad(event) || byId("failures").querySelector(`a[href="/reports/${event.page}"]`)) drawFailures();
  }
  drawAgents();
  drawStart();
}

function onState({ agents }) {
  results.clear();
  for (const [agent, ofAgent] of Object.entries(agents)) {
    for (const [id, result] of Object.entries(ofAgent)) take({ agent, id, ...result });
  }
  if (!results.has(shown) && results.size === 1 && run === null) shown = [...results.keys()][0];
  drawAll();
}

function listen() {
  const events = new EventSource("/events");
  const on = (name, then) => events.addEventListener(name, (event) => then(JSON.parse(event.data)));
  events.onopen = () => {
    const wasLost = byId("status").classList.contains("trouble");
    connected = true;
    if (!run) say(wasLost ? "The server is there again." : "");
    drawStart();
  };
  events.onerror = () => {
    connected = false;
    if (!run) say("The server of this page is gone. Trying to reach it again …", true);
    drawStart();
  };
  on("state", onState);
  on("result", onResult);
  on("skipped", ({ agent, id }) => onResult({ agent, id, outcome: "skipped" }));
}

// ---------------------------------------------------------------- names

function browserName() {
  const brands = navigator.userAgentData?.brands ?? [];
  const brand = brands.find(({ brand: name }) => !/Not.?A|Chromium/i.test(name)) ??
    brands.find(({ brand: name }) => name === "Chromium");
  if (brand) return `${brand.brand}/${brand.version}`.slice(0, 30);
  const found = navigator.userAgent.match(/(Firefox|Chrome|HeadlessChrome)\/[\d.]+/) ??
    navigator.userAgent.match(/Version\/([\d.]+).*Safari/);
  if (!found) return "unknown";
  return (found[0].startsWith("Version") ? `Safari/${found[1]}` : found[0]).slice(0, 30);
}

function remember(agent) {
  try {
    sessionStorage.setItem("wsgauntlet-agent", agent);
  } catch {
    // Then the name lasts as long as the page.
  }
}

function remembered() {
  try {
    return sessionStorage.getItem("wsgauntlet-agent");
  } catch {
    return null;
  }
}

// ---------------------------------------------------------------- start

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (run) return;
  if (paused) runCases(paused.ids, paused.done, paused.spent);
  else runCases(selected());
});
stop.addEventListener("click", () => {
  run.stopping = true;
  stop.disabled = true;
});
["cases", "which"].forEach((id) => byId(id).addEventListener("input", () => {
  paused = null;
  drawStart();
}));
byId("agent").addEventListener("input", () => {
  paused = null;
  show(byId("agent").value);
});

async function main() {
  byId("agent").value = remembered() ?? browserName();
  shown = byId("agent").value;
  const server = await (await fetch("/cases.json")).json();
  cases = server.cases;
  const host = location.hostname;
  byId("server").value = `${server.scheme}://${host}:${server.port}`;
  byId("program").textContent = server.program;
  buildCategories();
  drawAll();
  say("");
  listen();
}

main().catch((error) => say(`The cases cannot be loaded: ${error.message}`, true));
