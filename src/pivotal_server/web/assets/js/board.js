// The board: cards are dragged to another phase, or walked by arrow keys and moved by V. What a drop means is
// for the server to say: it moves the card at once, or answers with a question that is shown as a dialog.
import { announce } from "./dom.js";
import { postForm } from "./forms.js";

const board = () => document.querySelector("[data-board]");
const columns = () => [...document.querySelectorAll("[data-board] .column")];
/** The columns beside this one: those of its lane, or all where there are no lanes. */
const beside = (column) => {
  const lane = column.closest("[data-lane]");
  return columns().filter((other) => other.closest("[data-lane]") === lane);
};
const cardsOf = (column) => [...column.querySelectorAll("[data-card]")];

/** Whether a card may go from its column to another one of its lane; a skip needs more than a move. */
function mayGo(card, from, to) {
  const all = beside(from);
  if (!all.includes(to)) return false;
  const step = all.indexOf(to) - all.indexOf(from);
  return card.dataset.may === "skip" || (card.dataset.may === "move" && step <= 1);
}

// ── Dragging ──────────────────────────────────────────────────────────────────────────────────────
async function drop(card, from, to, place) {
  const result = await postForm(`/onboardings/${card.dataset.card}/advance`, { to: to.dataset.phase, seen: from.dataset.phase });
  if (result === "saved") {
    announce(`Moved to ${to.dataset.name}`);
    return;
  }
  // Until the question is answered the card stands where it was.
  from.querySelector("[data-cards]").insertBefore(card, place);
}

function watch(Sortable) {
  columns().forEach((column) => {
    const list = column.querySelector("[data-cards]");
    if (list.dataset.watched) return;
    list.dataset.watched = "";
    let place;
    Sortable.create(list, {
      group: { name: "board", put: (to, from, card) => mayGo(card, from.el.closest(".column"), to.el.closest(".column")) },
      draggable: "[data-card]",
      filter: '[data-may=""], input',
      preventOnFilter: false,
      sort: false,
      animation: 140,
      delay: 150,
      delayOnTouchOnly: true,
      forceFallback: true,
      fallbackOnBody: true,
      fallbackTolerance: 4,
      ghostClass: "sortable-ghost",
      fallbackClass: "sortable-drag",
      onStart({ item, from }) {
        place = item.nextElementSibling;
        document.documentElement.dataset.dragging = "";
        const home = from.closest(".column");
        columns().forEach((other) => {
          other.toggleAttribute("data-closed", other !== home && !mayGo(item, home, other));
        });
      },
      onMove({ to }) {
        columns().forEach((other) => other.classList.toggle("drop-target", other.contains(to)));
      },
      onEnd({ item, from, to }) {
        delete document.documentElement.dataset.dragging;
        columns().forEach((other) => {
          other.classList.remove("drop-target");
          other.removeAttribute("data-closed");
        });
        if (from !== to) drop(item, from.closest(".column"), to.closest(".column"), place);
        document.dispatchEvent(new CustomEvent("pivotal:dropped"));
      },
    });
  });
}

// ── Walking ───────────────────────────────────────────────────────────────────────────────────────
function settle() {
  const all = [...document.querySelectorAll("[data-board] [data-card]")];
  const current = all.find((card) => card.tabIndex === 0) ?? all[0];
  all.forEach((card) => {
    card.tabIndex = card === current ? 0 : -1;
    card.querySelector("a[data-opens]").tabIndex = -1;
  });
}

function focus(card) {
  document.querySelectorAll("[data-board] [data-card]").forEach((other) => {
    other.tabIndex = other === card ? 0 : -1;
  });
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** The nearest card of the same phase in the lanes below, or above. */
function inNextLane(column, down) {
  const same = columns().filter((other) => other.dataset.phase === column.dataset.phase && other.closest("details")?.open !== false);
  const rest = down ? same.slice(same.indexOf(column) + 1) : same.slice(0, same.indexOf(column)).reverse();
  return rest.map((other) => cardsOf(other).at(down ? 0 : -1)).find((card) => card);
}

function next(card, key) {
  const column = card.closest(".column");
  const own = cardsOf(column);
  const at = own.indexOf(card);
  if (key === "ArrowUp" || key === "ArrowDown") {
    const down = key === "ArrowDown";
    return own[at + (down ? 1 : -1)] ?? inNextLane(column, down);
  }
  const all = beside(column);
  const step = key === "ArrowRight" ? 1 : -1;
  for (let place = all.indexOf(column) + step; place >= 0 && place < all.length; place += step) {
    const there = cardsOf(all[place]);
    if (there.length) return there[Math.min(at, there.length - 1)];
  }
  return undefined;
}

document.addEventListener("keydown", (event) => {
  const card = event.target;
  if (!(card instanceof Element) || !card.matches("[data-board] [data-card]")) return;
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) {
    const there = next(card, event.key);
    if (there) focus(there);
  } else if (event.key === "Enter") {
    card.querySelector("a[data-opens]").click();
  } else if (event.key === "v") {
    const link = card.querySelector("a[data-moves]");
    if (link) link.click();
    else announce("You may not move this.");
  } else {
    return;
  }
  event.preventDefault();
});

if (board()) {
  settle();
  let library;
  const begin = async () => {
    library ??= (await import(board().dataset.sortable)).default;
    watch(library);
  };
  begin();
  document.addEventListener("pivotal:content", () => {
    settle();
    begin();
  });
}
