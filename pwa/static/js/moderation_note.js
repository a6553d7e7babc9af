// Shows what the author will read while it is chosen and written; the words come from the page.

export function enhance(reasons) {
  const form = reasons.form;
  const preview = form.querySelector(".preview");
  const show = () => {
    const chosen = reasons.querySelector("input:checked");
    preview.hidden = !chosen && !form.elements.note.value.trim();
    preview.querySelector(".told").textContent = chosen ? chosen.dataset.label : "";
    preview.querySelector(".own").textContent = form.elements.note.value;
    preview.querySelector(".own").lang = form.elements.note_language.value;
  };
  form.addEventListener("input", show);
  show();
}
