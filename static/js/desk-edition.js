// The editor: live word counts, adding entries, quoting what is selected, saving by key. Without this file every act
// still works; the lint counts the same words again when the edition is saved.
"use strict";

const form = document.querySelector("[data-desk]");
const texts = "textarea:not([name$='quote_exact']):not([name='waiver']):not([name='correction_note']), input.desk-line:not([name$='label_reason'])";

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

let isChanged = false;

function changed() {
  isChanged = true;
  document.querySelector("[data-unsaved]").hidden = false;
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
  }
});
document.querySelectorAll("[data-script]").forEach((hint) => {
  hint.hidden = false;
});
count();
