// Tells how many characters are left: to eyes at once, to screen readers when the writer pauses.
// The words stand in the page; only the number is set here.

const PAUSE = 1000; // milliseconds without a key before it is read aloud

export function enhance(element) {
  const field = element.querySelector("textarea");
  const [left, over, told] = ["left", "over", "told"].map((part) => element.querySelector(`[data-part=${part}]`));
  const most = Number(element.dataset.most);
  let waiting = 0;

  function count() {
    // As the server counts: one form of each letter, ends trimmed, and each sign once whatever it takes in memory.
    const number = most - [...field.value.normalize("NFC").trim()].length;
    left.hidden = number < 0;
    over.hidden = number >= 0;
    for (const part of [left, over]) part.querySelector("[data-slot=number]").textContent = Math.abs(number);
  }

  element.addEventListener("input", () => {
    count();
    clearTimeout(waiting);
    waiting = setTimeout(() => (told.textContent = (left.hidden ? over : left).textContent), PAUSE);
  });
  count();
}
