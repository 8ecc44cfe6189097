/* A button opens the browser's window for printing. Without this file the button is not shown. */
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-prints]")) window.print();
});
