// Times: the server writes them for the workspace's zone; here they turn to the reader's zone
// and relative ones stay true while the page is open. The wording is that of web/formats.py.
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function date(moment) {
  const year = moment.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return moment.toLocaleDateString("en-US", { month: "short", day: "numeric", year });
}

function ago(moment, tail) {
  const seconds = Math.floor((Date.now() - moment.getTime()) / 1000);
  if (seconds < MINUTE) return tail ? "Just now" : "Now";
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min${tail}`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h${tail}`;
  if (seconds < 7 * DAY) return `${Math.floor(seconds / DAY)} d${tail}`;
  return date(moment);
}

const WRITERS = {
  ago: (moment) => ago(moment, " ago"),
  short: (moment) => ago(moment, ""),
  date: (moment) => moment.toLocaleDateString("en-US", { month: "short", day: "numeric", year: "numeric" }),
};

export function refreshTimes(root = document) {
  root.querySelectorAll("time[data-time]").forEach((node) => {
    const text = WRITERS[node.dataset.time]?.(new Date(node.dateTime));
    if (text && node.textContent !== text) node.textContent = text;
  });
}

refreshTimes();
setInterval(() => {
  if (!document.hidden) refreshTimes();
}, 30_000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refreshTimes();
});
document.addEventListener("htmx:load", (event) => refreshTimes(event.target));
document.addEventListener("pivotal:content", (event) => refreshTimes(event.target));
