/** Requests to the service. */

/**
 * Return the address of a route.
 * @param {string} route
 * @param {Record<string, any>} asked
 */
const address = (route, asked) => `/explorer/${route}?${new URLSearchParams(asked)}`;

/** Raise what the service says is wrong, in its own words; the error's `kind` is a short name. */
async function checked(response) {
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  const error = new Error(told?.error?.message ?? `${response.status} ${response.statusText}`);
  throw Object.assign(error, { kind: told?.error?.type });
}

/**
 * Ask for JSON.
 * @param {string} route
 * @param {Record<string, any>} [asked]
 */
export const ask = async (route, asked = {}) =>
  (await checked(await fetch(address(route, asked)))).json();

/**
 * Ask for bytes.
 * @param {string} route
 * @param {Record<string, any>} asked
 * @returns {Promise<ArrayBuffer>}
 */
export const askBytes = async (route, asked) =>
  (await checked(await fetch(address(route, asked)))).arrayBuffer();

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
  return (await checked(await fetch(address(route, asked), options))).json();
}
