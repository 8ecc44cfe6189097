/* Makes photos smaller before they are sent: a telephone's picture of 5 MB becomes one of at most 1.5 MB, upright.
   What the browser cannot read (HEIC on many computers) is sent as it is. Without this file forms work as well. */
(() => {
  "use strict";

  const LARGEST = 1_500_000; // bytes of one photo
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

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !("photos" in input.dataset)) return;
    if (![...input.files].some((file) => file.type.startsWith("image/") && file.size > LARGEST)) return tell(input, "");
    const work = shrink(input).catch(() => tell(input, "")).finally(() => {
      if (busy.get(input) === work) busy.delete(input);
    });
    busy.set(input, work);
  });

  document.addEventListener("submit", (event) => {
    const waiting = [...event.target.querySelectorAll("[data-photos]")].map((input) => busy.get(input)).filter(Boolean);
    if (!waiting.length) return;
    event.preventDefault();
    Promise.all(waiting).then(() => event.target.requestSubmit(event.submitter));
  }, true);
})();
