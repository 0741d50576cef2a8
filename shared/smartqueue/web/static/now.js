import { attempt, get, make, post, say, show, time } from "./site.js";

const at = (id) => document.getElementById(id);
const tell = (id, words) => {
  // Only where it differs, so that a screen reader says it once.
  if (at(id).textContent !== words) at(id).textContent = words;
};

// What the player said last, and when.
let now = null;
let since = 0;

// Why smartqueue chose a track

const ordinal = (number) => {
  const ending = { one: "st", two: "nd", few: "rd", other: "th" };
  return `${number}${ending[new Intl.PluralRules("en", { type: "ordinal" }).select(number)]}`;
};

function shares(groups) {
  const bar = (share) => {
    const element = make("span", { class: "bar", "aria-hidden": "true" });
    element.style.setProperty("--share", `${100 * Math.min(1, Math.max(0, share))}%`);
    return element;
  };
  return Object.entries(groups)
    .sort(([, one], [, other]) => other - one)
    .map(([group, share]) =>
      make("li", {}, make("span", {}, group), bar(share), make("span", {}, `${Math.round(100 * share)} %`)),
    );
}

function flow({ tempo, key, leaps }) {
  const found = [];
  const steps = Math.round(leaps.key ?? 0);
  if (tempo) {
    const doubled = Math.round(Math.log2(tempo[1] / tempo[0])) !== 0 && leaps.tempo <= 0.06;
    found.push(["Tempo", `${tempo[0]} → ${tempo[1]} beats a minute${doubled ? ", the same beat" : ""}`]);
  }
  if (key) {
    const apart = steps ? `${steps} ${steps === 1 ? "step" : "steps"} on the circle of fifths` : "these go together";
    found.push(["Key", `${key[0]} → ${key[1]}, ${apart}`]);
  }
  if ("energy" in leaps) {
    const change = leaps.energy < 0.2 ? "much the same" : leaps.energy < 0.5 ? "a little different" : "quite different";
    found.push(["Energy", change]);
  }
  return found.map(([name, words]) => make("div", {}, make("dt", {}, name), make("dd", {}, words)));
}

function reason({ own, why, context }) {
  if (!own || !why) return [];
  const { name, distance, place, groups = {}, relaxed } = context;
  const details = make("details", {}, make("summary", {}, "In detail"));
  if (name !== undefined) {
    const nearest = place > 0 && !relaxed ? `It is the ${ordinal(place)} nearest of all that your rules allow.` : "";
    details.append(
      make("p", {}, `Its distance from “${name}” is ${distance.toFixed(2)}; neighbours are about 1 apart. ${nearest}`),
    );
    if (relaxed) details.append(make("p", {}, `An exception: ${relaxed}.`));
    if (Object.keys(groups).length) {
      details.append(make("h4", {}, "What sets the two apart"), make("ul", { class: "shares" }, ...shares(groups)));
    }
    const follows = flow({ leaps: {}, ...context });
    if (follows.length) details.append(make("h4", {}, "How it follows"), make("dl", {}, ...follows));
  }
  return [make("p", { class: "why" }, `Chosen because it is ${why}.`), details];
}

// What plays

function cover(track) {
  if (track === null) return [];
  const image = make("img", { src: `cover/${track}`, alt: "", onerror: () => image.remove() });
  return [image];
}

const by = ({ artist, album }) => [artist, album].filter(Boolean).join(" · ");

// What is shown of the playing track, so that an opened reason and a loaded cover stay.
let shown = "";

function showPlaying() {
  const { playing, state } = now;
  const words = { playing: "Playing", paused: "Paused", stopped: "Stopped" };
  tell("state", playing ? words[state] : "Silence");
  tell("title", playing ? playing.title : "Nothing plays");
  const silence = "Play a track from any MPD client, and the music goes on from there.";
  tell("artist", playing ? by(playing) : silence);
  document.title = playing ? `${playing.title} · Smartqueue` : "Now · Smartqueue";
  at("progress").hidden = !playing?.length;
  at("more-like").hidden = !playing || playing.track === null;
  const { position, ...rest } = playing ?? { track: null };
  if (JSON.stringify(rest) === shown) return;
  shown = JSON.stringify(rest);
  show("#cover", ...cover(rest.track));
  show("#reason", ...reason(rest));
}

function showPosition() {
  const { playing, state } = now ?? {};
  if (!playing?.length) return;
  const passed = state === "playing" ? (performance.now() - since) / 1000 : 0;
  const position = Math.min(playing.length, playing.position + passed);
  at("position").max = playing.length;
  at("position").value = position;
  at("position").setAttribute("aria-valuetext", `${time(position)} of ${time(playing.length)}`);
  at("elapsed").textContent = time(position);
  at("length").textContent = time(playing.length);
}

// What comes

const items = new Map();

function item(track) {
  const { tlid, title, own } = track;
  const buttons = make("div", { class: "buttons" });
  const button = (kind, label, press) =>
    buttons.append(make("button", { type: "button", class: kind, "aria-label": `${label}: ${title}`, onclick: press }, label));
  if (own) button("not-this", "Not this", (event) => notThis(track, event.currentTarget));
  if (track.track !== null) button("more-like", "More like this", (event) => moreLike(track, event.currentTarget));
  const whose = own ? [] : [make("p", { class: "quiet" }, "You queued this.")];
  return make(
    "li",
    { class: `card track ${own ? "own" : "yours"}`, "data-tlid": tlid },
    make("div", { class: "cover" }, ...cover(track.track)),
    make("div", { class: "words" }, make("h3", {}, title), make("p", { class: "quiet" }, by(track)), ...whose, ...reason(track)),
    buttons,
  );
}

// Items that stay are not touched, so that focus and what was opened stay, too.
function showComing() {
  const list = at("coming");
  const kept = new Set();
  now.coming.forEach((track, place) => {
    const known = JSON.stringify(track);
    if (items.get(track.tlid)?.known !== known) {
      items.get(track.tlid)?.element.remove();
      items.set(track.tlid, { known, element: item(track) });
    }
    kept.add(track.tlid);
    const { element } = items.get(track.tlid);
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
  });
  for (const [tlid, { element }] of items) {
    if (kept.has(tlid)) continue;
    // Whoever was on it with the keyboard goes on from the heading.
    if (element.contains(document.activeElement)) at("comes").focus();
    element.remove();
    items.delete(tlid);
  }
  const nothing = () => {
    if (!now.playing) return "What comes shows here, once something plays.";
    return now.on ? "Nothing yet." : "Nothing: smartqueue is off.";
  };
  tell("empty", now.coming.length ? "" : nothing());
  tell("beyond", now.more ? `And ${now.more} more.` : "");
}

// What the listener wants

// Once at a time; the button stays what it is, because a disabled one would lose the focus.
const busy = async (button, work) => {
  if (button.hasAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  await attempt(work);
  button.removeAttribute("aria-busy");
};

const notThis = ({ tlid, title }, button) =>
  busy(button, async () => {
    await post("api/not-this", { tlid });
    say(`“${title}” is taken back, and does not come again this session.`);
  });

const moreLike = ({ tlid, title }, button) =>
  busy(button, async () => {
    await post("api/more-like", { tlid });
    say(`What smartqueue adds from here on is more like “${title}”.`);
  });

at("more-like").addEventListener("click", (event) => moreLike(now.playing, event.currentTarget));

at("on").addEventListener("change", async () => {
  const on = at("on").checked;
  const done = await attempt(() => post("api/switch", { on }));
  if (!done) at("on").checked = now?.on ?? on;
});

// Live

function told(found) {
  if (found.error) {
    tell("touch", found.error);
    return;
  }
  tell("touch", "");
  now = found;
  since = performance.now();
  at("on").disabled = false;
  at("on").checked = now.on;
  tell("rests", now.rests);
  showPlaying();
  showPosition();
  showComing();
}

let socket = null;
let wait = 1;

function connect() {
  const where = new URL("api/live", location.href);
  where.protocol = where.protocol.replace("http", "ws");
  socket = new WebSocket(where);
  socket.onmessage = ({ data }) => {
    wait = 1;
    told(JSON.parse(data));
  };
  socket.onclose = () => {
    tell("touch", "Mopidy does not answer. Trying again …");
    setTimeout(connect, 1000 * wait);
    wait = Math.min(2 * wait, 8);
  };
}

connect();
setInterval(showPosition, 250);
// A phone that slept may have missed something.
document.addEventListener("visibilitychange", async () => {
  if (!document.hidden && socket.readyState === WebSocket.OPEN) {
    const found = await attempt(() => get("api/now"));
    if (found) told(found);
  }
});
