// The ballot: half of the receipt's chance comes from this phone, and the button says how many are ticked.

const NONCE_BYTES = 16;

export function enhance(form) {
  form.elements.client_nonce.value = nonce();
  const words = JSON.parse(form.dataset.words);
  const button = form.querySelector("button .words");
  const untouched = button.textContent;
  const say = () => {
    const ticked = form.querySelectorAll("input[name=choices]:checked").length;
    button.textContent = ticked ? words[ticked] : untouched;
  };
  form.addEventListener("change", say);
  say();
}

function nonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
