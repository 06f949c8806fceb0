// Follows the system's theme while the page is open, for members who chose "System".
const root = document.documentElement;

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (change) => {
  if (root.dataset.theme === "system") root.classList.toggle("dark", change.matches);
});
