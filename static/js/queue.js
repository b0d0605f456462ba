// The queue and the library by keyboard: j and k walk the rows, a letter presses its button or enters its field. Without
// this file every act still works.
"use strict";

const rows = Array.from(document.querySelectorAll("[data-row]"));
const current = rows.findIndex((row) => row.getAttribute("aria-current"));

const form = document.querySelector("[data-decide]");
if (form) {
  const following = rows[current + 1] || rows[current - 1];
  const item = following ? new URL(following.href).searchParams.get("item") : "";
  form.querySelector("[name=next]").value = item;
}

function press(key) {
  if (key === "j" || key === "k") {
    const row = rows[current + (key === "j" ? 1 : -1)];
    if (row) row.click();
    return Boolean(row);
  }
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (target) {
    target.click();
    return true;
  }
  const field = document.querySelector(`[data-focus="${CSS.escape(key)}"]`);
  if (field) field.focus();
  return Boolean(field);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  if (event.key === "Enter" && event.target.closest("a, button, summary, label")) return;
  if (press(event.key)) event.preventDefault();
});

if (current >= 0) rows[current].scrollIntoView({ block: "nearest" });
