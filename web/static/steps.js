/* What the step form does better with a script: nothing of it is needed to take a step. */
(() => {
  "use strict";

  const NARROW = window.matchMedia("(max-width: 40rem)");

  /* On a telephone a letter is folded, so that one sees whom there are letters to. */
  const fold = (root) => {
    if (NARROW.matches) root.querySelectorAll("details[data-folds]").forEach((letter) => letter.removeAttribute("open"));
  };

  document.addEventListener("DOMContentLoaded", () => fold(document));
  document.addEventListener("htmx:afterSwap", () => fold(document));
})();
