// The map: the library's tracks as points, what colours them, and tonight's path.

import { attempt, get, make, post, say, show } from "./site.js";
import { MapView } from "./map-view.js";
import { heatMap, history } from "./plots.js";
import { Sound } from "./sound.js";

const GROUPS = 8; // colours for the most frequent
const STEPS = 16; // shades of a scale
const PREVIEW = 0.4; // where in a track a preview begins
const FOUND = 8;
const AGAIN = { drawing: 1000, older: 5000, path: 10000 }; // milliseconds

const one = (selector) => document.querySelector(selector);
const atlas = one("#atlas");
const hasPlayer = atlas.dataset.player === "yes";
const view = new MapView(one("#map"));
const sound = new Sound();

let map = null;
let rows = new Map(); // by id
let titles = []; // "artist title" in lower case, for finding
let colouring = null; // { groups: the column, names } or a feature
let only = null; // the group that alone is coloured

const artist = (row) => map.artists[map.artist[row]] ?? "";
const name = (row) => (artist(row) ? `${artist(row)} – ${map.titles[row]}` : map.titles[row]);

// The map itself

async function load() {
  const found = await attempt(() => get("api/map", map ? { known: map.number } : {}));
  if (!found) {
    setTimeout(load, AGAIN.path);
    return;
  }
  one("#done").value = found.done;
  if (found.ids) draw(found);
  if (found.number === null) setTimeout(load, AGAIN.drawing);
  else if (!found.current) setTimeout(load, AGAIN.older);
}

function draw(found) {
  if (map) {
    // What was chosen and found has other rows now.
    show("#track");
    show("#found");
  }
  map = found;
  rows = new Map(map.ids.map((id, row) => [id, row]));
  titles = map.ids.map((_, row) => name(row).toLowerCase());
  one("#working").hidden = true;
  one("#nothing").hidden = map.ids.length > 0;
  atlas.hidden = map.ids.length === 0;
  const places = (column) => Float32Array.from(column, (value) => (value / 65535) * 2 - 1);
  view.set(places(map.x), places(map.y));
  const select = one("#colour");
  const before = select.value;
  select.replaceChildren(
    make("option", { value: "genre" }, "Genre"),
    make("option", { value: "artist" }, "Artist"),
    ...Object.entries(map.features).map(([feature, words]) => make("option", { value: `feature ${feature}` }, words)),
  );
  if (before) select.value = before;
  else if (!map.genres.length && map.artists.length) select.value = "artist";
  colour();
  walk();
}

// Colours

async function colour() {
  const [kind, ...rest] = one("#colour").value.split(" ");
  only = null;
  if (kind === "feature") {
    const found = await attempt(() => get("api/map/feature", { name: rest.join(" "), number: map.number }));
    if (!found) return;
    colouring = { feature: found };
  } else {
    colouring = { groups: map[kind], names: map[`${kind}s`], kind };
  }
  paint();
  legend();
}

function paint() {
  const style = getComputedStyle(document.documentElement);
  const hex = (variable) => style.getPropertyValue(variable).trim();
  const others = GROUPS;
  if (colouring.feature) {
    view.colours = [...scale([1, 2, 3].map((number) => hex(`--scale-${number}`))), hex("--others")];
    view.colour = Uint8Array.from(colouring.feature.values, (value) =>
      value < 0 ? STEPS : Math.min(STEPS - 1, Math.floor((value / 100) * STEPS)),
    );
  } else {
    view.colours = [...Array.from({ length: GROUPS }, (_, group) => hex(`--group-${group + 1}`)), hex("--others"), hex("--line")];
    const group = (row) => (row < 0 || row >= GROUPS ? others : row);
    view.colour = Uint8Array.from(colouring.groups, (row) => (only === null || group(row) === only ? group(row) : others + 1));
  }
  view.redraw();
}

// So many shades between three colours.
function scale(ends) {
  const parts = ends.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return Array.from({ length: STEPS }, (_, step) => {
    const place = (step / (STEPS - 1)) * 2;
    const from = Math.min(1, Math.floor(place));
    const mixed = parts[from].map((value, part) => Math.round(value + (parts[from + 1][part] - value) * (place - from)));
    return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  });
}

function legend() {
  const { feature, groups, names, kind } = colouring;
  show("#legend-title", feature ? feature.words : kind === "genre" ? "Genres" : "Artists");
  if (feature) {
    const told = (value) => value.toLocaleString("en", { maximumSignificantDigits: 3 });
    show(
      "#legend",
      make("div", { class: "scale", role: "img", "aria-label": "From little to much" }),
      make("div", { class: "ends" }, make("span", {}, told(feature.low)), make("span", {}, told(feature.high))),
      make("p", { class: "quiet" }, feature.unit),
    );
    return;
  }
  const counts = new Array(GROUPS + 1).fill(0);
  for (const row of groups) counts[row < 0 || row >= GROUPS ? GROUPS : row] += 1;
  const entries = [...names.slice(0, GROUPS), names.length > GROUPS ? "All others" : "Not known"];
  const list = entries.map((words, number) => [number === entries.length - 1 ? GROUPS : number, words]);
  show("#legend", make("ul", {}, ...list.filter(([group]) => counts[group]).map(([group, words]) => entry(group, words, counts[group]))));
}

// A group of the legend, which shows alone when it is pressed.
function entry(group, words, count) {
  const dot = make("span", { class: "dot" });
  dot.style.setProperty("--dot", `var(--${group === GROUPS ? "others" : `group-${group + 1}`})`);
  const press = (event) => {
    only = only === group ? null : group;
    for (const button of one("#legend").querySelectorAll("button")) button.setAttribute("aria-pressed", "false");
    event.currentTarget.setAttribute("aria-pressed", String(only === group));
    paint();
  };
  return make(
    "li",
    {},
    make("button", { type: "button", "aria-pressed": "false", onclick: press }, dot, make("span", {}, words), make("span", { class: "quiet" }, String(count))),
  );
}

// One track

function choose(row) {
  view.chosen = row;
  view.redraw();
  const play = make("button", { type: "button", id: "play", class: "main", onclick: () => playIt(row) }, "Play in Mopidy");
  const listen = make("button", { type: "button", id: "listen", class: hasPlayer ? null : "main", onclick: () => hear(row) }, "Listen");
  show(
    "#track",
    make("h2", {}, map.titles[row]),
    make("p", {}, artist(row) || null),
    make("p", { class: "quiet" }, map.genres[map.genre[row]] ?? null),
    make("div", { class: "does" }, hasPlayer ? play : null, listen),
  );
  sound.onchange();
}

async function playIt(row) {
  sound.stop();
  const done = await attempt(() => post("api/play", { track: map.ids[row] }));
  if (!done) return;
  say(`Mopidy plays ${name(row)}.`);
  await walk();
}

const hear = (row) => sound.toggle(map.ids[row], { at: PREVIEW });
const pick = (row) => (hasPlayer ? playIt(row) : hear(row));

sound.onchange = () => {
  const button = one("#listen");
  if (button) button.textContent = sound.playing && rows.get(sound.track) === view.chosen ? "Stop" : "Listen";
  if (sound.trouble) say(sound.trouble, { error: true });
};

view.onhover = (row) => {
  const tip = one("#tip");
  tip.hidden = row < 0;
  if (row < 0) return;
  tip.textContent = name(row);
  const [left, top] = view.place(row);
  const { clientWidth, clientHeight } = one("#frame");
  const x = Math.min(Math.max(0, left + 12), clientWidth - tip.offsetWidth - 4);
  const y = top + 12 + tip.offsetHeight > clientHeight ? top - 12 - tip.offsetHeight : top + 12;
  tip.style.setProperty("transform", `translate(${Math.max(0, x)}px, ${y}px)`);
};

// A finger cannot hover: it names a track first, and means it when it comes again.
view.onclick = (row, isTouch) => {
  const isNew = view.chosen !== row;
  choose(row);
  if (!isTouch || !isNew) pick(row);
};
view.onkeys = (row) => row >= 0 && choose(row);
view.onenter = pick;

// Finding

function find() {
  const words = one("#find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (let row = 0; words.length && row < titles.length && found.length < FOUND; row++) {
    if (words.every((word) => titles[row].includes(word))) found.push(row);
  }
  const go = (row) => {
    view.visit(row);
    choose(row);
    one("#frame").scrollIntoView({ block: "nearest" });
  };
  one("#found").hidden = !words.length;
  const shown = found.map((row) => make("li", {}, make("button", { type: "button", onclick: () => go(row) }, name(row))));
  if (!shown.length) shown.push(make("li", { class: "quiet" }, "No track has these words."));
  show("#found", ...shown);
  return found;
}

// Tonight

async function walk() {
  let found;
  try {
    found = await get("api/path");
  } catch {
    return; // it is asked again
  }
  const known = (ids) => ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
  const played = found.playing !== null && found.playing !== found.played.at(-1) ? [...found.played, found.playing] : found.played;
  view.path = known(played);
  view.ahead = known(found.queued);
  view.redraw();
  const tonight = one("#tonight");
  tonight.hidden = !view.path.length;
  tonight.querySelector("summary").textContent = `Tonight: ${view.path.length} ${view.path.length === 1 ? "track" : "tracks"}, the line on the map`;
  tonight.querySelector("ol").replaceChildren(...view.path.map((row) => make("li", {}, name(row))));
}

// Beside the map

async function plot(place, where, drawn, title) {
  const found = await attempt(() => get(where));
  if (found) show(place, make("h2", {}, title), drawn(found));
}

one("#colour").addEventListener("change", colour);
one("#closer").addEventListener("click", () => view.zoom(1.5));
one("#wider").addEventListener("click", () => view.zoom(1 / 1.5));
one("#whole").addEventListener("click", () => view.whole());
one("#find").addEventListener("input", find);
one("#find").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && find().length) one("#found button").click();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => colouring && paint());
setInterval(() => map && document.visibilityState === "visible" && walk(), AGAIN.path);

load();
plot("#genres", "api/genres", heatMap, "How far genres are apart");
plot("#history", "api/history", history, "What was said, and learned");
