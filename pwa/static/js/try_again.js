// Opens the page that was asked for once more; the offline page stands under its address.

export function enhance(link) {
  let isLeaving = false;
  link.href = location.href;
  addEventListener("beforeunload", () => (isLeaving = true)); // who is on the way elsewhere is not called back
  addEventListener("online", () => isLeaving || location.reload());
}
