/* What a case's page does better with a script: nothing of it is needed to take a step. */
(() => {
  "use strict";

  const NARROW = window.matchMedia("(max-width: 40rem)");
  const TOLD = ".ds-alert[autofocus], .ds-error-summary[autofocus]";

  /* What is told gets the focus where all of it can be read: a refusal stands far down on a telephone. */
  const showWhatIsTold = (root) => {
    const box = root.matches?.(TOLD) ? root : root.querySelector(TOLD);
    if (!box) return false;
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: box.offsetHeight > window.innerHeight / 2 ? "start" : "center" });
    return true;
  };

  /* On a telephone a letter is folded, so that one sees whom there are letters to. */
  const fold = (root) => {
    if (NARROW.matches) root.querySelectorAll("details[data-folds]").forEach((letter) => letter.removeAttribute("open"));
  };

  /* Of all officers, those of the unit that is chosen: the others would be refused. */
  const narrowOfficers = (form) => {
    const select = form.querySelector("[data-officers] select");
    if (!select) return;
    select.allGroups ??= [...select.querySelectorAll("optgroup")];
    const step = form.querySelector("[name=step]:checked")?.value;
    const unit = form.querySelector("#responsible");
    const asksUnit = unit?.closest("[data-steps]").dataset.steps.split(" ").includes(step);
    const slug = asksUnit ? unit.value : select.closest("[data-officers]").dataset.present;
    const chosen = select.value;
    select.allGroups.forEach((group) => group.remove());
    select.append(...select.allGroups.filter((group) => !slug || group.dataset.unit === slug));
    select.value = chosen;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  };

  /* A topic suggests the unit that usually has it, as long as none is chosen. */
  const suggestUnit = (topic) => {
    const unit = document.getElementById(topic.dataset.suggests);
    const slug = topic.selectedOptions[0]?.dataset.unit;
    if (slug && (!unit.value || unit.dataset.suggested === unit.value)) {
      unit.value = slug;
      unit.dataset.suggested = unit.value;
    }
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-suggests]")) suggestUnit(event.target);
    const form = event.target.closest("form.steps");
    if (form && event.target.matches("[name=step], #responsible, [data-suggests]")) narrowOfficers(form);
  });

  /* A link to what is folded opens it. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    const folded = link && document.getElementById(link.hash.slice(1));
    if (folded instanceof HTMLDetailsElement) folded.open = true;
  });

  const arrange = (root) => {
    fold(root);
    document.querySelectorAll("form.steps").forEach(narrowOfficers);
    return showWhatIsTold(root);
  };

  document.addEventListener("DOMContentLoaded", () => arrange(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    const root = event.target;
    const isPage = root.id === "innehall";
    if (!arrange(root) && isPage) window.scrollTo(0, 0);
  });
})();
