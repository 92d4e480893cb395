// The template editor: a click on a variable writes it where the cursor stood; a click on a problem goes to its place.

const field = (name) => document.querySelector(`#editor [name="${name}"]`);
let last = field("body");

document.addEventListener("focusin", (event) => {
  if (["subject", "body"].includes(event.target.name)) last = event.target;
});

function insert(text) {
  if (last.readOnly) return;
  last.focus();
  last.setRangeText(text, last.selectionStart, last.selectionEnd, "end");
  last.dispatchEvent(new Event("input", { bubbles: true }));
}

function go(where, line, column) {
  const target = field(where === "subject" ? "subject" : "body");
  const before = target.value.split("\n").slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const at = Math.min(before + column - 1, target.value.length);
  target.focus();
  target.setSelectionRange(at, Math.min(at + 1, target.value.length));
  const height = parseFloat(getComputedStyle(target).lineHeight) || 20;
  target.scrollTop = Math.max(0, (line - 4) * height);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert], [data-go]");
  if (!button) return;
  if (button.dataset.insert) insert(button.dataset.insert);
  else go(button.dataset.go, Number(button.dataset.line), Number(button.dataset.column));
});
