/* A form that was refused is the answer to a sending, which a browser does not show again on the way back. With the
   address of the form in its place the way back leads to a new form, in which the browser puts what was typed: what the
   page itself had filled in must look typed for that. */
(() => {
  "use strict";

  const refused = document.querySelector(".ds-error-summary, .ds-alert[data-color=danger]");
  const form = document.querySelector("form[data-found-again]");
  if (!refused || form?.action !== location.href) return;
  history.replaceState(null, "", location.href);
  for (const field of form.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=file]), textarea")) {
    const typed = field.value;
    field.defaultValue = "";
    field.value = typed;
  }
  for (const box of form.querySelectorAll("input[type=checkbox]")) {
    const ticked = box.checked;
    box.defaultChecked = false;
    box.checked = ticked;
  }
})();
