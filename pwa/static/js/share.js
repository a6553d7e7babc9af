// One tap to share where the phone can; the visible links stay for all others.

export function enhance(element) {
  const button = element.querySelector("[data-act=share]");
  if (!navigator.share || !button) return;
  const { title, address } = element.dataset;
  button.hidden = false;
  button.addEventListener("click", () => navigator.share({ title, url: address }).catch(() => {}));
}
