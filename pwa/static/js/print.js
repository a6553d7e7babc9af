// A button that prints the page; without a script one prints by the browser's own menu.

export function enhance(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
