/** The search box: words with completion, and equations. */

import { byId, element } from "./dom.js";
import { lastTerm } from "./equation.js";

const MOST = 8;
const TYPED = "firth-typed";

export class SearchBox {
  /**
   * @param {(text: string) => void} onSubmit
   * @param {() => void} onClear
   */
  constructor(onSubmit, onClear) {
    this.form = byId("search");
    this.input = byId("query");
    this.list = byId("completions");
    this.clear = byId("clear");
    this.active = -1;
    this.words = [];
    this.onSubmit = onSubmit;
    /** @type {(text: string, most: number) => string[]} */
    this.complete = () => [];
    this.input.addEventListener("input", () => this.suggest());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.clear.addEventListener("click", () => { this.value = ""; onClear(); this.input.focus(); });
  }

  set value(text) {
    this.input.value = text;
    this.clear.hidden = !text;
    this.close();
  }

  get value() { return this.input.value; }

  focus() { this.input.focus(); }

  /** Keep what is typed for when the page has been loaded again. */
  keep() { sessionStorage.setItem(TYPED, this.value); }

  /** Take up what was kept. */
  takeUp() {
    const typed = sessionStorage.getItem(TYPED);
    sessionStorage.removeItem(TYPED);
    if (typed) this.value = typed;
  }

  /** Take up what completes words; what is being typed is completed at once. */
  completeBy(complete) {
    this.complete = complete;
    if (document.activeElement === this.input && this.value) this.suggest();
  }

  suggest() {
    this.clear.hidden = !this.input.value;
    const { before, word } = lastTerm(this.input.value);
    this.before = before;
    this.words = this.complete(word.trim(), MOST);
    this.active = -1;
    this.list.replaceChildren(...this.words.map((each, i) => element("li", {
      id: `completion-${i}`, role: "option", "aria-selected": "false",
      // Before the box loses the focus.
      onmousedown: (event) => { event.preventDefault(); this.choose(i); },
    }, element("bdi", {}, each))));
    this.open(this.words.length > 0);
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) this.input.removeAttribute("aria-activedescendant");
  }

  close() { this.active = -1; this.open(false); }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.words.length && !event.isComposing) {
      event.preventDefault();
      if (this.list.hidden) this.open(true);
      this.active = (this.active + step + this.words.length + (this.active < 0 && step < 0 ? 1 : 0)) % this.words.length;
      [...this.list.children].forEach((each, i) => each.setAttribute("aria-selected", String(i === this.active)));
      this.input.setAttribute("aria-activedescendant", `completion-${this.active}`);
      this.list.children[this.active].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Tab" && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active, false);
    } else if (event.key === "Escape") {
      if (this.list.hidden) this.input.blur();
      this.close();
    }
  }

  choose(i, isSubmitted = true) {
    const chosen = this.before + this.words[i];
    this.value = chosen;
    if (isSubmitted) this.onSubmit(chosen);
  }

  submit() {
    if (this.active >= 0 && !this.list.hidden) this.choose(this.active);
    else {
      this.close();
      if (this.input.value.trim()) this.onSubmit(this.input.value.trim());
    }
  }
}
