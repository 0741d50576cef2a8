// One sound for a whole page: what plays, where, and whether it does. A track begins where `at` says.

import { path } from "./site.js";

export class Sound {
  #audio = new Audio();
  #at = 0;

  // The track that is heard or halted, by its id; null where there is none.
  track = null;
  // What went wrong with it, in words; empty where nothing did.
  trouble = "";
  // Called whenever any of this changes.
  onchange = () => {};

  constructor() {
    this.#audio.preload = "auto";
    this.#audio.addEventListener("loadedmetadata", () => {
      if (this.#at && this.length) this.#audio.currentTime = this.#at * this.length;
    });
    this.#audio.addEventListener("error", () => {
      if (this.track !== null) this.#explain();
    });
    const events = "loadedmetadata durationchange play playing pause timeupdate seeked ended waiting";
    for (const event of events.split(" ")) {
      this.#audio.addEventListener(event, () => this.onchange());
    }
  }

  // Plays a track from a fraction of its length on; goes on with one that was halted. True once it is heard.
  async play(track, { at = 0 } = {}) {
    if (track !== this.track || this.trouble) {
      this.track = track;
      this.trouble = "";
      this.#at = at;
      this.#audio.src = path(`audio/${track}`);
    } else if (this.#audio.ended) {
      this.#audio.currentTime = at * this.length;
    }
    try {
      await this.#audio.play();
      return true;
    } catch (error) {
      // A halt or another track came before it was heard.
      if (error.name === "AbortError" || track !== this.track) return false;
      if (error.name === "NotAllowedError") this.#fail("The browser wants a click before it plays.");
      return false;
    }
  }

  pause() {
    this.#audio.pause();
  }

  toggle(track, options) {
    if (track !== this.track || this.#audio.paused) return this.play(track, options);
    this.pause();
    return Promise.resolve(false);
  }

  // Goes on at a second of the track, as soon as that can be.
  seek(seconds) {
    if (this.length) this.#audio.currentTime = Math.min(Math.max(0, seconds), this.length);
  }

  // Lets go of the track.
  stop() {
    this.track = null;
    this.trouble = "";
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load();
    this.onchange();
  }

  get playing() {
    return this.track !== null && !this.trouble && !this.#audio.paused && !this.#audio.ended;
  }

  // In seconds; 0 until it is known.
  get length() {
    return Number.isFinite(this.#audio.duration) ? this.#audio.duration : 0;
  }

  get position() {
    return this.#audio.currentTime;
  }

  #fail(words) {
    this.trouble = words;
    this.onchange();
  }

  // An audio element does not tell why, the server does.
  async #explain() {
    const track = this.track;
    let words = "This track cannot be played here.";
    try {
      const response = await fetch(path(`audio/${track}`), { headers: { Range: "bytes=0-0" } });
      if (!response.ok) words = (await response.json()).error;
    } catch {
      words = "The program does not answer. Is it still running?";
    }
    if (track === this.track) this.#fail(words);
  }
}
