// regl 2.1.1 has no module of its own: regl.min.js is loaded before, as a script.
export default globalThis.createREGL;
