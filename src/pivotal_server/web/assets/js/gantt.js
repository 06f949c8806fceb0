// The timeline of an onboarding: the end of a bar is dragged to another day, or onto a task, which then waits for
// it. The server moves nothing before it has asked which other dates follow. The same can be said in the table.
import { announce } from "./dom.js";
import { postForm } from "./forms.js";

const SVG = "http://www.w3.org/2000/svg";
let drag;

const shift = (day, days) => {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
};
const inWords = (day) =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString("en-US", { month: "short", day: "numeric", timeZone: "UTC" });

// A picture that is wider than its place begins with today in its middle.
document.querySelectorAll(".gantt-view").forEach((view) => {
  const today = view.querySelector('.rule[data-kind="today"]');
  if (!today) return;
  const { left, width } = view.getBoundingClientRect();
  view.scrollLeft += today.getBoundingClientRect().left - left - width / 2;
});

function begin(event) {
  const end = event.target.closest?.("[data-gantt] [data-end]");
  if (!end || event.button !== 0) return;
  event.preventDefault();
  const chart = end.closest("[data-gantt]");
  const group = end.closest("[data-bar]");
  const bar = group.querySelector(".stretch");
  const label = document.createElementNS(SVG, "text");
  label.setAttribute("class", "drag-day");
  chart.append(label);
  drag = {
    chart,
    group,
    bar,
    end,
    label,
    from: event.clientX,
    scale: chart.viewBox.baseVal.width / chart.getBoundingClientRect().width,
    unit: Number(chart.dataset.unit),
    width: bar.width.baseVal.value,
    at: end.x.baseVal.value,
    days: 0,
    onto: null,
  };
  document.documentElement.dataset.dragging = "";
  group.setAttribute("data-dragged", "");
}

/** The task under the pointer that the dragged one could become a condition of. */
function taskAt(event) {
  const there = document.elementsFromPoint(event.clientX, event.clientY).map((node) => node.closest("[data-bar]"));
  return there.find((group) => group && group !== drag.group) ?? null;
}

function draw() {
  const width = Math.max(drag.width + drag.days * drag.unit, 4);
  drag.bar.setAttribute("width", width);
  drag.end.setAttribute("x", drag.at + width - drag.width);
  drag.label.setAttribute("x", drag.bar.x.baseVal.value + width + 10);
  drag.label.setAttribute("y", drag.bar.y.baseVal.value + drag.bar.height.baseVal.value);
  drag.label.textContent = drag.onto ? "Unlocks this" : inWords(shift(drag.group.dataset.due, drag.days));
}

function move(event) {
  if (!drag) return;
  event.preventDefault();
  drag.days = Math.round(((event.clientX - drag.from) * drag.scale) / drag.unit);
  const onto = taskAt(event);
  drag.onto?.removeAttribute("data-drop");
  onto?.setAttribute("data-drop", "");
  drag.onto = onto;
  draw();
}

/** Ends the drag; the bar stands where it was until the server has said so. */
function finish() {
  const done = drag;
  drag = undefined;
  done.onto?.removeAttribute("data-drop");
  done.group.removeAttribute("data-dragged");
  done.bar.setAttribute("width", done.width);
  done.end.setAttribute("x", done.at);
  done.label.remove();
  delete document.documentElement.dataset.dragging;
  document.dispatchEvent(new CustomEvent("pivotal:dropped"));
  return done;
}

async function drop() {
  if (!drag) return;
  const { chart, group, days, onto } = finish();
  const tasks = `${chart.dataset.gantt}/tasks`;
  if (onto) {
    const result = await postForm(`${tasks}/${onto.dataset.bar}/depends`, { add: group.dataset.bar });
    if (result === "saved") announce("It waits for this task now");
  } else if (days) {
    const { due } = group.dataset;
    await postForm(`${tasks}/${group.dataset.bar}/due`, { due_date: shift(due, days), was: due });
  }
}

document.addEventListener("pointerdown", begin);
document.addEventListener("pointermove", move);
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", () => drag && finish());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !drag) return;
  event.preventDefault();
  finish();
});
