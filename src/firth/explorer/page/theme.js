/** Take the theme that was chosen before. A plain script, no module, runs before the page is first painted. */

try {
  const theme = localStorage.getItem("firth-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* private windows keep nothing */ }
