// Says that there is a newer version of what is open, and never loads it by itself: somebody may be writing here.

export function enhance(line) {
  let isTyped = false;
  document.addEventListener("input", () => {
    isTyped = true;
    line.hidden = true;
  });
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    const isNewer = data?.release && !import.meta.url.includes(`/static/${data.release}/`);
    if (isNewer) line.hidden = isTyped;
  });
}
