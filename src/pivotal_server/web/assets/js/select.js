// Boxes that select rows: Shift+click takes a range, the box with data-select-all takes all of that name.
let last;

const boxes = (name) => [...document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`)];

function say(name) {
  const all = boxes(name);
  const ticked = all.filter((box) => box.checked).length;
  const label = document.querySelector("[data-selected]");
  if (label) label.textContent = `${ticked} selected`;
  const everything = document.querySelector("[data-select-everything]");
  if (label && everything?.checked) {
    const spared = all.length - ticked;
    label.textContent = spared ? `All but ${spared} selected` : "All selected";
  }
  const head = document.querySelector("[data-select-all]");
  if (!head) return;
  head.checked = ticked > 0 && ticked === all.length;
  head.indeterminate = ticked > 0 && ticked < all.length;
}

const chosen = () => document.querySelector("[data-select-all]")?.dataset.selectAll;

document.addEventListener("click", (event) => {
  const everything = event.target.closest("[data-select-everything]");
  if (everything) {
    // All that match are those shown too; whoever unticks one of them means all but that one.
    const name = everything.dataset.selectEverything;
    boxes(name).forEach((box) => {
      box.checked = everything.checked;
    });
    say(name);
    return;
  }
  const all = event.target.closest("[data-select-all]");
  if (all) {
    boxes(all.dataset.selectAll).forEach((box) => {
      box.checked = all.checked;
    });
    say(all.dataset.selectAll);
    return;
  }
  const box = event.target;
  const name = chosen();
  if (!name || !box.matches?.(`input[type=checkbox][name="${name}"]`)) return;
  if (event.shiftKey && last?.isConnected) {
    const row = boxes(name);
    const [from, to] = [row.indexOf(last), row.indexOf(box)].sort((one, other) => one - other);
    row.slice(from, to + 1).forEach((one) => {
      one.checked = box.checked;
    });
  }
  last = box;
  say(name);
});

// X ticks the row or card that has focus, Shift+X takes the range to it.
document.addEventListener("keydown", (event) => {
  const row = event.target;
  if (event.key.toLowerCase() !== "x" || event.metaKey || event.ctrlKey || event.altKey) return;
  if (!(row instanceof Element) || !row.matches("[data-row], [data-card]")) return;
  const name = chosen();
  const box = name && row.querySelector(`input[type=checkbox][name="${CSS.escape(name)}"]`);
  if (!box) return;
  event.preventDefault();
  box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: event.shiftKey }));
});

// A selection that is cleared, and one that the browser has kept over Back, is told as well.
document.addEventListener("reset", (event) => {
  if (event.target.querySelector("[data-select-all]")) setTimeout(() => say(chosen()));
});
addEventListener("pageshow", () => {
  const name = chosen();
  if (name && boxes(name).some((box) => box.checked)) say(name);
});

// Of "all that match" those shown and unticked are left out.
document.addEventListener("formdata", (event) => {
  const everything = event.target.querySelector("[data-select-everything]");
  if (!everything?.checked) return;
  const name = everything.dataset.selectEverything;
  event.formData.delete(name);
  boxes(name)
    .filter((box) => !box.checked)
    .forEach((box) => event.formData.append("without", box.value));
});
