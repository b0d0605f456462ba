// What a text says, by keyboard: n and p walk the suggestions and mark each one's sentence in the text, y accepts, x
// rejects, c corrects. Answers are sent in the background and the next suggestion is at hand at once. Without this file
// every act is a form that comes back to the item.
"use strict";

const terms = Array.from(document.querySelectorAll("[data-term]"));
const texts = Array.from(document.querySelectorAll(".queue-reading-title, .queue-text p"));
let at = -1;

function rangeOf(element, start, end) {
  const range = document.createRange();
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let passed = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.data.length;
    if (start >= passed && start <= passed + length) range.setStart(node, start - passed);
    if (end <= passed + length) {
      range.setEnd(node, end - passed);
      return range;
    }
    passed += length;
  }
  return null;
}

function mark(quote) {
  if (!CSS.highlights || !quote) return;
  CSS.highlights.delete("term");
  for (const element of texts) {
    const start = element.textContent.indexOf(quote);
    const range = start >= 0 ? rangeOf(element, start, start + quote.length) : null;
    if (range) {
      CSS.highlights.set("term", new Highlight(range));
      range.startContainer.parentElement.scrollIntoView({ block: "nearest" });
      return;
    }
  }
}

function go(to) {
  const open = terms.filter((row) => !row.dataset.answered);
  if (!open.length) return false;
  const row = to instanceof Element ? to : open[(open.indexOf(terms[at]) + to + open.length) % open.length];
  terms.forEach((each) => each.removeAttribute("data-current"));
  at = terms.indexOf(row);
  row.setAttribute("data-current", "");
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  mark(row.dataset.quote);
  return true;
}

async function send(form, act) {
  const row = form.closest("[data-term]");
  const body = new FormData(form);
  body.set("act", act);
  row.removeAttribute("data-problem");
  row.dataset.answered = act;
  const answer = row.querySelector(".terms-answer");
  const open = terms.filter((each) => !each.dataset.answered);
  const following = open.find((each) => terms.indexOf(each) > terms.indexOf(row)) || open[0];
  if (following) go(following);
  try {
    const reply = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await reply.json();
    answer.textContent = said.verdict || said.problem;
    if (said.problem) throw new Error(said.problem);
  } catch (error) {
    delete row.dataset.answered;
    row.setAttribute("data-problem", "");
    answer.textContent = answer.textContent || String(error.message);
    go(row);
  }
}

document.querySelectorAll(".terms-form").forEach((form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter ? event.submitter.value : "correct");
  });
});
terms.forEach((row) => row.addEventListener("click", (event) => {
  if (!event.target.closest("button, summary, input, select")) go(row);
}));

function pressTerm(key) {
  if (key === "n") return go(1);
  if (key === "p") return go(-1);
  if (key === "g") {
    const details = document.querySelector("[data-open=g]");
    if (details) {
      details.open = true;
      details.querySelector("select, input:not([type=hidden])").focus();
    }
    return Boolean(details);
  }
  const row = at >= 0 && !terms[at].dataset.answered ? terms[at] : null;
  if (!row || !"yxc".includes(key)) return false;
  if (key === "c") {
    const details = row.querySelector("details");
    if (!details) return false;
    details.open = true;
    const field = details.querySelector("[name=best]") || details.querySelector("[name=term]");
    field.focus();
    field.select();
  } else {
    const form = row.querySelector(".terms-form");
    if (form) send(form, key === "y" ? "accept" : "reject");
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (pressTerm(event.key)) event.preventDefault();
});
