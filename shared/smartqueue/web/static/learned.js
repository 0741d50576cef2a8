import { attempt, get, make, path, post, say, show } from "./site.js";
import { history } from "./plots.js";

const find = (place) => document.querySelector(place);
const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const when = (seconds) => moment.format(new Date(1000 * seconds));
const entries = (count) => `${count} ${count === 1 ? "answer or skip" : "answers and skips"}`;

// What counts

// As far from the middle as a factor says: 8 times, or an eighth, is all the way.
function weight({ name, weight, words }) {
  const far = Math.max(-1, Math.min(1, Math.log2(Math.max(weight, 1e-6)) / 3));
  const bar = make("span", { class: far < 0 ? "bar less" : "bar more", "aria-hidden": "true" }, make("span"));
  bar.firstChild.style.setProperty("--far", Math.abs(far));
  return make("li", { "data-group": name }, make("span", { class: "words" }, words), bar);
}

const feature = ({ name, group, is, weight }) =>
  make(
    "li",
    {},
    make("b", {}, name),
    ` ${weight.toFixed(2)} times`,
    make("br"),
    make("span", { class: "quiet" }, `${group}: ${is}`),
  );

function showWeights(found) {
  find("#verdict").textContent = found.verdict;
  if (!found.metrics.length) find("#verdict").append(" ", make("a", { href: path("survey") }, "To the survey"));
  find("#new").hidden = !found.new;
  const waiting = found.new === 1 ? "One new answer or skip" : `${found.new} new answers and skips`;
  find("#new").textContent =
    `${waiting} since the last learning. Mopidy learns by itself when there are enough; “beet learnmetric” does so now.`;
  find("#weights").hidden = find("#features").hidden = !found.groups.length;
  show("#weights", ...found.groups.map(weight));
  show("#heavier", ...found.heavier.map(feature));
  show("#lighter", ...found.lighter.map(feature));
}

// Metrics

// In what a metric was right or not; what earlier versions judged by says little, and is not shown.
const judges = { survey: "of your answers", skip: "of your skips", library: "of albums and artists" };

function metric(one, { in_use: inUse, chosen }) {
  const used = one.id === inUse;
  const name = one.id === null ? "No learning" : `Metric ${one.id}`;
  const about =
    one.id === null
      ? "everything counts alike"
      : // What earlier versions counted had albums in it.
        `${one.learner}${one.judged_by && `, from ${entries(one.triplets)}`}, ${when(one.created)}`;
  const judged = one.accuracy !== null && one.judged_by in judges;
  const gain = judged ? 100 * (one.accuracy - one.plain_accuracy) : null;
  const more = gain === null ? "–" : `${gain < 0 ? "−" : "+"}${Math.abs(gain).toFixed(1)}`;
  const doubt = gain === null || one.uncertainty === null ? "" : ` ± ${(100 * one.uncertainty).toFixed(1)}`;
  const choose = () =>
    attempt(async () => {
      await post("api/metric", { id: one.id });
      await showMetrics();
      say(`${name} is in use, and stays so until you choose otherwise.`);
      find("#metrics .used").focus();
    });
  const use = used
    ? make("span", { class: "used", tabindex: "-1" }, chosen ? "In use, your choice" : "In use")
    : one.usable
      ? make("button", { type: "button", "aria-label": `Use ${name}`, onclick: choose }, "Use this one")
      : make("span", { class: "quiet" }, "of an older analysis");
  return make(
    "tr",
    { "data-metric": one.id ?? "plain", class: used ? "used-row" : null },
    make("th", { scope: "row" }, name, make("br"), make("span", { class: "quiet" }, about)),
    make("td", { class: "number" }, judged ? `${percent(one.accuracy)} ${judges[one.judged_by]}` : "–"),
    make("td", { class: "number" }, more + doubt),
    make("td", {}, use),
  );
}

async function showMetrics() {
  const found = await get("api/metrics");
  showWeights(found);
  const learned = found.metrics.filter((one) => one.learner !== "plain");
  const plain = { id: null, usable: true, accuracy: null };
  find("#metrics").hidden = !learned.length;
  find("#automatic").hidden = !found.chosen;
  show("#metric-rows", ...[...learned, plain].map((one) => metric(one, found)));
}

find("#automatic").addEventListener("click", () =>
  attempt(async () => {
    await post("api/metric", { id: "auto" });
    await showMetrics();
    say("Smartqueue uses what predicts you best.");
    find("#metrics .used").focus();
  }),
);

async function showHistory() {
  const found = await get("api/history");
  if (!found.days.length) return;
  find("#over-time").hidden = false;
  show("#history", history(found));
}

// Triplets

const sources = { survey: "Survey", skip: "Skip", library: "Albums and artists" };
const choices = {
  own: [["source", "survey"], ["source", "skip"]],
  survey: [["source", "survey"]],
  skip: [["source", "skip"]],
  library: [["source", "library"]],
  forgotten: [["forgotten", "1"]],
};
const empty = {
  own: "Nothing yet: skip what does not fit, or answer ten questions in the survey.",
  survey: "No answers yet: the survey asks which of three songs is the odd one out.",
  skip: "No skips yet. A skip teaches when you hear a track before it, and one after it.",
  library: "Nothing yet: “beet learnmetric” draws these from your albums and artists.",
  forgotten: "Nothing is forgotten.",
};
let oldest = null;

function showCounts(counts) {
  const all = { ...counts, own: counts.survey + counts.skip };
  for (const option of find("#kind").options) {
    option.dataset.name ??= option.textContent;
    option.textContent = `${option.dataset.name} (${all[option.value]})`;
  }
}

// The sentence, with a track's name in place of its role.
const sentence = ({ story, tracks }) =>
  story.split(/\{(\w+)\}/).map((part, place) =>
    place % 2 ? make("b", { class: part === "odd" ? "odd" : null }, tracks[part].name) : part,
  );

function triplet(one, isForgotten) {
  let forgotten = isForgotten;
  const id = `story-${one.id}`;
  const button = make("button", { type: "button", "aria-describedby": id });
  const item = make(
    "li",
    { id: `triplet-${one.id}`, class: "card", "data-source": one.source },
    make(
      "div",
      {},
      make("p", { id }, ...sentence(one), "."),
      make("p", { class: "quiet" }, `${sources[one.source]}, ${when(one.created)}`),
    ),
    button,
  );
  const mark = () => {
    item.classList.toggle("forgotten", forgotten);
    button.textContent = forgotten ? "Undo" : "Forget";
  };
  button.addEventListener("click", () =>
    attempt(async () => {
      const found = await post(forgotten ? "api/remember" : "api/forget", { id: one.id });
      forgotten = found.forgotten;
      mark();
      showCounts(found.counts);
      say(forgotten ? "Forgotten. Not used from the next learning on." : "It counts again.");
    }),
  );
  mark();
  return item;
}

async function showTriplets({ more = false } = {}) {
  const kind = find("#kind").value;
  const asked = [...choices[kind], ...(more ? [["before", oldest]] : [])];
  const found = await get("api/triplets", asked);
  // Another kind may have been chosen meanwhile.
  if (kind !== find("#kind").value) return;
  const items = found.triplets.map((one) => triplet(one, kind === "forgotten"));
  if (more) find("#triplets").append(...items);
  else show("#triplets", ...items);
  oldest = found.triplets.at(-1)?.id ?? oldest;
  showCounts(found.counts);
  find("#more").hidden = !found.more;
  find("#none").hidden = find("#triplets").children.length > 0;
  find("#none").textContent = empty[kind];
  if (more) items[0]?.querySelector("button").focus();
}

find("#kind").addEventListener("change", () => attempt(() => showTriplets()));
find("#more").addEventListener("click", () => attempt(() => showTriplets({ more: true })));
attempt(() => Promise.all([showMetrics(), showHistory(), showTriplets()]));
