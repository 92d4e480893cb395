// A thin line while htmx waits for the server; messages of success fade by themselves; a fragment may fill its frame.

const FADE_AFTER = 6000;
let waiting = 0;

function count(step) {
  waiting = Math.max(0, waiting + step);
  document.body.classList.toggle("is-loading", waiting > 0);
}

function fade() {
  document.querySelectorAll("[data-fade]").forEach((notice) => {
    delete notice.dataset.fade;
    window.setTimeout(() => notice.remove(), FADE_AFTER);
  });
}

function fillFrames() {
  // What a frame shows depends on a form, too long for an address: a button of the form, pressed here, leads into it.
  document.querySelectorAll("[data-submit-now]").forEach((button) => {
    delete button.dataset.submitNow;
    button.form.requestSubmit(button);
  });
}

document.addEventListener("htmx:before:request", () => count(1));
document.addEventListener("htmx:finally:request", () => count(-1));
document.addEventListener("htmx:after:swap", fade);
document.addEventListener("htmx:after:swap", fillFrames);
fade();
