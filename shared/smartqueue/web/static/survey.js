// The survey: three songs, of which one is the odd one out.

import { Failure, attempt, get, make, path, post, say, time } from "./site.js";
import { Sound } from "./sound.js";

const MIDDLE = 0.4; // where a song starts
const LEAP = 10; // seconds
const PATIENCE = 2000; // milliseconds until what is worked out beside is asked for again
const GLANCE = 3000; // milliseconds that a word of success stays

const find = (id) => document.getElementById(id);
const sound = new Sound();
let asked = null;
let isBusy = false;

class Song {
  #track = null;
  #held = false; // whether the slider is being moved
  #second = 0;

  constructor(number) {
    this.number = number;
    this.cover = make("div", { class: "cover", "aria-hidden": "true" });
    this.title = make("h2", { class: "title" });
    this.artist = make("p", { class: "artist" });
    this.album = make("p", { class: "album quiet" });
    this.play = make("button", { class: "play", type: "button", "aria-keyshortcuts": number, onclick: () => this.toggle() });
    this.slider = make("input", {
      class: "position",
      type: "range",
      min: 0,
      step: 1,
      oninput: () => {
        this.#held = true;
        this.#tell(Number(this.slider.value));
      },
      onchange: () => this.go(Number(this.slider.value)),
    });
    this.time = make("span", { class: "time" });
    this.trouble = make("p", { class: "trouble", role: "status" });
    this.named = make("span", { class: "unseen" });
    this.odd = make(
      "button",
      {
        class: "odd main",
        type: "button",
        "aria-keyshortcuts": `Shift+${number}`,
        // The second click of a double click was not meant for the next question.
        onclick: (event) => event.detail > 1 || answer(this.track.id),
      },
      "Odd one out",
      this.named,
      " ",
      make("kbd", { "aria-hidden": "true" }, `⇧ ${number}`),
    );
    this.element = make(
      "li",
      { class: "card song", id: `song-${number}` },
      this.cover,
      make("div", { class: "about" }, this.title, this.artist, this.album),
      make("div", { class: "sound" }, this.play, this.slider, this.time, this.trouble),
      this.odd,
    );
  }

  get track() {
    return this.#track;
  }

  set track(track) {
    this.#track = track;
    this.#held = false;
    this.#second = MIDDLE * track.length;
    this.cover.replaceChildren(
      make("img", { src: path(`cover/${track.id}`), alt: "", onerror: (event) => event.target.remove() }),
    );
    this.title.textContent = track.title;
    this.artist.textContent = track.artist || "Unknown artist";
    this.album.textContent = track.album;
    this.named.textContent = `: ${track.title}`;
    this.slider.setAttribute("aria-label", `Position in ${track.title}`);
    this.element.dataset.track = track.id;
    this.draw();
  }

  get isCurrent() {
    return sound.track === this.track.id;
  }

  get length() {
    return (this.isCurrent && sound.length) || this.track.length;
  }

  // Plays from where it was halted, or from its middle.
  toggle() {
    return sound.toggle(this.track.id, { at: this.length ? this.#second / this.length : 0 });
  }

  go(second) {
    this.#held = false;
    this.#second = second;
    if (this.isCurrent) sound.seek(second);
    else sound.play(this.track.id, { at: second / this.length });
  }

  draw() {
    const isPlaying = this.isCurrent && sound.playing;
    if (this.isCurrent && sound.length && !this.#held) this.#second = sound.position;
    this.element.classList.toggle("playing", isPlaying);
    this.play.setAttribute("aria-label", `${isPlaying ? "Halt" : "Play"} ${this.track.title}`);
    this.slider.max = Math.max(1, Math.floor(this.length));
    const words = this.isCurrent ? sound.trouble : "";
    if (this.trouble.textContent !== words) this.trouble.textContent = words;
    if (!this.#held) {
      this.slider.value = this.#second;
      this.#tell(this.#second);
    }
  }

  #tell(second) {
    const words = `${time(second)} / ${time(this.length)}`;
    if (this.time.textContent === words) return;
    this.time.textContent = words;
    this.slider.setAttribute("aria-valuetext", time(second));
    this.slider.style.setProperty("--done", `${(100 * this.slider.value) / this.slider.max}%`);
  }
}

const songs = [1, 2, 3].map((number) => new Song(number));

// Shows what an answer of the program tells: a question, or that there is none, and how far it has come.
function show(found) {
  sound.stop();
  asked = found.question;
  find("nothing").hidden = Boolean(asked);
  for (const id of ["songs", "cannot-tell"]) find(id).hidden = !asked;
  if (asked) songs.forEach((song, place) => (song.track = asked[place]));
  else find("nothing").textContent = found.words;
  showProgress(found.progress);
}

function showProgress(progress) {
  const { today, all, undecided, each, foresight } = progress;
  find("progress").hidden = false;
  find("today").textContent = today;
  find("all").textContent = all;
  find("undecided").textContent = undecided ? `, ${undecided} of them “can’t tell”` : "";
  const done = (all - undecided) % each;
  find("tens").replaceChildren(...Array.from({ length: each }, (_, place) => make("span", { class: place < done ? "done" : null })));
  const left = each - done;
  find("next-look").textContent = progress.more_soon
    ? "Checking how well Smartqueue can predict you…"
    : `After ${left} more ${left === 1 ? "answer" : "answers"}, Smartqueue checks how well it can predict you.`;
  const percent = (share) => `${Math.round(100 * share)} %`;
  const last = foresight.at(-1);
  const judged = foresight.filter((look) => look.accuracy !== null);
  if (last?.accuracy === null)
    find("foresight").textContent =
      `How well it predicts you can be told after some ${last.missing * progress.random_every} more answers: ` +
      `one question in ${progress.random_every} is of any three songs, and those tell.`;
  else if (last) {
    const skips = last.skips ? ` and ${last.skips} skips` : "";
    find("foresight").textContent =
      `With your ${last.answers} answers${skips}, Smartqueue predicts ${percent(last.accuracy)} of your answers ` +
      `about any three songs (without learning: ${percent(last.plain)}, guessing: 33 %).`;
  }
  find("looks").hidden = judged.length < 2;
  const row = (look) =>
    make("tr", {}, ...[look.answers, percent(look.accuracy), percent(look.plain)].map((cell) => make("td", { class: "number" }, cell)));
  find("looks").tBodies[0].replaceChildren(...judged.map(row));
  clearTimeout(showProgress.again);
  if (progress.more_soon) showProgress.again = setTimeout(() => get("api/progress").then(showProgress, () => {}), PATIENCE);
}

// Asks for a change, one at a time, and shows the question that comes with it.
async function change(where, body, words) {
  if (isBusy) return;
  isBusy = true;
  const start = performance.now();
  try {
    const found = await post(where, body);
    show(found);
    performance.measure("next question", { start });
    say(words(found));
    clearTimeout(change.over);
    change.over = setTimeout(() => say(""), GLANCE);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    clearTimeout(change.over);
    say(error.message, { error: true });
    // The question may be out of date.
    await get("api/question").then(show, () => {});
  } finally {
    isBusy = false;
  }
}

function answer(odd) {
  if (!asked) return;
  const tracks = asked.map((track) => track.id);
  change("api/answer", { tracks, odd }, (found) => {
    if (!found.new) return "That was answered already, perhaps in another tab.";
    return found.question ? "Saved. Here are the next three." : "Saved.";
  });
}

function undo() {
  change("api/undo", {}, (found) => (found.undone ? "Undone. Here they are again." : "There is nothing to undo."));
}

function leap(seconds) {
  songs.find((song) => song.isCurrent)?.go(Math.max(0, sound.position + seconds));
}

// The digit that a key stands for, with Shift or without, on any keyboard.
const digit = (event) => Number(/^(?:Digit|Numpad)([123])$/.exec(event.code)?.[1] ?? (/^[123]$/.test(event.key) ? event.key : 0));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || find("keys").open) return;
  const number = digit(event);
  const key = event.key.toLowerCase();
  const isOnSlider = event.target.type === "range";
  if (number && asked) event.shiftKey ? answer(asked[number - 1].id) : songs[number - 1].toggle();
  else if (key === "s") answer(null);
  else if (key === "u") undo();
  else if (key === "?") find("keys").showModal();
  else if (key === "arrowleft" && !isOnSlider) leap(-LEAP);
  else if (key === "arrowright" && !isOnSlider) leap(LEAP);
  else return;
  event.preventDefault();
});

sound.onchange = () => asked && songs.forEach((song) => song.draw());
find("songs").append(...songs.map((song) => song.element));
find("cannot-tell").addEventListener("click", (event) => event.detail > 1 || answer(null));
find("undo").addEventListener("click", (event) => event.detail > 1 || undo());
find("help").addEventListener("click", () => find("keys").showModal());
find("close-keys").addEventListener("click", () => find("keys").close());
attempt(async () => show(await get("api/question")));
