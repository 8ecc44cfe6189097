/* Makes photos smaller before they are sent: a telephone's picture of 5 MB becomes one of at most 1.5 MB, upright.
   What the browser cannot read (HEIC on many computers) is sent as it is. Files that are more than 10 MB together are
   not sent: the form says so, with all that was written in it. Without this file forms work as well. */
(() => {
  "use strict";

  const LARGEST = 1_500_000; // bytes of one photo
  const LARGEST_FORM = 10 * 1024 * 1024 - 128 * 1024; // bytes of all files; the rest is for the words
  const TRIES = [[2560, 0.85], [2560, 0.7], [2048, 0.7], [1600, 0.7], [1600, 0.5], [1280, 0.5]]; // longest side, quality
  const busy = new WeakMap(); // input -> the promise that ends when its photos are ready

  const encode = (bitmap, [longest, quality]) => {
    const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff"; // what is transparent in a PNG
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  };

  const smaller = async (file) => {
    if (!file.type.startsWith("image/") || file.size <= LARGEST) return file;
    let bitmap;
    try {
      bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      return file;
    }
    let made = null;
    for (const how of TRIES) {
      made = await encode(bitmap, how);
      if (made && made.size <= LARGEST) break;
    }
    bitmap.close();
    if (!made || made.size >= file.size) return file;
    return new File([made], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  };

  const tell = (input, text) => {
    const place = input.parentElement.querySelector("[data-photos-told]");
    if (place) place.textContent = text;
  };

  const shrink = async (input) => {
    const files = [...input.files];
    const ready = new DataTransfer();
    for (const [index, file] of files.entries()) {
      tell(input, input.dataset.working.replace("{number}", index + 1).replace("{count}", files.length));
      ready.items.add(await smaller(file));
    }
    input.files = ready.files;
    tell(input, files.length === 1 ? input.dataset.oneDone : input.dataset.done.replace("{count}", files.length));
  };

  const refuse = (input, text) => {
    const place = input.parentElement.querySelector("[data-photos-refused]");
    place.textContent = text;
    place.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };

  /* Says beside the field that its files are too large, and returns whether they are. */
  const isTooLarge = (input) => {
    const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
    if (size <= LARGEST_FORM) return false;
    const said = input.files.length === 1 ? input.dataset.oneTooLarge : input.dataset.tooLarge;
    refuse(input, said.replace("{size}", Math.ceil(size / 1024 / 1024)));
    input.closest("details")?.setAttribute("open", "");
    input.focus();
    return true;
  };

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !("photos" in input.dataset)) return;
    refuse(input, "");
    if (![...input.files].some((file) => file.type.startsWith("image/") && file.size > LARGEST)) return tell(input, "");
    const work = shrink(input).catch(() => tell(input, "")).finally(() => {
      if (busy.get(input) === work) busy.delete(input);
    });
    busy.set(input, work);
  });

  document.addEventListener("submit", (event) => {
    const inputs = [...event.target.querySelectorAll("[data-photos]")];
    const waiting = inputs.map((input) => busy.get(input)).filter(Boolean);
    if (!waiting.length) {
      if (inputs.filter(isTooLarge).length) {
        event.preventDefault();
        event.stopPropagation();
      }
      return;
    }
    event.preventDefault();
    Promise.all(waiting).then(() => event.target.requestSubmit(event.submitter));
  }, true);
})();
