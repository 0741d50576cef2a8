// What every page needs: asking the server, showing text as text, and saying what happened.

const meta = (name) => document.querySelector(`meta[name="smartqueue-${name}"]`).content;

let token = meta("token");
const profile = meta("profile");

export class Failure extends Error {}

// A path of ours, with the listener's name where it is not the usual one.
export function path(where, parameters = {}) {
  const query = new URLSearchParams(parameters);
  if (profile) query.set("profile", profile);
  return query.size ? `${where}?${query}` : where;
}

async function asked(where, options) {
  let response;
  try {
    response = await fetch(where, options);
  } catch {
    throw new Failure("The program does not answer. Is it still running?");
  }
  const found = await response.json().catch(() => ({}));
  return { response, found };
}

export async function get(where, parameters = {}) {
  const { response, found } = await asked(path(where, parameters), {});
  if (!response.ok) throw new Failure(found.error ?? response.statusText);
  return found;
}

// Changes something. Where the program was started anew since the page was loaded, its new token is fetched.
export async function post(where, body = {}, parameters = {}) {
  const send = () =>
    asked(path(where, parameters), {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Smartqueue-Token": token },
      body: JSON.stringify(body),
    });
  let { response, found } = await send();
  if (response.status === 403) {
    token = (await get("api/token")).token;
    ({ response, found } = await send());
  }
  if (!response.ok) throw new Failure(found.error ?? response.statusText);
  return found;
}

// An element with attributes and children; a child that is no element shows as text, whatever it holds.
// Attributes that begin with "on" are listeners, true is an attribute without a value, false and null are none.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function show(place, ...children) {
  document.querySelector(place).replaceChildren(...children);
}

// Told to eyes and to screen readers; an error stays until something else is said.
export function say(words, { error = false } = {}) {
  const place = document.querySelector("#said");
  place.textContent = words;
  place.classList.toggle("error", error);
  clearTimeout(say.over);
  if (!error) say.over = setTimeout(() => (place.textContent = ""), 6000);
}

// Runs what a listener asked for, and says what went wrong with it.
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message, { error: true });
    return undefined;
  }
}

export const time = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};
