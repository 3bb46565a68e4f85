// Before anything is drawn: the theme that the reader chose last, else that of the system.
(function () {
  "use strict";
  var root = document.documentElement;
  var saved = null;
  try {
    saved = localStorage.getItem("wsgauntlet-theme");
  } catch (error) {
    // Pages from a file may have no storage; the choice then lasts for this page.
  }
  var dark = saved ? saved === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "dark" : "light";
  root.classList.add("js");
  document.addEventListener("click", function (event) {
    if (!event.target.closest(".theme")) return;
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("wsgauntlet-theme", root.dataset.theme);
    } catch (error) {
      // As above.
    }
  });
})();
