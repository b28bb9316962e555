// The page: reads what the router's API says, shows it as text, and asks it for changes. Nothing that comes from outside becomes markup.

const SHOWN_AGENTS = 300;
const SHOWN_MESSAGES = 20;
const REREAD_MILLISECONDS = 10_000;

const $ = id => document.getElementById(id);
const state = { mayChange: false, overview: null, mappings: {}, findings: [], syncs: [], messages: [], letters: [], routes: [] };

class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** An element; what is among its children and no element is text. */
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (name === "label") {
      element.setAttribute("aria-label", value);
    } else if (value !== undefined) {
      element[name] = value;
    }
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** A control character as \uXXXX, so that a name cannot turn the text around it. */
function plain(text) {
  return String(text ?? "").replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    character => "\\u" + character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0"));
}

const short = text => plain(text).length > 80 ? plain(text).slice(0, 79) + "…" : plain(text);
const id = text => make("span", { className: "id", title: plain(text) }, plain(text));
const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

// ── What the router says ────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function api(method, path, asText = false) {
  let answer;
  try {
    answer = await fetch(path, { method, headers: { Accept: asText ? "text/plain" : "application/json" } });
  } catch {
    throw new Refused(0, "The router does not answer.");
  }
  const body = await answer.text();
  if (answer.status === 401) {
    showLogin();
  }
  if (!answer.ok) {
    throw new Refused(answer.status, sentenceOf(body) || `The router answered ${answer.status}.`);
  }
  return asText ? body : JSON.parse(body);
}

function sentenceOf(body) {
  try {
    const detail = JSON.parse(body).detail;
    return Array.isArray(detail) ? detail.map(each => each.msg).join(" ") : detail;
  } catch {
    return body.trim();
  }
}

const readers = {
  async overview() {
    state.overview = await api("GET", "overview");
  },
  async mappings() {
    state.mappings = (await api("GET", "agents/mappings")).mappings;
    state.syncs = (await api("GET", "mappings/history")).syncs;
  },
  async verification() {
    $("agents-fault").textContent = "";
    try {
      state.findings = (await api("GET", "mappings/verification")).findings;
    } catch (refused) {
      if (refused.status !== 422) {
        throw refused;
      }
      // The file is missing or broken, which is no fault of the store.
      state.findings = [];
      $("agents-fault").textContent = plain(refused.message);
    }
  },
  async messages() {
    state.messages = (await api("GET", `messages?limit=${SHOWN_MESSAGES}`)).messages;
    const letters = await api("GET", "dead-letters?limit=50");
    state.letters = letters.dead_letters;
    state.moreLetters = letters.more;
  },
  async routes() {
    state.routes = (await api("GET", "routes")).routes;
  },
};

/** What a change of a section means that has to be read anew, and drawn. */
const sections = {
  mappings: { reads: ["overview", "mappings", "verification"], draws: [drawNumbers, drawAgents, drawVerifications, drawSyncs] },
  messages: { reads: ["overview", "messages"], draws: [drawNumbers, drawAgents, drawLetters, drawMessages] },
  routes: { reads: ["routes"], draws: [drawRoutes] },
  ages: { reads: ["overview"], draws: [drawNumbers, drawAgents, drawVerifications] },
};

/** Reads a section anew; asked while it does, it does so once more afterwards. */
async function refresh(name) {
  const section = sections[name];
  if (section.reading) {
    section.again = true;
    return;
  }
  section.reading = true;
  try {
    do {
      section.again = false;
      for (const read of section.reads) {
        await readers[read]();
      }
      note("router", null);
      section.draws.forEach(draw => draw());
    } while (section.again);
  } catch (refused) {
    report(refused);
  } finally {
    section.reading = false;
  }
}

function report(failure) {
  if (!(failure instanceof Refused)) {
    throw failure;
  }
  if (failure.status !== 401) {
    note("router", failure.message, "bad");
    show($("status"), "chip bad", failure.status === 503 ? "unhealthy" : "no answer");
  }
}

const refreshAll = () => Promise.all(["mappings", "messages", "routes"].map(refresh));

// ── Live ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

let events = null;
let timer = null;

function watch() {
  unwatch();
  events = new EventSource("ui/events");
  events.onopen = () => {
    live("live", "ok");
    refreshAll();
  };
  events.onmessage = event => event.data.split(" ").forEach(refresh);
  events.onerror = () => {
    const isOver = events.readyState === EventSource.CLOSED;
    live(isOver ? "every 10 s" : "reconnecting", "warn");
    if (isOver) {
      // Too many pages are open, or the session is over, which any answer says.
      refresh("ages");
    }
  };
  timer = setInterval(() => {
    if (events.readyState === EventSource.OPEN) {
      refresh("ages");
    } else {
      refreshAll();
    }
    if (events.readyState === EventSource.CLOSED) {
      watch();
    }
  }, REREAD_MILLISECONDS);
}

function unwatch() {
  events?.close();
  clearInterval(timer);
}

function live(text, tone) {
  show($("live"), `live ${tone}`, text);
}

// ── Log in and out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function showLogin() {
  unwatch();
  $("dialog").close();
  $("page").hidden = true;
  $("login").hidden = false;
  $("key").focus();
}

async function showPage() {
  const session = await api("GET", "ui/session");
  state.mayChange = session.may_change;
  document.body.classList.toggle("reads-only", !session.may_change);
  $("login").hidden = true;
  $("page").hidden = false;
  watch();
  await refreshAll();
}

async function logIn(event) {
  event.preventDefault();
  const key = $("key").value;
  $("key").value = "";
  $("login-fault").textContent = "";
  try {
    const answer = await fetch("ui/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ key }) });
    if (answer.ok) {
      await showPage();
    } else {
      $("login-fault").textContent = sentenceOf(await answer.text());
    }
  } catch {
    $("login-fault").textContent = "The router does not answer.";
  }
}

async function logOut() {
  try {
    await api("DELETE", "ui/session");
  } catch (refused) {
    report(refused);
  }
  showLogin();
}

// ── Changes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Does something that may fail, with its button out of use meanwhile. */
async function act(button, action) {
  button.disabled = true;
  note("action", null);
  try {
    await action();
  } catch (refused) {
    if (!(refused instanceof Refused)) {
      throw refused;
    }
    note("action", refused.message, "bad");
  } finally {
    button.disabled = false;
  }
}

/** Asks, or tells if there is nothing to answer; whether the answer was yes. */
function ask({ title, text = "", report = "", yes = null, no = "Close" }) {
  $("dialog-title").textContent = title;
  $("dialog-text").textContent = text;
  $("dialog-report").textContent = report;
  $("dialog-yes").textContent = yes ?? "";
  $("dialog-yes").hidden = yes === null;
  $("dialog-no").textContent = no;
  $("dialog").returnValue = "no";
  $("dialog").showModal();
  return new Promise(resolve => $("dialog").addEventListener("close", () => resolve($("dialog").returnValue === "yes"), { once: true }));
}

async function verify(live) {
  await ask({ title: live ? "Verification, with the homeserver and Letta" : "Verification", report: await api("GET", `mappings/verification?live=${live}`, true) });
}

async function sync() {
  const plan = await api("POST", "mappings/sync?dryRun=true", true);
  const text = "A sync by hand takes the file's values, also where the table was changed by hand. This is what it would do:";
  if (await ask({ title: "Sync the table with the file", text, report: plan, yes: "Sync", no: "Cancel" })) {
    const done = await api("POST", "mappings/sync", true);
    refresh("mappings");
    await ask({ title: "Synced", report: done });
  }
}

async function drop(letter) {
  if (await ask({ title: "Drop this dead letter?", text: "Nobody is asked it any more, and nothing more is posted.", yes: "Drop", no: "Cancel" })) {
    await api("DELETE", `dead-letters/${encodeURIComponent(letter.id)}`);
    await refresh("messages");
  }
}

async function steer(route, action) {
  const isHarmless = action === "start" || action === "resume";
  if (isHarmless || await ask({ title: `${action === "stop" ? "Stop" : "Suspend"} ${route.id}?`, text: plain(route.description), yes: action === "stop" ? "Stop" : "Suspend", no: "Cancel" })) {
    await api("POST", `routes/${encodeURIComponent(route.id)}/${action}`);
    await refresh("routes");
  }
}

function button(text, name, action) {
  const element = make("button", { type: "button", className: "changes", label: `${text} ${name}` }, text);
  element.addEventListener("click", () => act(element, action));
  return element;
}

// ── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The router's clock, not this machine's, says how old something is. */
const now = () => state.overview ? Date.parse(state.overview.at) : Date.now();

function span(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) {
    return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  }
  const units = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];
  const [length, unit] = units.find(([length]) => seconds >= length);
  return `${Math.floor(seconds / length)} ${unit}`;
}

function age(at) {
  return at ? make("time", { dateTime: at, title: new Date(at).toLocaleString() }, span(now() - Date.parse(at))) : "";
}

function clock(at) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date(now()).toDateString();
  const text = isToday ? date.toLocaleTimeString("en-GB") : `${date.toLocaleDateString("en-CA")} ${date.toLocaleTimeString("en-GB")}`;
  return make("time", { dateTime: at, title: date.toISOString() }, text);
}

// ── Drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function show(element, className, text) {
  element.className = className;
  element.textContent = text;
}

const notes = new Map();

/** A sentence above everything, or none of that kind any more. */
function note(kind, text, tone = "warn") {
  if (text) {
    notes.set(kind, { text, tone });
  } else {
    notes.delete(kind);
  }
  drawNotes();
}

function drawNotes() {
  const drawn = [...notes].map(([kind, { text, tone }]) => `${kind} ${tone} ${text}`).join("\n");
  if ($("notes").dataset.drawn !== drawn) {
    $("notes").dataset.drawn = drawn;
    $("notes").replaceChildren(...[...notes.values()].map(({ text, tone }) => make("p", { className: `note ${tone}` }, plain(text))));
  }
}

function table(columns, rows, nothing) {
  if (rows.length === 0) {
    return make("p", { className: "nothing" }, nothing);
  }
  const head = make("tr", {}, columns.map(column => make("th", { scope: "col", className: column.className ?? "" }, column.title)));
  const body = rows.map(row => make("tr", { className: row.tone ?? "" }, columns.map((column, place) =>
    make("td", { className: column.className ?? "", data: { label: column.title } }, row.cells[place]))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, body));
}

function chip(text, tone = "", title = undefined) {
  return make("span", { className: `chip ${tone}`, title }, text);
}

const number = (value, tone) => value > 0 ? make("span", { className: `number ${tone}` }, value.toLocaleString("en")) : make("span", { className: "number none" }, "0");

function drawNumbers() {
  const { health, messages, replies, peers } = state.overview;
  const failed = messages.failed + replies.failed;
  const differing = new Set(drifts().map(finding => finding.subject)).size;
  show($("status"), `chip ${health.fault ? "bad" : "ok"}`, health.fault ? "unhealthy" : "healthy");
  $("store").textContent = plain(health.store);
  note("store", health.fault, "bad");
  note("file", health.mapping_file_fault, "bad");
  note("hand", health.waiting_for_sync_by_hand > 0
    && `${count(health.waiting_for_sync_by_hand, "row differs", "rows differ")} from the file and stay as they are until a sync by hand.`);
  note("peers", peers.map(peer => `${peerName(peer.name)} is not asked for now (since ${new Date(peer.down_since).toLocaleTimeString("en-GB")}), and messages wait: ${peer.reason ?? "it does not answer"}`).join("\n"));
  $("numbers").replaceChildren(...[
    ["Agents", Object.keys(state.mappings).length, ""],
    ["Differences", differing, differing > 0 ? "warn" : ""],
    ["Waiting", messages.waiting, "", messages.oldest ? ["oldest ", age(messages.oldest)] : null],
    ["Running", messages.running, ""],
    ["Outcome unknown", messages.unknown, messages.unknown > 0 ? "warn" : ""],
    ["Answers to post", replies.waiting + replies.sending, ""],
    ["Dead letters", failed, failed > 0 ? "bad" : ""],
  ].map(([name, value, tone, more]) => make("div", { className: tone }, make("dt", {}, name), make("dd", {}, value.toLocaleString("en"), more && make("small", {}, more)))));
}

const peerName = name => name === "letta" ? "Letta" : name === "homeserver" ? "The homeserver" : plain(name.replace(/^agent:/, "Agent "));

/** What each finding of a verification is called at its agent; one without a tone is no difference. */
const FINDINGS = {
  MISSING: ["missing in the table", "warn"],
  ROOM: ["room differs", "warn"],
  NAME: ["name differs", "warn"],
  USER: ["Matrix user differs", "warn"],
  ROOM_CREATED: ["room_created differs", "warn"],
  PASSWORD: ["password differs", "warn"],
  INVITATIONS: ["invitations differ", "warn"],
  REJECTED: ["entry rejected", "bad"],
  SHARED: ["room shared", "bad"],
  CHANGED: ["changed in database", "warn"],
  ONLY_IN_DATABASE: ["only in database", ""],
  WITHOUT_ROOM: ["no room", ""],
  ACCEPTED: ["difference accepted", ""],
};
const MARKS = { stale: "Letta does not have it", removed: "put out of its room" };

const drifts = () => state.findings.filter(finding => FINDINGS[finding.kind]?.[1]);

function drawAgents() {
  const rows = new Map(Object.entries(state.mappings).map(([agent, mapping]) => [agent, { ...mapping, findings: [] }]));
  for (const finding of state.findings.filter(each => FINDINGS[each.kind])) {
    const ofRoom = finding.kind === "SHARED" ? [...rows.values()].filter(row => row.room_id === finding.subject).map(row => row.agent_id) : [finding.subject];
    for (const agent of ofRoom) {
      rows.set(agent, rows.get(agent) ?? { agent_id: agent, agent_name: finding.detail, findings: [] });
      rows.get(agent).findings.push(finding);
    }
  }
  for (const agent of Object.keys(state.overview.agents)) {
    rows.set(agent, rows.get(agent) ?? { agent_id: agent, agent_name: null, findings: [] });
  }
  const wanted = $("agents-filter").value.toLowerCase();
  const found = [...rows.values()].filter(row => [row.agent_id, row.agent_name, row.room_id, row.matrix_user_id].some(text => String(text ?? "").toLowerCase().includes(wanted)));
  const urgency = row => (row.findings.some(finding => FINDINGS[finding.kind][1]) ? 4 : 0) + (work(row).failed > 0 ? 2 : 0) + (work(row).waiting + work(row).unknown > 0 ? 1 : 0);
  found.sort((one, other) => urgency(other) - urgency(one) || plain(one.agent_name ?? one.agent_id).localeCompare(plain(other.agent_name ?? other.agent_id)));
  $("agents-count").textContent = wanted ? `${found.length} of ${rows.size}` : count(rows.size, "agent", "agents");
  $("agents").replaceChildren(table([
    { title: "Agent" }, { title: "Room and user" }, { title: "Waiting", className: "figure" }, { title: "Running", className: "figure" },
    { title: "Failed", className: "figure" }, { title: "Oldest", className: "figure" }, { title: "File and table" },
  ], found.slice(0, SHOWN_AGENTS).map(agentRow), wanted ? "No agent fits." : "No agent has a mapping yet."), found.length > SHOWN_AGENTS
    ? make("p", { className: "nothing" }, `… and ${count(found.length - SHOWN_AGENTS, "more", "more")}; the filter finds them.`) : "");
}

const work = row => state.overview.agents[row.agent_id] ?? { waiting: 0, running: 0, unknown: 0, failed: 0, oldest: null, marks: null };

function agentRow(row) {
  const { waiting, running, unknown, failed, oldest, marks } = work(row);
  const isMapped = row.agent_id in state.mappings;
  const drift = row.findings.filter(finding => FINDINGS[finding.kind][1]);
  const badges = row.findings.map(finding => make("div", { className: "finding" }, chip(FINDINGS[finding.kind][0], FINDINGS[finding.kind][1]), values(finding)));
  const marked = (marks ?? []).filter(mark => MARKS[mark]).map(mark => chip(MARKS[mark], "bad"));
  return {
    tone: drift.length > 0 ? "drift" : "",
    cells: [
      [make("span", { className: "name" }, row.agent_name ? short(row.agent_name) : "Unknown"), id(row.agent_id)],
      isMapped ? [row.room_id ? id(row.room_id) : make("span", { className: "quiet" }, "no room"), id(row.matrix_user_id)] : make("span", { className: "quiet" }, "not in the table"),
      number(waiting, ""),
      [number(running, "ok"), unknown > 0 && chip("unknown", "warn", "It is not known yet whether the turn took place; Letta's history is looked into")],
      number(failed, "bad"),
      oldest ? age(oldest) : make("span", { className: "none" }, "–"),
      badges.length + marked.length > 0 ? [...badges, ...marked] : make("span", { className: "same" }, isMapped ? "in sync" : "–"),
    ],
  };
}

function values(finding) {
  if (finding.kind === "REJECTED") {
    return make("span", { className: "values" }, plain(finding.file));
  }
  return finding.file ? make("span", { className: "values" }, make("span", {}, "file: ", id(finding.file)), make("span", {}, "table: ", id(finding.database ?? "none"))) : null;
}

function drawLetters() {
  $("letters-count").textContent = state.moreLetters > 0 ? `the newest ${state.letters.length}` : state.letters.length > 0 ? String(state.letters.length) : "";
  $("letters").replaceChildren(table([{ title: "When" }, { title: "What" }, { title: "Agent and room" }, { title: "Why" }, { title: "", className: "actions" }], state.letters.map(letter => ({
    cells: [
      clock(letter.at),
      [make("span", { className: "name" }, letter.source === null ? `message of ${short(letter.sender)}` : letter.source.startsWith("notice/") ? "notice" : `part ${letter.part} of an answer`), id(letter.event_id ?? letter.id)],
      [make("span", {}, letter.agent_name ? short(letter.agent_name) : plain(letter.agent_id ?? "no agent")), id(letter.room_id ?? "no room")],
      plain(letter.reason ?? ""),
      make("div", { className: "buttons" },
        button("Replay", letter.id, async () => {
          await api("POST", `dead-letters/${encodeURIComponent(letter.id)}/replay`);
          await refresh("messages");
        }),
        button("Drop", letter.id, () => drop(letter))),
    ],
  })), "No dead letters."));
}

const TONES = { answered: "ok", waiting: "", asking: "info", unknown: "warn", dead: "bad", ignored: "", dropped: "" };
const drawnMessages = new Map();

function drawMessages() {
  $("messages-count").textContent = state.messages.length > 0 ? "newest first; open one for its whole path" : "";
  for (const event of [...drawnMessages.keys()]) {
    if (!state.messages.some(message => message.event_id === event)) {
      drawnMessages.delete(event);
    }
  }
  // What is open stays open, and is read anew.
  const drawn = state.messages.map(message => {
    const element = drawnMessages.get(message.event_id) ?? messageElement(message.event_id);
    const said = JSON.stringify(message);
    if (element.dataset.said !== said) {
      element.dataset.said = said;
      element.querySelector("summary").replaceChildren(...messageSummary(message));
      if (element.open) {
        readPath(element, message.event_id);
      }
    }
    return element;
  });
  $("messages").replaceChildren(...(drawn.length > 0 ? drawn : [make("p", { className: "nothing" }, "No message has come yet.")]));
}

function messageElement(event) {
  const element = make("details", { className: "message" }, make("summary"), make("div", { className: "steps" }));
  element.addEventListener("toggle", () => element.open && readPath(element, event));
  drawnMessages.set(event, element);
  return element;
}

function messageSummary(message) {
  const agent = message.is_default ? "the default agent" : message.agent_name ? short(message.agent_name) : message.agent_id ?? "no agent";
  return [
    make("span", { className: "who" }, make("span", { className: "name" }, short(message.sender ?? "?")), " → ", make("span", { className: "name" }, plain(agent)), id(message.room_id ?? "")),
    chip(message.reason ? `${message.state}: ${short(message.reason)}` : message.state, TONES[message.state]),
    make("ol", { className: "path" }, pathOf(message)),
  ];
}

/** The stations of a message, each with how long it took from the one before. */
function pathOf(message) {
  const stations = [["received", message.received_at], ["claimed, asked", message.asked_at],
    [message.state === "answered" || message.settled_at === null ? "answered" : message.state, message.settled_at], ["posted", message.posted_at]];
  const reached = stations.filter(([, at]) => at);
  const drawn = reached.map(([name, at], place) => make("li", { className: name === "dead" ? "bad" : name === "ignored" || name === "dropped" ? "none" : "" }, make("b", {}, name), " ",
    place === 0 ? clock(at) : make("time", { dateTime: at, title: at }, `+${span(Date.parse(at) - Date.parse(reached[place - 1][1]))}`)));
  const isOpen = ["waiting", "asking", "unknown"].includes(message.state);
  return isOpen ? [...drawn, make("li", { className: "open" }, make("b", {}, message.state), " ", age(message.asked_at ?? message.received_at))] : drawn;
}

async function readPath(element, event) {
  try {
    const message = await api("GET", `messages/${encodeURIComponent(event)}`);
    const steps = [{ at: message.received_at, what: "received", detail: `by ${message.source}` }, ...message.path];
    element.querySelector(".steps").replaceChildren(id(event), table([{ title: "At" }, { title: "Step" }, { title: "What" }], steps.map(step => ({
      cells: [step.at ? make("time", { dateTime: step.at, className: "id" }, new Date(step.at).toISOString().slice(11, 23)) : "–", plain(step.what), stepDetail(step)],
    })), "Nothing is known of it."));
  } catch (refused) {
    report(refused);
  }
}

function stepDetail(step) {
  if (step.source === undefined || step.part === undefined) {
    return plain(step.detail ?? "");
  }
  const what = step.source.startsWith("notice/") ? `notice ${step.source.split("/")[1]}` : `part ${step.part} of the answer`;
  return [plain(what), step.sender ? ` as ${plain(step.sender)}` : "", step.event_id ? [" ", id(step.event_id)] : "", step.detail ? `: ${plain(step.detail)}` : ""].flat();
}

function drawVerifications() {
  $("verifications").replaceChildren(table([{ title: "When" }, { title: "Result" }], state.overview.verifications.map(verification => ({
    cells: [clock(verification.at), verification.differences === 0 ? chip("in sync", "ok") : chip(count(verification.differences, "difference", "differences"), "warn")],
  })), "None ran yet; they run on VERIFY_CRON."));
}

function drawSyncs() {
  $("syncs").replaceChildren(table([{ title: "When" }, { title: "By" }, { title: "What it did" }], state.syncs.slice(0, 10).map(sync => {
    const did = ["created", "updated", "deleted", "kept", "rejected"].filter(what => sync[what] > 0).map(what => `${what === "kept" ? "left" : what} ${sync[what]}`);
    return { cells: [clock(sync.at), plain(sync.trigger), [did.join(", ") || "no change", make("span", { className: "id", title: plain(sync.file ?? "") }, `#${sync.id} `, plain(sync.file ?? ""))]] };
  }), "None ran yet."));
}

function drawRoutes() {
  const stopped = state.routes.filter(route => route.state !== "Started").length;
  const wanted = $("routes-filter").value.toLowerCase();
  const found = state.routes.filter(route => `${route.id} ${route.description}`.toLowerCase().includes(wanted))
    .sort((one, other) => (one.state === "Started") - (other.state === "Started") || isAddress(one) - isAddress(other) || one.id.localeCompare(other.id));
  show($("routes-count"), stopped > 0 ? "chip warn" : "quiet", stopped > 0 ? `${stopped} of ${state.routes.length} not started` : `${state.routes.length} started`);
  $("routes").replaceChildren(table([{ title: "Route" }, { title: "State" }, { title: "Passed", className: "figure" }, { title: "Failed", className: "figure" }, { title: "", className: "actions" }], found.map(route => ({
    tone: route.state === "Started" ? "" : "drift",
    cells: [
      [make("span", { className: "name" }, route.id), make("span", { className: "description" }, plain(route.description))],
      chip(route.state.toLowerCase(), route.state === "Started" ? "ok" : "warn"),
      number(route.total, ""),
      number(route.failed, "bad"),
      make("div", { className: "buttons" }, actionsOf(route).map(([action, text]) => button(text, route.id, () => steer(route, action)))),
    ],
  })), "No route fits."));
}

/** Whether a route only answers requests; those that work by themselves are what operators steer. */
const isAddress = route => /^(api|http|page)-/.test(route.id);

function actionsOf(route) {
  return { Started: [["suspend", "Suspend"], ["stop", "Stop"]], Suspended: [["resume", "Resume"], ["stop", "Stop"]] }[route.state] ?? [["start", "Start"]];
}

/** Shows the page to whoever is logged in; a router that only just starts is asked again. */
async function begin() {
  try {
    await showPage();
  } catch (refused) {
    report(refused);
    if (refused.status !== 401) {
      $("page").hidden = false;
      setTimeout(begin, REREAD_MILLISECONDS);
    }
  }
}

// ── Begin ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

$("login-form").addEventListener("submit", logIn);
$("logout").addEventListener("click", logOut);
$("verify").addEventListener("click", () => act($("verify"), () => verify(false)));
$("verify-live").addEventListener("click", () => act($("verify-live"), () => verify(true)));
$("sync").addEventListener("click", () => act($("sync"), sync));
$("agents-filter").addEventListener("input", drawAgents);
$("routes-filter").addEventListener("input", drawRoutes);

begin();
