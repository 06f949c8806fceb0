// The session ended: a dialog above the page. The form below keeps its content.
import { showOnTop } from "./dom.js";

const dialog = () => document.getElementById("session-ended");

export function sessionEnded() {
  const node = dialog();
  if (node && !node.open) showOnTop(node);
}
