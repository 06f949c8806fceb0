// The fields of the request runner: parameters by place, and the body as fields or as JSON.
import { element } from "./dom.js";
import { kept } from "./fills.js";

const TITLES = { path: "Path", query: "Query", header: "Headers" };
const MAKES = new Set(["Idempotency-Key"]);

let number = 0;

/** One field: its control, and what its text means. */
class Input {
  constructor(told, text) {
    this.told = told;
    this.id = `try-${(number += 1)}`;
    this.control = this.#control();
    this.control.id = this.id;
    this.control.name = told.name;
    if (told.kind !== "file") this.control.value = text;
    this.fault = element("p", { role: "alert", id: `${this.id}-e`, hidden: true });
    this.control.addEventListener("change", () => this.read());
  }

  #control() {
    const { kind, choices, nullable } = this.told;
    if (kind === "choice" || kind === "boolean") {
      const values = kind === "boolean" ? ["true", "false"] : choices.map(String);
      const options = ["", ...values, ...(nullable ? ["null"] : [])];
      return element("select", { className: "select" }, ...options.map((value) => new Option(value || "–", value)));
    }
    if (kind === "json") return element("textarea", { className: "input", rows: 2, spellcheck: false });
    if (kind === "file") return element("input", { className: "input", type: "file" });
    const mode = kind === "integer" ? "numeric" : kind === "number" ? "decimal" : "text";
    return element("input", { className: "input", type: "text", inputMode: mode, autocomplete: "off", spellcheck: false });
  }

  get node() {
    const { name, about, required } = this.told;
    const label = element("label", { htmlFor: this.id }, element("code", { textContent: name }));
    if (!required) label.append(element("span", { className: "muted small", textContent: " optional" }));
    const help = element("p", { className: "muted small", textContent: about });
    return element("div", { className: "field" }, label, this.control, this.fault, help);
  }

  /** Shows or takes away what is wrong. */
  say(text) {
    this.fault.textContent = text;
    this.fault.hidden = !text;
    if (text) {
      this.control.setAttribute("aria-invalid", "true");
      this.control.setAttribute("aria-describedby", this.fault.id);
    } else {
      this.control.removeAttribute("aria-invalid");
      this.control.removeAttribute("aria-describedby");
    }
  }

  /** The value as JSON holds it, undefined when nothing is to be sent; what is wrong is shown. */
  read() {
    const [value, fault] = this.#value();
    this.say(fault);
    this.isFaulty = Boolean(fault);
    return value;
  }

  #value() {
    const { kind, required, nullable, bounds = {} } = this.told;
    const none = [undefined, required ? "Fill this in." : ""];
    if (kind === "file") return this.control.files.length > 0 ? [this.control.files[0], ""] : none;
    const text = kind === "string" || kind === "json" ? this.control.value : this.control.value.trim();
    if (!text) return none;
    if (text === "null" && nullable) return [null, ""];
    if (kind === "boolean") return [text === "true", ""];
    if (kind === "json") {
      try {
        return [JSON.parse(text), ""];
      } catch {
        return [undefined, "This is not JSON."];
      }
    }
    if (kind === "integer" || kind === "number") {
      const value = Number(text);
      if (!Number.isFinite(value) || (kind === "integer" && !Number.isInteger(value))) {
        return [undefined, kind === "integer" ? "Enter a whole number." : "Enter a number."];
      }
      if (value < (bounds.minimum ?? -Infinity)) return [undefined, `Enter at least ${bounds.minimum}.`];
      if (value > (bounds.maximum ?? Infinity)) return [undefined, `Enter at most ${bounds.maximum}.`];
      return [value, ""];
    }
    if (kind === "choice") return [this.told.choices.find((one) => String(one) === text) ?? text, ""];
    if (text.length > (bounds.maxLength ?? Infinity)) return [undefined, `Use at most ${bounds.maxLength} characters.`];
    if (bounds.pattern && !new RegExp(bounds.pattern, "u").test(text)) {
      return [undefined, `This must match ${bounds.pattern}`];
    }
    return [text, ""];
  }
}

function written(told, value) {
  if (value === undefined) return "";
  return told.kind === "json" ? JSON.stringify(value, null, 2) : String(value);
}

/** All fields of one operation. */
export class Inputs {
  #trial;
  #places;
  #fields = [];
  #raw = element("textarea", { className: "input try-raw", id: "try-raw", rows: 12, spellcheck: false });
  #rawFault = element("p", { role: "alert", id: "try-raw-e", hidden: true });
  #isRaw = false;
  #parts = {};

  constructor(trial) {
    this.#trial = trial;
    const values = kept();
    this.#places = Object.entries(trial.parameters).map(([place, list]) => [
      place,
      list.map((told) => {
        const made = MAKES.has(told.name) && trial.method === "POST" ? crypto.randomUUID() : "";
        return new Input(told, (told.fill && values[told.fill]) || made);
      }),
    ]);
    const example = this.#example(values);
    this.#fields = trial.fields.map((told) => new Input(told, written(told, example?.[told.name])));
    if (trial.body !== null) this.#raw.value = JSON.stringify(example, null, 2);
  }

  #example(values) {
    const text = JSON.stringify(this.#trial.body);
    const inside = (value) => JSON.stringify(value).slice(1, -1);
    return JSON.parse(text.replace(/\{\{(\w+)\}\}/g, (_, name) => inside(values[name] || this.#trial.examples[name])));
  }

  /** The reader filled in a value elsewhere; what is empty takes it over. */
  fill(values) {
    for (const [, inputs] of this.#places) {
      for (const { told, control } of inputs) {
        if (told.fill && values[told.fill] && document.activeElement !== control) control.value = values[told.fill];
      }
    }
  }

  nodes() {
    const groups = this.#places
      .filter(([, inputs]) => inputs.length > 0)
      .map(([place, inputs]) => this.#group(TITLES[place], inputs, place !== "path"));
    const { body, fields, form } = this.#trial;
    if (body !== null) groups.push(this.#body());
    else if (form && fields.length > 0) groups.push(this.#group("Body", this.#fields, false));
    return groups;
  }

  #group(title, inputs, folded) {
    const held = element("div", { className: "try-fields" }, ...inputs.map((input) => input.node));
    if (!folded) return element("fieldset", {}, element("legend", { textContent: title }), held);
    const summary = element("summary", { textContent: `${title} (${inputs.length})` });
    return element("details", { className: "try-more" }, summary, held);
  }

  #body() {
    const toggle = element("button", { type: "button", className: "btn", textContent: "Edit as JSON" });
    toggle.dataset.variant = "ghost";
    toggle.dataset.size = "sm";
    const label = element("label", { htmlFor: this.#raw.id, textContent: "Body as JSON" });
    this.#parts.raw = element("div", { className: "field", hidden: true }, label, this.#raw, this.#rawFault);
    this.#parts.fields = element("div", { className: "try-fields" }, ...this.#fields.map((input) => input.node));
    toggle.addEventListener("click", () => {
      if (!this.#switch()) return;
      toggle.textContent = this.#isRaw ? "Edit as fields" : "Edit as JSON";
    });
    const legend = element("legend", { textContent: "Body" });
    return element("fieldset", {}, legend, toggle, this.#parts.raw, this.#parts.fields);
  }

  /** From fields to JSON or back, with what was typed; false when that cannot be read. */
  #switch() {
    const body = this.#readBody();
    if (body === undefined) return false;
    if (this.#isRaw) {
      const known = new Set(this.#fields.map((input) => input.told.name));
      const odd = Object.keys(body).find((name) => !known.has(name));
      if (odd !== undefined) {
        this.#sayRaw(`There is no field “${odd}”.`);
        return false;
      }
      for (const { told, control } of this.#fields) control.value = written(told, body[told.name]);
    } else {
      this.#raw.value = JSON.stringify(body, null, 2);
    }
    this.#isRaw = !this.#isRaw;
    this.#parts.raw.hidden = !this.#isRaw;
    this.#parts.fields.hidden = this.#isRaw;
    return true;
  }

  #sayRaw(text) {
    this.#rawFault.textContent = text;
    this.#rawFault.hidden = !text;
    this.#raw.toggleAttribute("aria-invalid", Boolean(text));
    if (text) this.#raw.setAttribute("aria-describedby", this.#rawFault.id);
  }

  #readBody() {
    if (this.#isRaw) {
      try {
        const body = JSON.parse(this.#raw.value);
        if (body === null || typeof body !== "object" || Array.isArray(body)) throw new Error("no object");
        this.#sayRaw("");
        return body;
      } catch {
        this.#sayRaw("This is not a JSON object.");
        this.#raw.focus();
        return undefined;
      }
    }
    const pairs = this.#fields.map((input) => [input.told.name, input.read()]);
    const faulty = this.#fields.find((input) => input.isFaulty);
    if (faulty) {
      faulty.control.focus();
      return undefined;
    }
    return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
  }

  /** What is to be sent: address, headers and body, and as what an SDK is `told` it; null when something is wrong, which then has the focus. */
  read() {
    const all = this.#places.flatMap(([place, inputs]) => inputs.map((input) => ({ place, input, value: input.read() })));
    const faulty = all.find(({ input }) => input.isFaulty);
    if (faulty) {
      const fold = faulty.input.control.closest("details");
      if (fold) fold.open = true;
      faulty.input.control.focus();
      return null;
    }
    let path = this.#trial.path;
    const ids = [];
    const query = new URLSearchParams();
    const headers = {};
    for (const { place, input, value } of all) {
      if (value === undefined) continue;
      if (place === "path") {
        path = path.replace(`{${input.told.name}}`, encodeURIComponent(value));
        ids.push(value);
      } else if (place === "query") query.append(input.told.name, value);
      else headers[input.told.name] = value;
    }
    const given = all.filter(({ place, value }) => place === "query" && value !== undefined);
    const told = { ids, named: Object.fromEntries(given.map(({ input, value }) => [input.told.name, value])) };
    const address = `${path}${query.size > 0 ? `?${query}` : ""}`;
    const { body: example, form, fields } = this.#trial;
    if (example === null && !(form && fields.length > 0)) return { address, headers, told };
    const body = this.#readBody();
    if (body === undefined) return null;
    told.named = { ...body, ...told.named };
    if (!form) return { address, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body), told };
    const data = new FormData();
    for (const [name, value] of Object.entries(body)) {
      data.append(name, value instanceof File || typeof value === "string" ? value : JSON.stringify(value));
    }
    return { address, headers, body: data, told };
  }
}
