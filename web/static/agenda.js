/* Counts the rows that are ticked, and ticks all or none at once. Without this file the buttons send the form, and the
   count is that of the page as it was sent. */
(() => {
  "use strict";

  const ticks = (form) => [...form.querySelectorAll("[data-takes-up]")];

  const count = (form) => {
    const told = form.querySelector("[data-counts]");
    const fixed = form.querySelectorAll(".agenda-row").length - ticks(form).length;
    const ticked = fixed + ticks(form).filter((tick) => tick.checked).length;
    told.textContent = told.dataset.counts.replace("{ticked}", ticked).replace("{count}", fixed + ticks(form).length);
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-agenda] [data-takes-up]")) count(event.target.form);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.('[data-agenda] [name=then]:is([value="all"], [value="none"])');
    if (!button) return;
    event.preventDefault();
    ticks(button.form).forEach((tick) => {
      tick.checked = button.value === "all";
    });
    count(button.form);
  });

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-agenda]").forEach(count)); // a browser restores ticks
})();
