// Runs before the first paint: a person who chose the dark theme must not see a white flash.
try {
  var theme = localStorage.getItem("svyaz.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (storageIsForbidden) {
  // The system's theme stays.
}
