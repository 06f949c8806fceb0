// Runs before the first paint, so that neither the theme nor a folded sidebar flickers.
// The server writes class="dark" itself when the member chose a theme; "system" is known only here.
const root = document.documentElement;
root.classList.add("js");
if (root.dataset.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches) root.classList.add("dark");
try {
  if (localStorage.getItem("fold") === "yes") root.dataset.fold = "";
} catch {
  // Storage may be forbidden; then the sidebar starts unfolded.
}
