// Remembers the language that somebody chose, so that "/" and shared links open in it.

const A_YEAR = 365 * 24 * 60 * 60; // seconds

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[hreflang]");
  if (!link) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `language=${link.hreflang}; Max-Age=${A_YEAR}; Path=/; SameSite=Lax${secure}`;
});
