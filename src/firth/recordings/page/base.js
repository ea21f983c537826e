/** What the pages share: elements, language, theme, numbers. Texts are only ever set as text. */

import { TEXTS } from "./texts.js";

export const $ = (id) => document.getElementById(id);

// What a page that loads itself again has kept.
export const kept = history.state?.kept ?? {};
if (history.state) history.replaceState(null, "");

export let language = kept.language ?? ((navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en");

export function t(key, ...values) {
  const text = TEXTS[language][key];
  return typeof text === "function" ? text(...values) : text;
}

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  }
  made.append(...children.map((child) => (child instanceof Node ? child : document.createTextNode(child))));
  return made;
}

// Put new children into an element. The button that had the focus keeps it: the one of the same name, or at its place.
export function refill(place, ...children) {
  const buttons = () => [...place.querySelectorAll("button")], nameOf = (each) => each.ariaLabel ?? each.textContent;
  const before = buttons(), at = before.indexOf(document.activeElement);
  place.replaceChildren(...children);
  if (at < 0) return;
  const after = buttons(), same = after.filter((each) => nameOf(each) === nameOf(before[at]));
  (same.length === 1 ? same[0] : after[Math.min(at, after.length - 1)])?.focus({ preventScroll: true });
}

function translate(titleKey) {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  document.title = t(titleKey);
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = t(each.dataset.text);
  for (const each of document.querySelectorAll("[data-label]")) {
    each.setAttribute("aria-label", t(each.dataset.label));
    each.title = t(each.dataset.label);
  }
  for (const each of document.querySelectorAll("[data-hint]")) each.placeholder = t(each.dataset.hint);
}

// The buttons of language and theme; `changed` draws anew.
export function setUp(titleKey, changed) {
  $("language").addEventListener("click", () => {
    language = language === "en" ? "zh" : "en";
    translate(titleKey);
    changed();
  });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const setTheme = (isDark) => {
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    changed();
  };
  dark.addEventListener("change", (event) => setTheme(event.matches));
  $("theme").addEventListener("click", () => setTheme(!isDark()));
  document.documentElement.dataset.theme = kept.theme ?? (dark.matches ? "dark" : "light");
  translate(titleKey);
}

// Load the page again, in its language and theme; `own` is kept too.
export function reload(own) {
  history.replaceState({ kept: { language, theme: document.documentElement.dataset.theme, ...own } }, "");
  location.reload();
}

export function isDark() {
  return document.documentElement.dataset.theme === "dark";
}

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}

// Make a canvas as fine as the screen; return its context and its size in CSS pixels.
export function sharpContext(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas, ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

export const FONT = '"Helvetica Neue", Helvetica, Arial, "PingFang SC", "Hiragino Sans GB", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
