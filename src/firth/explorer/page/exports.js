/** Files that the browser keeps, and tables as CSV. */

/** Have the browser keep a file; return its name. */
export function keep(name, blob) {
  const safe = name.replace(/[^\p{L}\p{N}+\-]+/gu, "-").slice(0, 60) || "words";
  const suffix = { "image/png": "png", "image/svg+xml": "svg", "text/csv": "csv" }[blob.type];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${safe}.${suffix}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return link.download;
}

/**
 * Save a table. A cell that a spreadsheet would take for a formula begins with an apostrophe.
 * @param {{name: string, header: string[], rows: any[][]}} table
 */
export function saveTable({ name, header, rows }) {
  const cell = (value) => {
    let shown = String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(shown)) shown = `'${shown}`;
    return /[",\n\r]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  const lines = [header, ...rows].map((row) => row.map(cell).join(","));
  // The mark tells spreadsheets that it is UTF-8.
  return keep(name, new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
}
