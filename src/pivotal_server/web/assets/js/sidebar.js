// The sidebar: [ folds it away and back (remembered on this device); on narrow screens it is a drawer.
const root = document.documentElement;
const narrow = matchMedia("(width < 48rem)");
const sidebar = () => document.getElementById("sidebar");
let opener = null;

function openDrawer(from) {
  opener = from;
  root.dataset.drawer = "";
  document.getElementById("main").inert = true;
  sidebar().querySelector("a, summary")?.focus();
}

function closeDrawer() {
  if (!("drawer" in root.dataset)) return;
  delete root.dataset.drawer;
  document.getElementById("main").inert = false;
  opener?.focus();
}

export function toggleSidebar(from) {
  if (!sidebar()) return;
  if (narrow.matches) {
    if ("drawer" in root.dataset) closeDrawer();
    else openDrawer(from);
    return;
  }
  root.toggleAttribute("data-fold");
  try {
    localStorage.setItem("fold", "fold" in root.dataset ? "yes" : "no");
  } catch {
    // Not remembered where storage is forbidden.
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggle-sidebar]");
  if (button) {
    event.preventDefault();
    toggleSidebar(button);
  } else if (event.target.closest("[data-close-sidebar]")) {
    closeDrawer();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) closeDrawer();
});

narrow.addEventListener("change", closeDrawer);
