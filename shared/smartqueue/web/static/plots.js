// Plots as SVG, each with a table that tells the same: figure.append(heatMap(await get("api/genres"))), history likewise.

import { make } from "./site.js";

const narrow = () => matchMedia("(max-width: 40rem)").matches;
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const picture = (width, height, title, ...parts) =>
  svg(
    "svg",
    { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title },
    svg("title", {}, title),
    ...parts,
  );

// An even number that is easy to read, and not below the given one.
function round(number) {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(number, 1))));
  return [1, 2, 4, 6, 10].map((one) => one * power).find((one) => one >= Math.max(number, 2));
}

const label = (x, y, words, attributes = {}) => svg("text", { x, y, ...attributes }, words);
const shorter = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

function table(title, heads, rows) {
  return make(
    "details",
    {},
    make("summary", {}, "As a table"),
    make(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      make(
        "table",
        {},
        make("caption", { class: "unseen" }, title),
        make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
        make(
          "tbody",
          {},
          ...rows.map(([head, ...cells]) =>
            make("tr", {}, make("th", { scope: "row" }, head), ...cells.map((cell) => make("td", { class: "number" }, cell))),
          ),
        ),
      ),
    ),
  );
}

function both(plot, ...others) {
  const parts = document.createDocumentFragment();
  parts.append(plot, ...others);
  return parts;
}

// Distances inside and between genres, {genres: [{name, tracks}], distances: [[…]]}: the nearer, the stronger.
export function heatMap({ genres, distances }) {
  if (genres.length < 2) return both(make("p", { class: "quiet" }, "This needs two genres with two tracks each: see beets' lastgenre."));
  const small = narrow();
  const width = small ? 300 : 640;
  const letters = small ? 10 : 17;
  const [left, top, right] = small ? [86, 76, 30] : [136, 116, 50];
  const cell = Math.min((width - left - right) / genres.length, 60);
  const height = top + cell * genres.length + 24;
  const flat = distances.flat();
  const [least, most] = [Math.min(...flat), Math.max(...flat)];
  const nearness = (distance) => (most > least ? (most - distance) / (most - least) : 1);
  const parts = [];
  genres.forEach(({ name }, row) => {
    const middle = (row + 0.5) * cell;
    parts.push(label(left - 6, top + middle + 4, shorter(name, letters), { "text-anchor": "end" }));
    const [x, y] = [left + middle + 3, top - 6];
    parts.push(label(x, y, shorter(name, letters), { transform: `rotate(-60 ${x} ${y})` }));
    genres.forEach((other, column) => {
      const distance = distances[row][column];
      const words = row === column ? `inside ${name}` : `${name} to ${other.name}`;
      const place = { x: left + column * cell, y: top + row * cell, width: cell, height: cell, class: "cell" };
      const square = svg("rect", place, svg("title", {}, `${words}: ${distance.toFixed(2)}`));
      square.style.setProperty("--near", nearness(distance));
      parts.push(square);
      if (cell >= 32) {
        const at = [left + (column + 0.5) * cell, top + middle + 4];
        parts.push(label(...at, distance.toFixed(2), { "text-anchor": "middle", "pointer-events": "none" }));
      }
    });
  });
  parts.push(label(left, height - 4, `strong: near (${least.toFixed(2)}), pale: far (${most.toFixed(2)})`, { class: "quiet" }));
  const title = "Distances inside and between genres";
  return both(
    picture(width, height, `${title}; the table below tells them`, ...parts),
    table(
      title,
      ["Genre", "Tracks", ...genres.map(({ name }) => name)],
      genres.map(({ name, tracks }, row) => [name, tracks, ...distances[row].map((one) => one.toFixed(2))]),
    ),
  );
}

// What was said until the end of each day, and how well each lesson did:
// {days: ["2026-11-21", …], said: {survey: […], skip: […]}, lessons: [{created, accuracy, plain_accuracy}]}.
export function history({ days, said, lessons }) {
  if (!days.length) return both(make("p", { class: "quiet" }, "Nothing said yet: skip what does not fit, or answer ten questions."));
  const width = narrow() ? 300 : 640;
  const [left, right] = [44, width - 12];
  const starts = days.map((one) => new Date(`${one}T00:00`).getTime());
  const ends = starts.map((start) => start + 86_400_000);
  const from = Math.min(starts[0], ...lessons.map(({ created }) => 1000 * created));
  const to = Math.max(ends.at(-1), ...lessons.map(({ created }) => 1000 * created));
  const x = (moment) => left + ((moment - from) / (to - from)) * (right - left);
  const parts = [];

  // A panel from y to y + 130, for values from `low` to `high`.
  const panel = (top, words, low, high, shown) => {
    const y = (value) => top + 130 - ((value - low) / (high - low)) * 110;
    parts.push(label(0, top + 6, words));
    for (const value of [low, (low + high) / 2, high]) {
      parts.push(svg("line", { class: "axis", x1: left, x2: right, y1: y(value), y2: y(value) }));
      parts.push(label(left - 6, y(value) + 4, shown(value), { class: "quiet", "text-anchor": "end" }));
    }
    return y;
  };
  const key = (place, top, mark, words) => parts.push(mark(place, top - 4), label(place + 30, top, words));

  const total = Math.max(...Object.values(said).map((counts) => counts.at(-1)));
  const y = panel(10, "Said so far", 0, round(total), String);
  const names = { survey: "answers", skip: "skips" };
  Object.entries(said).forEach(([source, counts], place) => {
    let before = 0;
    const points = counts.flatMap((count, row) => {
      const step = [`${x(starts[row])},${y(before)}`, `${x(ends[row])},${y(count)}`];
      before = count;
      return step;
    });
    points.push(`${right},${y(before)}`);
    parts.push(svg("polyline", { class: `line ${source}`, points: points.join(" ") }));
    const mark = (at, top) => svg("line", { class: `line ${source}`, x1: at, x2: at + 24, y1: top, y2: top });
    key(left + place * 120, 162, mark, names[source]);
  });

  let bottom = 170;
  if (lessons.length) {
    const shares = lessons.flatMap((lesson) => [lesson.accuracy, lesson.plain_accuracy]);
    const low = Math.floor(10 * Math.min(1 / 3, ...shares)) / 10;
    const high = Math.ceil(10 * Math.max(...shares)) / 10;
    const height = panel(190, "Right, in unseen answers", low, high, (share) => `${Math.round(100 * share)} %`);
    for (const { created, accuracy, plain_accuracy: plain } of lessons) {
      const at = x(1000 * created);
      const words = (name, share) => svg("title", {}, `${name}: ${(100 * share).toFixed(1)} %`);
      parts.push(svg("rect", { class: "unlearned", x: at - 4, y: height(plain) - 4, width: 8, height: 8 }, words("plain", plain)));
      parts.push(svg("circle", { class: "learned", cx: at, cy: height(accuracy), r: 4 }, words("learned", accuracy)));
    }
    key(left, 342, (at, top) => svg("circle", { class: "learned", cx: at + 12, cy: top, r: 4 }), "learned");
    key(left + 120, 342, (at, top) => svg("rect", { class: "unlearned", x: at + 8, y: top - 4, width: 8, height: 8 }), "plain");
    bottom = 350;
  }
  parts.push(label(left, bottom + 16, day.format(from), { class: "quiet" }));
  parts.push(label(right, bottom + 16, day.format(to - 1), { class: "quiet", "text-anchor": "end" }));

  const title = "Answers and skips over time, and how well each lesson did";
  const rows = [
    ...days.map((one, row) => [starts[row], day.format(starts[row]), said.survey[row], said.skip[row], "", ""]),
    ...lessons.map(({ created, accuracy, plain_accuracy: plain }) => {
      const shares = [accuracy, plain].map((share) => `${(100 * share).toFixed(1)} %`);
      return [1000 * created, `${day.format(1000 * created)}, lesson`, "", "", ...shares];
    }),
  ].sort(([one], [other]) => one - other);
  return both(
    picture(width, bottom + 22, `${title}; the table below tells them`, ...parts),
    table(
      title,
      ["Day", "Answers so far", "Skips so far", "Learned right", "Plain right"],
      rows.map(([, ...cells]) => cells),
    ),
  );
}
