/** Requests to the service. */

// Which vectors the page shows. Rows of others would be other words.
let vectors;

/** Ask for answers of these vectors alone. */
export function askOf(told) { vectors = told; }

/**
 * Return the address of a route.
 * @param {string} route
 * @param {Record<string, any>} asked
 */
const address = (route, asked) =>
  `/explorer/${route}?${new URLSearchParams(route === "sets" || !vectors ? asked : { ...asked, vectors })}`;

// Seconds after which a service that has too much to do is asked again.
const PAUSES = [1, 2, 4];

let whenLost = () => {}, whenChanged = () => {};

/** Call a function whenever the service does not answer. */
export function onLost(callback) { whenLost = callback; }

/** Call a function when the service has other vectors than the page. */
export function onChanged(callback) { whenChanged = callback; }

/** Return an error with a short name, for which the page has a text. */
const failure = (kind, message = kind, status = 0) => Object.assign(new Error(message), { kind, status });

/** Return the error of an answer that is not whole. */
export const broken = () => failure("broken_answer");

/** Wait for a part of an answer; raise that there is no service if it does not come. */
async function received(part) {
  try {
    return await part;
  } catch (error) {
    // All of it came, and is no JSON.
    if (error instanceof SyntaxError) throw broken();
    whenLost();
    throw failure("no_server");
  }
}

/** Return what a service says is wrong. */
async function failed(response) {
  const told = await response.json().catch(() => null);
  return failure(told?.error?.type, told?.error?.message ?? `${response.status} ${response.statusText}`, response.status);
}

/** Return whether the service has too much to do: what it says then has no name. */
const isBusy = ({ kind, status }) => status === 429 || (status === 503 && !kind);

async function answer(route, asked, options) {
  for (let turn = 0; ; turn++) {
    const response = await received(fetch(address(route, asked), options));
    if (response.ok) return response;
    const error = await failed(response);
    if (error.kind === "other_vectors") whenChanged();
    if (!isBusy(error) || turn === PAUSES.length) throw error;
    await new Promise((resolve) => { setTimeout(resolve, 1000 * PAUSES[turn]); });
  }
}

/**
 * Ask for JSON.
 * @param {string} route
 * @param {Record<string, any>} [asked]
 * @param {RequestInit} [options]
 */
export const ask = async (route, asked = {}, options = {}) => received((await answer(route, asked, options)).json());

/**
 * Ask for an array of numbers.
 * @template {Float32Array|Float64Array|Uint8Array} T
 * @param {string} route
 * @param {Record<string, any>} asked
 * @param {new (bytes: ArrayBuffer) => T} Numbers
 * @param {(length: number) => boolean} isWhole Whether it has as many numbers as it should.
 * @returns {Promise<T>}
 */
export async function askNumbers(route, asked, Numbers, isWhole) {
  const bytes = await received((await answer(route, asked)).arrayBuffer());
  const length = bytes.byteLength / Numbers.BYTES_PER_ELEMENT;
  if (!Number.isInteger(length) || !isWhole(length)) throw broken();
  return new Numbers(bytes);
}

/**
 * Send a question in a body.
 * @param {string} route
 * @param {Record<string, any>} asked
 * @param {object} [body]
 */
export function send(route, asked, body) {
  const options = { method: "POST" };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  return ask(route, asked, options);
}
