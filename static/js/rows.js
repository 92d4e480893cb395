// A list worked from the keyboard: j and k move, x selects, Enter opens (the link has the focus), → goes to the customer.
// Ticked rows show the bulk bar; the row shown in the panel is marked.

const FOLLOWING = 20;
const rows = () => [...document.querySelectorAll("[data-row]")];
const link = (row) => row.querySelector("[data-row-link]");
const typing = (target) => ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName) && target.type !== "checkbox";

function current(list) {
  const focused = list.findIndex((row) => row.contains(document.activeElement));
  return focused >= 0 ? focused : list.findIndex((row) => row.classList.contains("is-open"));
}

function move(step) {
  const list = rows();
  if (!list.length) return;
  const row = list[Math.min(Math.max(current(list) + step, 0), list.length - 1)];
  link(row)?.focus();
  row.scrollIntoView({ block: "nearest" });
}

function act(key) {
  const list = rows();
  const row = list[current(list)];
  if (!row) return;
  if (key === "x") row.querySelector("[data-select]")?.click();
  if (key === "ArrowRight" && row.dataset.page) window.location.assign(row.dataset.page);
}

function markSelection() {
  const boxes = [...document.querySelectorAll("[data-select]")];
  const ticked = boxes.filter((box) => box.checked);
  boxes.forEach((box) => box.closest("[data-row]").setAttribute("aria-selected", String(box.checked)));
  document.querySelectorAll("[data-when-selected]").forEach((element) => { element.hidden = ticked.length === 0; });
  document.querySelectorAll("[data-selected-count]").forEach((element) => { element.textContent = String(ticked.length); });
  const all = document.querySelector("[data-select-all]");
  if (!all) return;
  all.checked = boxes.length > 0 && ticked.length === boxes.length;
  all.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
}

function markOpen() {
  const shown = document.querySelector("[data-panel-of]")?.dataset.panelOf;
  rows().forEach((row) => row.classList.toggle("is-open", row.dataset.row === shown));
  document.querySelector("[data-worklist]")?.classList.toggle("has-panel", Boolean(shown));
}

function closePanel() {
  const panel = document.querySelector("#panel");
  if (!panel?.firstElementChild) return;
  const was = document.querySelector("[data-row].is-open");
  panel.replaceChildren();
  markOpen();
  if (was) link(was)?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
  if (event.key === "x" || event.key === "ArrowRight") act(event.key);
  if (event.key === "Escape") closePanel();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-panel]")) return closePanel();
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, input, label, select, form")) link(row)?.click();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-all]")) {
    document.querySelectorAll("[data-select]").forEach((box) => { box.checked = event.target.checked; });
  }
  if (event.target.matches("[data-select], [data-select-all]")) markSelection();
});

function follow(form) {
  const list = rows();
  const open = list.findIndex((row) => row.dataset.row === form.closest("[data-panel-of]")?.dataset.panelOf);
  // Several: what is said of one may take the next ones of the same customer out of the list.
  const then = [...list.slice(open + 1, open + 1 + FOLLOWING), list[open - 1]].filter(Boolean);
  form.elements.next.value = window.location.pathname + window.location.search;
  form.elements.then.value = open >= 0 ? then.map((row) => row.dataset.row).join(",") : "";
}

function carry(form) {
  document.querySelectorAll("[data-select]:checked").forEach((box) => {
    const copy = document.createElement("input");
    Object.assign(copy, { type: "hidden", name: "action", value: box.value });
    form.append(copy);
  });
}

// Before htmx reads the form.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-verb]")) follow(event.target);
  if (event.target.matches("[data-bulk-form]")) carry(event.target);
}, true);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-first]")) openNext();
});

function openNext() {
  const list = rows();
  const open = list.findIndex((row) => row.classList.contains("is-open"));
  const row = list[open + 1] ?? list[0];
  if (row) link(row).click();
}

function refresh() {
  markSelection();
  markOpen();
}

document.addEventListener("htmx:after:swap", refresh);
document.addEventListener("htmx:after:settle", refresh);
refresh();
