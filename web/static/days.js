/* A button opens the browser's calendar for a day, and the day goes into the text field beside it. Without this file the
   calendar is a field of its own, which is sent as it is. */
(() => {
  "use strict";

  const beside = (element, selector) => element.closest(".day-field")?.querySelector(selector);

  document.documentElement.classList.add("has-script");

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-opens]");
    const calendar = button && beside(button, "[data-picks]");
    if (!calendar) return;
    const typed = document.getElementById(button.dataset.opens);
    if (/^\d{4}-\d{2}-\d{2}$/.test(typed.value)) calendar.value = typed.value;
    try {
      calendar.showPicker();
    } catch {
      typed.focus(); // an old browser: the day can be typed
    }
  });

  document.addEventListener("input", (event) => {
    const calendar = beside(event.target, "[data-picks]");
    if (calendar && calendar !== event.target) calendar.value = ""; // what is typed counts: one day is sent
  });

  document.addEventListener("change", (event) => {
    const calendar = event.target.closest?.("[data-picks]");
    if (!calendar?.value) return;
    const typed = document.getElementById(calendar.dataset.picks);
    typed.value = calendar.value;
    calendar.value = ""; // one day is sent
    typed.dispatchEvent(new Event("change", { bubbles: true }));
    typed.focus();
  });
})();
