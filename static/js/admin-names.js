// Select2 names its box by what is chosen in it: while nothing is, by nothing.
const name = () => {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const said = select.getAttribute("aria-label") ?? select.labels[0]?.textContent.replace(/[\s:]+$/, "").trim();
    const boxes = select.nextElementSibling?.querySelectorAll(".select2-selection, .select2-selection__rendered") ?? [];
    for (const box of boxes) box.setAttribute("aria-label", said ?? "");
  }
};

// After Select2 itself, which waits for its turn at jQuery too.
window.django?.jQuery?.(name);
document.addEventListener("formset:added", () => setTimeout(name));
