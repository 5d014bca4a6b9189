// The desk in the browser. Pages are plain links and forms; this script fetches them with the page's secret, which lies in
// no cookie, since every port of 127.0.0.1 would see it.
import { begin } from "./grid.js";

const SECRET = "X-Letopis-Desk";
let grid = null;
const desk = document.getElementById("desk");
const live = document.getElementById("live");
let secret = sessionStorage.getItem("letopis-desk");

// What the page itself says at its head is only read out.
const say = (text, onPage) => {
  live.classList.toggle("hidden", Boolean(onPage));
  live.textContent = "";
  live.textContent = text;
};

// Hides the page, and keeps what was typed on it for when it is opened again.
const veil = document.createElement("main");
veil.className = "plain";
const closed = (text) => {
  const [head, words] = [document.createElement("h1"), document.createElement("p")];
  [head.textContent, words.textContent] = ["Летопись", text];
  veil.replaceChildren(head, words);
  desk.hidden = true;
  if (!veil.isConnected) desk.after(veil);
  say("");
};
const opened = () => { desk.hidden = false; veil.remove(); };

const call = async (url, options = {}) => {
  const headers = { ...(options.headers || {}), [SECRET]: secret || "" };
  try {
    return await fetch(url, { ...options, headers, credentials: "omit", cache: "no-store" });
  } catch {
    closed("Программа закрыта. Запустите её снова: она откроет новую страницу. Что записано, записано.");
    return null;
  }
};

// Of several pages that were asked for the last one is shown. One that is fetched only because others have recorded something
// gives way to whatever its reader asks for.
let turn = 0;
let under = 0;
const inTurn = async (ask, show, background) => {
  if (background && under) return null;
  const own = background ? turn : (turn += 1);
  under += 1;
  try {
    const answer = await ask();
    const text = answer && await answer.text();
    return answer && own === turn ? show(answer, text) : null;
  } finally {
    under -= 1;
  }
};

// Puts a page into the window. A fault is shown where the reader is, and nothing that was typed is lost.
const put = (answer, text, { push, where }) => {
  const html = new DOMParser().parseFromString(text, "text/html");
  const fault = html.querySelector(".fault");
  if (fault && document.getElementById("waiting")) {
    const [head, home] = [document.createElement("h1"), document.createElement("a")];
    [head.textContent, home.textContent, home.href] = ["Летопись", "Сегодня", "/"];
    document.getElementById("main").replaceChildren(head, document.adoptNode(fault), home);
    return null;
  }
  if (fault) {
    const at = where || document.getElementById("main");
    at.querySelectorAll(".fault").forEach((old) => old.remove());
    at.prepend(document.adoptNode(fault));
    fault.scrollIntoView({ block: "nearest" });
    return null;
  }
  opened();
  const url = new URL(answer.url);
  const address = url.pathname + url.search;
  if (push) history.pushState({ step: (step += 1) }, "", address);
  desk.replaceChildren(...Array.from(html.body.childNodes, (node) => document.adoptNode(node)));
  const main = document.getElementById("main");
  document.title = `${main.dataset.title} — Летопись`;
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  say(main.querySelector(".said")?.textContent || "", true);
  known = Number(main.dataset.length);
  grid = begin({ call, say, said: () => live.textContent, renew });
  return grid;
};

const shown = (options) => (answer, text) => {
  if (answer.status !== 403) return put(answer, text, options);
  closed("Эта страница больше не действует. Нажмите Enter в окне программы: она откроет новую.");
  return null;
};

const show = (address, push) => inTurn(() => call(address), shown({ push }), false);

// The page as it is now in place of the one that is here, unless its reader has gone on meanwhile. What `keep` gives of the old
// grid at that moment, the new one goes on with.
const renew = (keep) => inTurn(() => call(location.pathname + location.search), (answer, text) => {
  const kept = keep();
  const at = window.scrollY;
  shown({ push: false })(answer, text)?.resume(...kept);
  if (!grid) window.scrollTo(0, at);
}, true);

// A file is fetched with the secret like any page, and left where the browser keeps what it is given.
const save = async (address, options, where) => {
  const answer = await call(address, options);
  if (!answer) return;
  if (!answer.ok) { put(answer, await answer.text(), { where }); return; }
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = named ? named[1] : "letopis";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  say(`Файл сохранён: ${link.download}.`);
};

const send = async (form, button) => {
  const typed = new FormData(form, button);
  const fields = form.enctype === "multipart/form-data" ? typed : new URLSearchParams(typed);
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  form.querySelectorAll(".fault").forEach((old) => old.remove());
  if ("saves" in form.dataset) await save(form.action, { method: "POST", body: fields }, form);
  else await inTurn(() => call(form.action, { method: "POST", body: fields }), shown({ push: true, where: form }), false);
  delete form.dataset.sent;
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin) return;
  event.preventDefault();
  // Within the page: no step of the history, which would fetch it anew.
  if (url.hash) { document.querySelector(url.hash)?.focus(); return; }
  if (link.hasAttribute("download")) { save(url.pathname + url.search); return; }
  // What was refused goes along to the page on which it is asked for.
  const carried = new Map(link.dataset.text === undefined ? [] : [["text", link.dataset.text]]);
  const form = link.closest("form");
  if (form && link.hasAttribute("data-carries")) for (const [name, value] of new FormData(form)) carried.set(name, value);
  if (carried.size && grid) grid.asked(Boolean(form));
  leaving(async () => {
    await show(url.pathname + url.search, true);
    if (carried.size) for (const field of document.querySelectorAll("main input:not([type=hidden]), main textarea")) {
      if (carried.has(field.name)) field.value = carried.get(field.name);
    }
  });
});

document.addEventListener("click", (event) => { if (event.target.closest("[data-does=print]")) window.print(); });

// Paper ends at the right. A page with a wide table lies; a table that is wider still comes in parts, each with the names. The
// widths are those of the screen, whose letters are larger than paper's by a third.
const [UPRIGHT, LYING] = [920, 1320];
const cut = (table) => {
  const heads = Array.from(table.tHead.rows[0].cells);
  const parts = [];
  let width = Infinity;
  heads.slice(1).forEach((head, at) => {
    if (width + head.offsetWidth > LYING) { parts.push([]); width = heads[0].offsetWidth; }
    width += head.offsetWidth;
    parts.at(-1).push(at + 1);
  });
  let month = null;
  return parts.map((columns) => {
    const part = document.createElement("table");
    part.className = `${table.className} part`;
    for (const row of table.rows) {
      const cells = [0, ...columns].filter((at) => row.cells[at]).map((at) => row.cells[at].cloneNode(true));
      const to = row.parentElement === table.tHead ? part.tHead || part.createTHead() : part.tBodies[0] || part.createTBody();
      to.insertRow().append(...cells);
    }
    const first = part.tHead.rows[0].cells[1];
    if (month && !first.querySelector(".month")) first.prepend(month.cloneNode(true));
    month = Array.from(part.tHead.querySelectorAll(".month")).at(-1) || month;
    return part;
  });
};
const laid = () => {
  document.documentElement.classList.remove("lies");
  document.querySelectorAll(".part").forEach((part) => part.remove());
  document.querySelectorAll(".in-parts").forEach((table) => table.classList.remove("in-parts"));
};
window.addEventListener("afterprint", laid);
window.addEventListener("beforeprint", () => {
  laid();
  for (const table of document.querySelectorAll("main table")) {
    if (table.offsetWidth > UPRIGHT) document.documentElement.classList.add("lies");
    if (table.offsetWidth <= LYING || !table.tHead || table.querySelector("[colspan], [rowspan]")) continue;
    table.after(...cut(table));
    table.classList.add("in-parts");
  }
});

// «/» looks for something from anywhere but a field; in Russian letters the key beside the right shift gives a full stop.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select, td.typing")) return;
  if (event.key !== "/" && !(event.key === "." && event.code === "Slash")) return;
  const field = document.getElementById("sought");
  if (!field || desk.hidden) return;
  event.preventDefault();
  event.stopPropagation();
  field.focus();
  field.select();
}, true);

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const [form, button] = [event.target, event.submitter];
  if (form.classList.contains("find")) { leaving(() => send(form, button)); return; }
  if (grid) grid.settled().then(() => send(form, button)); else send(form, button);
});

let insisted = null;

// How far this window has come: whoever goes back from what he has typed is led there again, the first time.
let step = history.state?.step ?? 0;
let returns = false;
window.addEventListener("popstate", async (event) => {
  const to = event.state?.step ?? 0;
  if (returns) { returns = false; return; }
  const left = grid ? await grid.settled(true) : "";
  if (left && insisted !== grid && to !== step) {
    insisted = grid;
    returns = true;
    history.go(step - to);
    say(left);
    return;
  }
  insisted = null;
  step = to;
  show(location.pathname + location.search, false);
});

// Nothing that was typed is left behind unseen: the second time one insists.
const leaving = async (go) => {
  const left = grid ? await grid.settled() : "";
  if (left && insisted !== grid) { insisted = grid; say(left); return; }
  insisted = null;
  go();
};
window.addEventListener("beforeunload", (event) => { if (grid?.isOpen()) event.preventDefault(); });

// The ledger's length that this page has seen.
let known = 0;
const isAtRest = () => {
  const fields = Array.from(document.querySelectorAll("main input, main textarea, main select"));
  const typed = fields.some((field) => (field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
    : field.tagName === "SELECT" ? Array.from(field.options).some((one) => one.selected !== one.defaultSelected) && field.selectedIndex > 0
    : field.value !== field.defaultValue));
  return !typed && !document.querySelector("main details[open]") && [document.body, document.getElementById("main")].includes(document.activeElement);
};

// What a stick still has to hand over, and how it stands with the school's server.
const stands = (id, text) => {
  const at = document.getElementById(id);
  if (at && at.textContent !== text) at.textContent = text;
};

// What others record shows within seconds; a page that is locked says so.
let locked = false;
setInterval(async () => {
  if (!secret || document.hidden) return;
  const answer = await call("/tip");
  if (!answer) { secret = null; return; }
  if (answer.status === 423) {
    if (!locked) closed("Страница заперта: за ней давно не работали. Введите пароль в окне программы.");
    locked = true;
    return;
  }
  if (!answer.ok) return;
  const { length, unsent, handing } = await answer.json();
  stands("unsent", unsent ? ` · ${unsent}` : "");
  stands("handing", handing || "");
  if (locked) { locked = false; opened(); }
  if (under) return;
  if (grid) { if (length !== grid.length()) grid.look(); return; }
  if (length === known) return;
  // A page on which somebody is typing, or has come to some place by keys, is not taken away.
  known = length;
  if (isAtRest()) renew(() => []); else say("В журнале новые записи: обновите страницу, чтобы увидеть их (F5).");
}, 1500);

// A window that was opened by a link of this page asks the others for the secret: only a page of this very port hears it.
const windows = new BroadcastChannel("letopis-desk");
windows.addEventListener("message", ({ data }) => { if (data === "ask" && secret) windows.postMessage({ secret }); });
const asked = () => new Promise((done) => {
  const hear = ({ data }) => { if (data?.secret) done(data.secret); };
  windows.addEventListener("message", hear);
  windows.postMessage("ask");
  setTimeout(() => { windows.removeEventListener("message", hear); done(null); }, 500);
});

(async () => {
  const token = location.hash.slice(1);
  if (token) {
    history.replaceState(null, "", location.pathname);
    const answer = await fetch("/session", { method: "POST", body: token, credentials: "omit" }).catch(() => null);
    if (answer?.ok) { secret = await answer.text(); sessionStorage.setItem("letopis-desk", secret); }
  }
  if (!secret) {
    secret = await asked();
    if (secret) sessionStorage.setItem("letopis-desk", secret);
  }
  if (!secret) { closed("Эта страница открывается из окна программы: нажмите в нём Enter."); return; }
  await show(location.pathname + location.search, false);
})();
