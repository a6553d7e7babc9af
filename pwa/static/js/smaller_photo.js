// Makes the photo of a form small before it is sent; without this the server takes it as it is, or says it is too large.

import { smaller } from "./shared/photo.js";

export function enhance(form) {
  const field = form.elements.photo;
  let making = null; // while a photo is being made small
  field.addEventListener("change", () => {
    const made = replace(field).finally(() => {
      if (making === made) making = null;
    });
    making = made;
  });
  form.addEventListener("submit", (event) => {
    if (!making) return;
    event.preventDefault();
    making.finally(() => form.requestSubmit(event.submitter));
  });
}

async function replace(field) {
  const [file] = field.files;
  if (!file) return;
  const made = await smaller(file);
  if (made === file || field.files[0] !== file) return; // it can't be read here, or another was chosen meanwhile
  const chosen = new DataTransfer();
  chosen.items.add(new File([made], file.name, { type: made.type }));
  field.files = chosen.files;
}
