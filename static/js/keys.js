// The keyboard map: an element with data-shortcut="x" is focused (a field) or pressed (the rest) when x is typed.
// Lists add their own movements in rows.js.

const isTyping = (target) => target.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName) && target.type !== "checkbox";
const isShown = (element) => element.offsetParent !== null && !element.disabled;

function owner(key) {
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll(`[data-shortcut="${CSS.escape(key)}"]`)].find(isShown);
}

function focusFirst(element) {
  // A form that a key has just opened is filled without reaching for the mouse.
  if (element.tagName === "SUMMARY") element.closest("details")?.querySelector("select, textarea, button, input:not([type=hidden])")?.focus();
}

function use(element) {
  if (element.matches("input:not([type=checkbox]), textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
    focusFirst(element);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && isTyping(event.target)) return event.target.blur();
  if (isTyping(event.target)) return;
  const element = owner(event.key);
  if (!element) return;
  event.preventDefault();
  use(element);
});
