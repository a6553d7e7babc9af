// Counts down the seconds in which a decision can be taken back, then takes the offer away.

export function enhance(form) {
  const ring = form.querySelector(".ring");
  const ends = performance.now() + Number(form.dataset.seconds) * 1000;
  const count = setInterval(() => {
    const left = Math.ceil((ends - performance.now()) / 1000);
    ring.textContent = Math.max(left, 0);
    if (left > 0) return;
    clearInterval(count);
    form.hidden = true;
  }, 250);
}
