// Arrows lead to the cases before and after this one, n and p to the failures.
document.addEventListener("keydown", function (event) {
  "use strict";
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  var key = { ArrowLeft: "prev", ArrowRight: "next", n: "n", p: "p" }[event.key];
  // Arrows scroll a wide wire log or diagram that has the focus.
  if (!key || (event.key.length > 1 && event.target !== document.body)) return;
  var link = document.querySelector('[data-key="' + key + '"]');
  if (link) link.click();
});
