// Runs before the first paint: the theme the person chose, or none so that the system decides.
(function () {
  var theme = null;
  try {
    theme = localStorage.getItem("clew.theme");
  } catch {
    /* storage may be off: the system decides */
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
