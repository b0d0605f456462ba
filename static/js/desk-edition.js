// The editor: live word counts, adding entries, quoting what is selected, saving by key. Without this file every act
// still works; the lint counts the same words again when the edition is saved.
"use strict";

const form = document.querySelector("[data-desk]");
const texts = "textarea:not([name$='quote_exact']):not([name$='judgements']):not([name='waiver']):not([name='correction_note']), input.desk-line:not([name$='label_reason'])";

// As briefings.sentences.count_words does: runs without white space that hold a letter or a digit.
function countWords(text) {
  return text.split(/\s+/u).filter((run) => /[\p{L}\p{N}\p{M}]/u.test(run)).length;
}

function wordsIn(part) {
  const removed = part.querySelectorAll("input[name$='-DELETE']:checked");
  const gone = new Set(Array.from(removed, (box) => box.closest("[data-entry]")));
  return Array.from(part.querySelectorAll(texts))
    .filter((field) => !gone.has(field.closest("[data-entry]")))
    .reduce((sum, field) => sum + countWords(field.value), 0);
}

function show(place, count) {
  const limit = Number(place.dataset.wordsLimit);
  place.textContent = `${count} / ${limit}`;
  place.classList.toggle("desk-over", count > limit);
}

function count() {
  document.querySelectorAll("[data-words-total]").forEach((place) => {
    const name = place.dataset.wordsTotal;
    if (name === "bottom_line") return show(place, countWords(form.elements.bottom_line.value));
    show(place, wordsIn(name === "all" ? form : document.getElementById(`pane-${name}`)));
  });
  document.querySelectorAll("[data-words-each]").forEach((place) => show(place, wordsIn(place.closest("[data-entry]"))));
}

function addEntry(prefix) {
  const total = form.elements[`${prefix}-TOTAL_FORMS`];
  const empty = document.querySelector(`template[data-empty="${CSS.escape(prefix)}"]`);
  const entry = empty.content.cloneNode(true);
  entry.querySelectorAll("[name], [id], [for], [aria-describedby]").forEach((node) => {
    ["name", "id", "for", "aria-describedby"].forEach((attribute) => {
      if (node.hasAttribute(attribute)) {
        node.setAttribute(attribute, node.getAttribute(attribute).replace("__prefix__", total.value));
      }
    });
  });
  total.value = Number(total.value) + 1;
  const place = document.querySelector(`[data-entries="${CSS.escape(prefix)}"]`);
  place.append(entry);
  const added = place.lastElementChild;
  (added.querySelector("textarea, input.desk-line") || added.querySelector("input:not([type=hidden])")).focus();
  count();
}

let last = null; // the claim last worked on

function quoteSelection() {
  const selection = window.getSelection();
  const source = selection.anchorNode && selection.anchorNode.parentElement.closest("[data-item]");
  const words = selection.toString().trim();
  const field = last && last.querySelector("textarea[name$='quote_exact']");
  if (!source || !words || !field) return false;
  field.closest("details").open = true;
  field.value = words;
  last.querySelector("select[name$='quote_item']").value = source.dataset.item;
  field.scrollIntoView({ block: "center" });
  field.focus();
  changed();
  return true;
}

// The sentence that the caret is in becomes a judgement, or a claim again.
function markSentence() {
  const text = document.activeElement;
  const entry = text && text.name && text.name.endsWith("-text") && text.closest("[data-entry]");
  const marks = entry && entry.querySelector("textarea[name$='judgements']");
  if (!marks) return false;
  const before = text.value.slice(0, text.selectionStart);
  const start = Math.max(...[...before.matchAll(/[.!?؟۔။።।。][”"»')\]]*\s+|\n\s*\n/gu)].map((end) => end.index + end[0].length), 0);
  const sentence = /^[\s\S]*?(?:[.!?؟۔။።।。][”"»')\]]*(?=\s|$)|\n\s*\n|$)/u.exec(text.value.slice(start))[0];
  const line = sentence.trim().split(/\s+/u).join(" ");
  if (!line) return false;
  const lines = marks.value.split("\n").filter((each) => each.trim());
  marks.value = (lines.includes(line) ? lines.filter((each) => each !== line) : [...lines, line]).join("\n");
  changed();
  return true;
}

function commentHere() {
  const where = document.getElementById("desk-comment-where");
  const id = last && last.querySelector("input[name$='-id']");
  const option = id && Array.from(where.options).find((each) => each.value.endsWith(`/c${id.value}`));
  if (option) where.value = option.value;
  document.getElementById("desk-comment-text").focus();
}

let isChanged = false;
let isRefused = false; // somebody else saved: nothing is sent any more, and nothing is lost
let due = 0;
let latest = 0;
const kept = `edition ${location.pathname}`; // words that could not be saved, on this device only
const saved = document.querySelector("[data-saved]");

function changed() {
  isChanged = true;
  document.querySelector("[data-unsaved]").hidden = false;
  clearTimeout(due);
  due = setTimeout(send, 900);
}

function send() {
  look();
  return "autosave" in form.dataset && !isRefused ? save() : Promise.resolve();
}

async function post(address, data) {
  const response = await fetch(address, { method: "POST", body: data, credentials: "same-origin", redirect: "error" });
  if (!response.headers.get("Content-Type").startsWith("application/json")) throw new Error("no answer");
  return response.json();
}

// What the rules say of the words as they stand; an answer that a later one has overtaken is dropped.
async function look() {
  const asked = ++latest;
  try {
    const answer = await post(form.dataset.live, new FormData(form));
    const place = document.querySelector("[data-findings]");
    if (asked !== latest || place.contains(document.activeElement)) return;
    place.innerHTML = answer.findings;
    document.querySelector("[data-findings-said]").textContent = place.querySelector("h2").textContent;
    document.querySelector("[data-preview] iframe").srcdoc = answer.page;
  } catch {
    // The next word asks again.
  }
}

let saving = Promise.resolve();

function save() {
  saving = saving.then(saveNow);
  return saving;
}

async function saveNow() {
  if (!isChanged || isRefused) return;
  isChanged = false;
  const data = new FormData(form);
  data.append("_autosave", "1");
  try {
    const answer = await post(location.href, data);
    if (answer.problems) {
      isChanged = true;
      keep();
      isRefused = form.elements.state.value !== "" && Boolean(answer.is_overtaken);
      saved.textContent = answer.problems.join(" ");
      return;
    }
    form.elements.state.value = answer.state;
    Object.entries(answer.made).forEach(([prefix, pk]) => settle(prefix, pk));
    saved.textContent = answer.said;
    document.querySelector("[data-unsaved]").hidden = !isChanged;
    if (isChanged) return;
    forget();
    if (form.querySelector("input[name$='-DELETE']:checked, input[name$='-drop']:checked")) location.reload();
  } catch {
    isChanged = true;
    keep();
  }
}

// A new entry has a row of its own now: the next save changes it and makes no second one.
function settle(prefix, pk) {
  const id = form.elements[`${prefix}-id`];
  if (!id.value) {
    id.value = pk;
    const count = form.elements[`${prefix.replace(/-\d+$/u, "")}-INITIAL_FORMS`];
    count.value = Number(count.value) + 1;
  }
  const words = form.elements[`${prefix}-quote_exact`];
  if (words && words.value) {
    forget();
    location.reload();
  }
}

function keep() {
  const words = Array.from(new FormData(form)).filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "state");
  localStorage.setItem(kept, JSON.stringify(words));
}

function forget() {
  localStorage.removeItem(kept);
}

// Words that a dead browser or an ended session left behind come back into their fields, to be saved or thrown away.
function restore() {
  const words = JSON.parse(localStorage.getItem(kept) || "[]");
  const missing = words.filter(([name, value]) => form.elements[name] && form.elements[name].value !== value && value);
  missing.forEach(([name, value]) => {
    if (form.elements[name].type !== "checkbox" && form.elements[name].type !== "hidden") form.elements[name].value = value;
  });
  if (missing.length) document.querySelector("[data-restored]").hidden = false;
}

form.addEventListener("input", () => {
  changed();
  count();
});
form.addEventListener("focusin", (event) => {
  last = event.target.closest("[data-entry]") || last;
});
form.addEventListener("submit", () => {
  isChanged = false;
  forget();
});
window.addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});
document.querySelectorAll("[data-add]").forEach((link) => {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    addEntry(link.dataset.add);
    changed();
  });
});
document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && key === "s") {
    event.preventDefault();
    document.querySelector("[data-save]").click();
  } else if (event.altKey && event.code === "KeyQ" && quoteSelection()) {
    event.preventDefault();
  } else if (event.altKey && event.code === "KeyJ" && markSentence()) {
    event.preventDefault();
  } else if (event.altKey && event.code === "KeyC") {
    event.preventDefault();
    commentHere();
  } else if (event.altKey && event.code === "KeyP") {
    event.preventDefault();
    const shown = document.querySelector("[data-preview]");
    shown.open = !shown.open;
  }
});
document.querySelectorAll("[data-script]").forEach((hint) => {
  hint.hidden = false;
});
count();
document.addEventListener("submit", (event) => {
  // What is said beside the form loads the page anew: the form is saved first.
  if (!event.target.matches("[data-say]") || !isChanged || !("autosave" in form.dataset)) return;
  event.preventDefault();
  const button = event.submitter;
  save().then(() => {
    isChanged = false;
    event.target.requestSubmit(button);
  });
});
restore();
look();
