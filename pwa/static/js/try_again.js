// Opens the page that was asked for once more; the offline page stands under its address.

export function enhance(link) {
  link.href = location.href;
  addEventListener("online", () => location.reload());
}
