/** Requests to the service. */

import { text } from "./i18n.js";

/**
 * Return the address of a route.
 * @param {string} route
 * @param {Record<string, any>} asked
 */
const address = (route, asked) => `/explorer/${route}?${new URLSearchParams(asked)}`;

let whenLost = () => {};

/** Call a function whenever the service does not answer. */
export function onLost(callback) { whenLost = callback; }

/** Wait for a part of an answer; raise that there is no service if it does not come. */
async function received(part) {
  try {
    return await part;
  } catch {
    whenLost();
    throw Object.assign(new Error(text("noServer")), { kind: "no_server" });
  }
}

/** Raise what the service says is wrong, in its own words; the error's `kind` is a short name. */
async function checked(response) {
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  const error = new Error(told?.error?.message ?? `${response.status} ${response.statusText}`);
  throw Object.assign(error, { kind: told?.error?.type });
}

const answer = async (route, asked, options) => checked(await received(fetch(address(route, asked), options)));

/**
 * Ask for JSON.
 * @param {string} route
 * @param {Record<string, any>} [asked]
 */
export const ask = async (route, asked = {}) => received((await answer(route, asked)).json());

/**
 * Ask for bytes.
 * @param {string} route
 * @param {Record<string, any>} asked
 * @returns {Promise<ArrayBuffer>}
 */
export const askBytes = async (route, asked) => received((await answer(route, asked)).arrayBuffer());

/**
 * Send a question in a body.
 * @param {string} route
 * @param {Record<string, any>} asked
 * @param {object} [body]
 */
export async function send(route, asked, body) {
  const options = { method: "POST" };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  return received((await answer(route, asked, options)).json());
}
