// Times: the server writes them for the workspace's zone; here they turn to the reader's zone
// and relative ones stay true while the page is open. The wording is that of web/formats.py.
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const LOCALES = { dmy: "en-GB", mdy: "en-US" };

function day(moment, withYear) {
  const format = document.body.dataset.dates;
  if (format === "iso") {
    const two = (figure) => String(figure).padStart(2, "0");
    return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  }
  const year = withYear ? "numeric" : undefined;
  return moment.toLocaleDateString(LOCALES[format] ?? "en-US", { month: "short", day: "numeric", year });
}

const date = (moment) => day(moment, moment.getFullYear() !== new Date().getFullYear());

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
  date: (moment) => day(moment, true),
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
