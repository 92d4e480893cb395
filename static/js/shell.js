// What every page has: drawers, closing messages, forms that submit when a choice changes or ask for more.

const OPENERS = "[data-toggle-open]";

function toggle(button) {
  const drawer = document.querySelector(button.dataset.toggleOpen);
  if (!drawer) return;
  const open = drawer.classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(open));
  if (open) drawer.querySelector("a, button, input, select")?.focus();
}

function closeDrawers() {
  const open = document.querySelectorAll(".is-open[data-drawer]");
  open.forEach((drawer) => drawer.classList.remove("is-open"));
  document.querySelectorAll(OPENERS).forEach((button) => button.setAttribute("aria-expanded", "false"));
  return open.length > 0;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest(OPENERS);
  if (opener) return toggle(opener);
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) return dismiss.closest(dismiss.dataset.dismiss)?.remove();
  const dialogOpener = event.target.closest("[data-open-dialog]");
  if (dialogOpener) return document.querySelector(dialogOpener.dataset.openDialog)?.showModal();
  if (event.target.closest("[data-close-dialog]")) return event.target.closest("dialog")?.close();
  const copier = event.target.closest("[data-copy]");
  if (copier) return navigator.clipboard?.writeText(document.querySelector(copier.dataset.copy)?.textContent ?? "");
  if (event.target.closest("[data-print]")) return window.print();
  if (event.target.closest("[data-back]")) return window.history.back();
  if (!event.target.closest("[data-drawer]")) closeDrawers();
});

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-autosubmit]")) event.target.form?.requestSubmit();
  for (const need of event.target.dataset.needs?.split(" ") ?? []) {
    const [name, when] = need.split("=");
    event.target.form.elements[name].required = event.target.value === when;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && closeDrawers()) event.stopPropagation();
});
