// Loaded before the first paint: "auto" becomes the theme the device asks for, and follows it.
// The admin's page frame is Django's, so there the choice stands in a meta tag.
(() => {
  const root = document.documentElement;
  const chosen = document.querySelector('meta[name="theme"]')?.content ?? root.dataset.theme ?? "auto";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const theme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    root.setAttribute("data-bs-theme", theme);
  };
  dark.addEventListener("change", apply);
  root.dataset.theme = chosen;
  apply();
})();
