// The network is lost while a form is sent: a bar says so and sends it again on request.
let waiting = null;
const bar = () => document.getElementById("lost-bar");

function lost(event) {
  const form = event.detail.elt.closest("form");
  if (!form) return;
  waiting = form;
  bar().hidden = false;
}

document.addEventListener("htmx:sendError", lost);
document.addEventListener("htmx:timeout", lost);

document.addEventListener("htmx:beforeOnLoad", () => {
  waiting = null;
  bar().hidden = true;
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-send-again]") || !waiting) return;
  bar().hidden = true;
  if (waiting.isConnected) waiting.requestSubmit();
});
