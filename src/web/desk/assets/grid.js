// The grid of a course: pupils down, lessons and final marks across. A mark is sent as soon as its cell is left.
"use strict";

const LATIN = "qwertyuiopasdfghjklzxcvbnm[]{};':\",.<>`~";
const RUSSIAN = "йцукенгшщзфывапролдячсмитьхъхъжэжэбюбюёё";
const russian = (c) => {
  const at = LATIN.slice(0, 26).indexOf(c.toLowerCase());
  return at < 0 ? c : RUSSIAN[at];
};

export function begin({ call, say, said: live, renew }) {
  const table = document.querySelector("table.grid");
  if (!table) return null;
  const form = document.querySelector("form.lesson");
  const keeps = table.getAttribute("aria-readonly") !== "true";
  const heads = Array.from(table.tHead.rows[0].cells).slice(1);
  const rows = Array.from(table.tBodies[0].rows);
  const cellOf = (row, column) => rows[row]?.cells[column + 1];
  const attempts = new Map(); // "row,column" -> { text, refused, was }
  const undo = [];
  let row = 0, column = Math.min(Number(table.dataset.start) || 0, heads.length - 1);
  let queue = Promise.resolve();

  const key = (r, c) => `${r},${c}`;
  const textOf = (cell) => cell.dataset.text ?? (cell.dataset.text = cell.firstChild?.nodeType === 3 ? cell.firstChild.data : "");
  const isThere = (r) => cellOf(r, column) && !cellOf(r, column).classList.contains("off");

  const draw = (r, c) => {
    const cell = cellOf(r, c);
    if (!cell) return;
    const attempt = attempts.get(key(r, c));
    const text = attempt ? attempt.text : textOf(cell);
    const small = cell.querySelector("small");
    cell.replaceChildren(document.createTextNode(text));
    if (small) cell.append(small);
    cell.classList.toggle("typing", Boolean(attempt) && !attempt.refused && !attempt.sent);
    cell.classList.toggle("sent", Boolean(attempt?.sent) && !attempt.refused);
    cell.classList.toggle("refused", Boolean(attempt?.refused));
    if (attempt?.refused) cell.setAttribute("aria-invalid", "true"); else cell.removeAttribute("aria-invalid");
  };

  const lessonOf = (c) => heads[c]?.dataset.place;

  const FIELDS = ["date", "number", "topic", "work", "homework"];
  const typed = () => JSON.stringify(FIELDS.map((name) => form.elements[name].value));
  const isDirty = () => Boolean(form) && form.dataset.was !== undefined && form.dataset.was !== typed();
  const filled = () => { form.dataset.was = typed(); form.elements.seen.value = table.dataset.length; };

  const amend = form?.querySelector("[data-does=amend]");

  const panel = () => {
    if (!form || form.dataset.new === "true" || isDirty()) return;
    const head = heads[column];
    const place = lessonOf(column);
    if (!place || place.startsWith("final/")) return;
    const [date, number] = place.split("/");
    form.elements.date.value = date.split("-").reverse().join(".");
    form.elements.number.value = number;
    form.elements.topic.value = head.dataset.topic;
    form.elements.work.value = head.dataset.work;
    form.elements.homework.value = head.dataset.homework;
    form.elements.date.readOnly = form.elements.number.readOnly = true;
    form.elements.fresh.value = "";
    if (keeps) { amend.href = `${table.dataset.address}/lesson/${place}`; amend.hidden = false; }
    filled();
  };

  const fresh = (focus) => {
    if (isDirty() && form.dataset.new !== "true") { say("Сначала запишите урок, который набран, или откажитесь от него: Esc."); return; }
    form.dataset.new = "true";
    form.elements.fresh.value = "да";
    amend.hidden = true;
    if (!isDirty()) { for (const name of FIELDS) form.elements[name].value = form.dataset[name]; filled(); }
    form.elements.date.readOnly = form.elements.number.readOnly = false;
    if (focus) form.elements.topic.focus();
  };

  // Why the current cell was refused, and the way to ask for it all the same.
  const why = document.querySelector(".why");
  const words = (refused) => refused.map((one) => [one.what, ...one.next].join(" ")).join(" ");
  const tell = () => {
    const attempt = attempts.get(key(row, column));
    why.hidden = !attempt?.refused;
    if (!attempt?.refused) return;
    why.querySelector("span").textContent = words(attempt.refused);
    why.querySelector("a").search = new URLSearchParams({ at: heads[column].dataset.place, row });
    why.querySelector("a").dataset.text = attempt.text;
    why.querySelector("a").hidden = !attempt.refused.some((one) => one.correctable);
  };

  const go = (r, c, focus = true) => {
    cellOf(row, column)?.setAttribute("tabindex", "-1");
    const moved = c !== column;
    row = Math.max(0, Math.min(r, rows.length - 1));
    column = Math.max(0, Math.min(c, heads.length - 1));
    const cell = cellOf(row, column);
    if (!cell) return;
    cell.setAttribute("tabindex", "0");
    if (focus) { cell.focus({ preventScroll: true }); cell.scrollIntoView({ block: "nearest", inline: "nearest" }); }
    if (moved) { if (form && focus && !isDirty()) form.dataset.new = "false"; panel(); }
    tell();
  };

  const step = (by) => {
    let r = row + by;
    while (r >= 0 && r < rows.length && !isThere(r)) r += by;
    if (r >= 0 && r < rows.length) go(r, column); else go(row, column);
  };

  const at = new Map();
  rows.forEach((one, r) => heads.forEach((head, c) => at.set(`${one.dataset.file}\n${head.dataset.place}`, [r, c])));

  // Somebody has changed a cell in which something is being typed: it is not overwritten unseen.
  const overtaken = (r, c, text) => {
    const attempt = attempts.get(key(r, c));
    if (!attempt || attempt.refused || attempt.sent) return;
    const what = `Эту клетку только что изменили с другого компьютера или в другом окне: в ней теперь ${text ? `«${text}»` : "пусто"}.`;
    attempt.refused = [{ what, next: ["Если нужно, введите ещё раз; Esc покажет то, что записано."], correctable: false }];
    attempt.was = text;
  };

  const take = (answer) => {
    table.dataset.length = answer.length;
    for (const one of answer.lessons) {
      const head = heads.find((head) => head.dataset.place === one.place);
      if (head) [head.title, head.dataset.topic, head.dataset.work, head.dataset.homework] = [one.title, one.topic, one.work, one.homework];
    }
    if (form && !isDirty()) { if (form.dataset.new === "true") filled(); else panel(); }
    const answered = new Set(answer.results.map((one) => `${one.file}\n${one.place}`));
    for (const one of answer.changed) {
      const [r, c] = at.get(`${one.file}\n${one.place}`) || [];
      if (r === undefined) continue;
      const cell = cellOf(r, c);
      if (cell.dataset.text !== one.text && textOf(cell) !== one.text && !answered.has(`${one.file}\n${one.place}`)) overtaken(r, c, one.text);
      cell.dataset.text = one.text;
      cell.title = one.note;
      cell.querySelector("small")?.remove();
      if (one.outlook) { const small = document.createElement("small"); small.textContent = one.outlook; cell.append(small); }
      draw(r, c);
    }
    let said = "";
    const group = [];
    for (const one of answer.results) {
      const [r, c] = at.get(`${one.file}\n${one.place}`) || [];
      if (r === undefined) continue;
      const attempt = attempts.get(key(r, c));
      if (one.refused) { if (attempt) { attempt.refused = one.refused; attempt.sent = false; } }
      else {
        if (attempt && !attempt.undoing) group.push({ r, c, text: attempt.was });
        attempts.delete(key(r, c));
      }
      draw(r, c);
      const name = rows[r].cells[0].textContent;
      const told = one.refused ? words(one.refused) : one.said;
      said = told.includes(name) ? told : `${name}: ${told}`;
    }
    if (group.length) undo.push(group);
    const refused = answer.results.filter((one) => one.refused).length;
    if (answer.results.length > 1) said = `Записано клеток: ${answer.results.length - refused}` + (refused ? `, отклонено: ${refused} (F8)` : "");
    if (said) say(said);
    tell();
  };

  const post = (cells) => {
    queue = queue.then(async () => {
      const body = JSON.stringify({ length: Number(table.dataset.length), cells });
      const headers = { "Content-Type": "application/json" };
      const answer = await call(`${table.dataset.address}/cells`, { method: "POST", body, headers });
      if (!answer) return;
      const told = await answer.json();
      if (!answer.ok) {
        for (const one of cells) {
          const [r, c] = at.get(`${one.file}\n${one.place}`) || [];
          const attempt = r === undefined ? null : attempts.get(key(r, c));
          if (attempt) { attempt.refused = told.told; attempt.sent = false; draw(r, c); }
        }
        say(words(told.told));
        tell();
        return;
      }
      take(told);
      if (told.anew) await again();
    });
    return queue;
  };

  // Lessons or pupils have come or gone: the page is fetched anew, and what was not recorded goes along.
  const again = () => renew(() => {
    const kept = Array.from(attempts, ([name, attempt]) => {
      const [r, c] = name.split(",").map(Number);
      return [rows[r].dataset.file, heads[c].dataset.place, attempt];
    });
    const here = [rows[row]?.dataset.file, heads[column]?.dataset.place];
    const panelled = isDirty() ? { fields: FIELDS.map((name) => form.elements[name].value), was: form.dataset.was, isNew: form.dataset.new,
      seen: form.elements.seen.value, focus: form.contains(document.activeElement) ? document.activeElement.name : "" } : null;
    return [kept, here, panelled];
  });

  const cellsOf = (r, c, text) => ({ place: heads[c].dataset.place, file: rows[r].dataset.file, text });

  const commit = () => {
    const attempt = attempts.get(key(row, column));
    if (!attempt || attempt.refused || attempt.sent) return;
    const text = attempt.text.trim();
    if (text === textOf(cellOf(row, column)) || (text === "" && !attempt.emptied)) { attempts.delete(key(row, column)); draw(row, column); return; }
    attempt.sent = true;
    draw(row, column);
    post([cellsOf(row, column, text)]);
  };

  // A grade is whole as it stands, and two of them are written «4/5»: the next one goes to the next pupil.
  const onward = (c) => {
    const attempt = attempts.get(key(row, column));
    if (!attempt || attempt.refused || attempt.sent || attempt.edited) return;
    if (!/^[1-5](\/[1-5])*$/.test(attempt.text) || !/[1-5нбуоз]/.test(c)) return;
    if (rows.some((_, r) => r > row && isThere(r))) { commit(); step(1); }
  };

  const type = (c) => {
    if (!keeps) { say(document.querySelector(".looks")?.textContent || ""); return; }
    onward(russian(c));
    const name = key(row, column);
    let attempt = attempts.get(name);
    if (!attempt || attempt.refused || attempt.sent) { attempt = { text: "", was: textOf(cellOf(row, column)) }; attempts.set(name, attempt); }
    if (attempt.text.length < 12) attempt.text += russian(c);
    draw(row, column);
  };

  const back = () => {
    const group = undo.pop();
    if (!group) { say("Возвращать нечего."); return; }
    for (const { r, c, text } of group) {
      attempts.set(key(r, c), { text, was: textOf(cellOf(r, c)), sent: true, undoing: true });
      draw(r, c);
    }
    go(group[0].r, group[0].c);
    post(group.map(({ r, c, text }) => cellsOf(r, c, text)));
  };

  const nextRefused = () => {
    const all = [];
    for (const [name, attempt] of attempts) if (attempt.refused) all.push(name.split(",").map(Number));
    all.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
    const next = all.find(([r, c]) => c > column || (c === column && r > row)) || all[0];
    if (next) go(...next); else say("Отклонённых клеток нет.");
  };

  // The whole class in one key: «н» where nothing stands, or taken out where it stands alone.
  const everybody = (text) => {
    if (!keeps) return;
    const is = text === "" ? "н" : "";
    const all = rows.map((_, r) => r).filter((r) => isThere(r) && textOf(cellOf(r, column)) === is && !attempts.has(key(r, column)));
    if (lessonOf(column)?.startsWith("final/") || !all.length) { say(text ? "В этом столбце нет пустых клеток урока." : "В этом столбце ни у кого не стоит «н»."); return; }
    for (const r of all) { attempts.set(key(r, column), { text, was: is, sent: true }); draw(r, column); }
    post(all.map((r) => cellsOf(r, column, text)));
  };

  // By mouse or finger: into the current cell, and on to the next.
  const put = (text) => {
    if (text === "") { KEYS.Delete(); cellOf(row, column)?.focus({ preventScroll: true }); return; }
    attempts.set(key(row, column), { text, was: textOf(cellOf(row, column)) });
    commit();
    step(1);
  };

  const page = Math.max(5, Math.floor(window.innerHeight / 32) - 6);
  const KEYS = {
    Enter: () => { commit(); step(1); }, ArrowDown: () => { commit(); step(1); }, ArrowUp: () => { commit(); step(-1); },
    ArrowLeft: () => { commit(); go(row, column - 1); }, ArrowRight: () => { commit(); go(row, column + 1); },
    Home: () => { commit(); go(row, 0); }, End: () => { commit(); go(row, heads.length - 1); },
    PageDown: () => { commit(); go(row + page, column); }, PageUp: () => { commit(); go(row - page, column); },
    Escape: () => { attempts.delete(key(row, column)); draw(row, column); say(""); tell(); },
    Delete: () => {
      if (attempts.delete(key(row, column)) || !keeps) { draw(row, column); return; }
      if (textOf(cellOf(row, column)) === "") { say("Клетка и так пуста."); return; }
      attempts.set(key(row, column), { text: "", was: textOf(cellOf(row, column)), emptied: true });
      commit();
    },
    Backspace: () => {
      const attempt = attempts.get(key(row, column));
      if (!attempt) { KEYS.F2(); return; }
      attempt.refused = null;
      attempt.text = attempt.text.slice(0, -1);
      if (!attempt.text) attempts.delete(key(row, column));
      draw(row, column);
    },
    F2: () => {
      if (!keeps) return;
      const attempt = attempts.get(key(row, column)) || { text: textOf(cellOf(row, column)), was: textOf(cellOf(row, column)) };
      attempt.refused = null;
      attempt.sent = false;
      attempt.edited = true;
      attempts.set(key(row, column), attempt);
      draw(row, column);
    },
    F6: () => { commit(); everybody("н"); },
    F7: () => { commit(); everybody(""); },
    F8: () => { commit(); nextRefused(); },
    Insert: () => { commit(); if (keeps) fresh(true); },
  };

  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.code === "KeyZ") { event.preventDefault(); commit(); back(); }
      if (event.code === "KeyN") { event.preventDefault(); KEYS.Insert(); }
      return;
    }
    if (event.key === "Tab") { commit(); return; }
    const does = KEYS[event.key];
    if (does) { event.preventDefault(); does(); } else if (event.key.length === 1) { event.preventDefault(); type(event.key); }
  });

  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td, thead th");
    if (!cell) return;
    const c = cell.cellIndex - 1;
    if (c < 0) return;
    commit();
    const r = cell.tagName === "TD" ? rows.indexOf(cell.parentElement) : row;
    go(r, c);
  });

  document.querySelector(".palette")?.addEventListener("click", (event) => {
    const { puts, all } = event.target.closest("button")?.dataset || {};
    if (puts !== undefined) put(puts);
    if (all !== undefined) { commit(); everybody(all); }
  });

  table.addEventListener("paste", (event) => {
    event.preventDefault();
    if (!keeps) return;
    const lines = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\r?\n/);
    const cells = [];
    let r = row;
    let empty = 0;
    for (const line of lines) {
      if (line.trim() === "") empty += 1;
      while (r < rows.length && !isThere(r)) r += 1;
      if (r >= rows.length) break;
      line.split("\t").forEach((text, by) => {
        const c = column + by;
        const typed = Array.from(text.trim().slice(0, 12), russian).join("");
        if (c >= heads.length || typed === "" || typed === textOf(cellOf(r, c))) return;
        attempts.set(key(r, c), { text: typed, was: textOf(cellOf(r, c)), sent: true });
        draw(r, c);
        cells.push(cellsOf(r, c, typed));
      });
      r += 1;
    }
    const left = empty ? ` Пустых строк: ${empty}, их клетки остались как были.` : "";
    if (cells.length) post(cells).then(() => { if (left) say(live() + left); }); else say(`Вставлять нечего.${left}`);
  });

  table.addEventListener("focusout", (event) => { if (!table.contains(event.relatedTarget)) commit(); });
  // The cell that has the focus is not hidden behind the heads.
  const [top, side] = [table.tHead.offsetHeight, table.tHead.rows[0].cells[0].offsetWidth];
  table.parentElement.style.scrollPadding = `${top + 4}px 8px 8px ${side + 4}px`;

  form?.querySelector("[data-does=new]")?.addEventListener("click", () => fresh(true));
  form?.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { delete form.dataset.was; form.dataset.new = "false"; panel(); go(row, column); }
    if (event.key === "Enter" && event.target.tagName === "TEXTAREA" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
  });

  if (!rows.some((_, r) => r >= row && isThere(r))) row = 0; else while (!isThere(row)) row += 1;
  go(row, column, false);
  panel();
  cellOf(row, column)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (form?.dataset.new === "true") fresh(true); else cellOf(row, column)?.focus({ preventScroll: false });

  return {
    length: () => Number(table.dataset.length),
    look: () => post([]),
    // What the current cell was refused for goes along to the page on which it is asked for.
    asked: (isLesson) => {
      if (isLesson) delete form.dataset.was;
      else { attempts.delete(key(row, column)); draw(row, column); }
    },
    // Whether something was typed that is not recorded.
    isOpen: () => attempts.size > 0 || isDirty(),
    // Records what was typed, and says what is left.
    settled: async (goesBack) => {
      commit();
      await queue;
      if (attempts.size) return "Есть клетки, которые не записаны (F8). Чтобы уйти со страницы всё равно, повторите.";
      return isDirty() && (goesBack || !form.contains(document.activeElement)) ? "Урок справа набран и не записан. Чтобы уйти со страницы всё равно, повторите." : "";
    },
    resume: (kept, [file, place], panelled) => {
      for (const [of, where, attempt] of kept) {
        const [r, c] = at.get(`${of}\n${where}`) || [];
        if (r === undefined) continue;
        attempts.set(key(r, c), attempt);
        const stands = textOf(cellOf(r, c));
        if (stands !== attempt.was) overtaken(r, c, stands);
        draw(r, c);
      }
      if (panelled && form) {
        form.dataset.new = panelled.isNew;
        FIELDS.forEach((name, i) => { form.elements[name].value = panelled.fields[i]; });
        form.dataset.was = panelled.was;
        form.elements.seen.value = panelled.seen;
        form.elements.date.readOnly = form.elements.number.readOnly = panelled.isNew !== "true";
          form.elements.fresh.value = panelled.isNew === "true" ? "да" : "";
      }
      const [r, c] = at.get(`${file}\n${place}`) || [];
      if (r !== undefined) go(r, c);
      if (panelled?.focus) form.elements[panelled.focus].focus();
    },
  };
}
