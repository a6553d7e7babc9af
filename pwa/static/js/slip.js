// A square code carries its digits behind the # of the address, so that no server's log ever sees them.

export function enhance(form) {
  const digits = location.hash.slice(1).replace(/[^0-9]/g, "");
  if (digits.length !== Number(form.dataset.digits)) return;
  const field = form.elements.digits ?? form.elements.code;
  field.value = digits.length > 6 ? digits.replace(/(.{4})(?=.)/g, "$1 ") : digits.replace(/(.{3})(?=.)/g, "$1 ");
  history.replaceState(history.state, "", location.pathname + location.search);
  form.elements.name.focus();
}
