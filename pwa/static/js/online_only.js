// A form that must not wait on the phone, such as a ballot: without a network it says so and can't be sent.

export function enhance(form) {
  const words = form.querySelector("[data-part=offline]");
  const show = () => {
    if (words) words.hidden = navigator.onLine;
  };
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    show();
    words?.focus();
  });
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
