// Browsers want bytes where the server sends base64url, and the other way round. Newer ones can do this themselves;
// written out it works in all that know passkeys (WebAuthn level 3, section 5.1.9 and 5.1.10).

export function fromOptions(options) {
  const listed = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const ready = { ...options, challenge: bytes(options.challenge) };
  if (options.user) ready.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) ready.excludeCredentials = listed(options.excludeCredentials);
  if (options.allowCredentials) ready.allowCredentials = listed(options.allowCredentials);
  return ready;
}

export function toAnswer(credential) {
  const { response } = credential;
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = Object.fromEntries(names.filter((name) => response[name]).map((name) => [name, base64url(response[name])]));
  if (response.getTransports) said.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response: said,
  };
}

function bytes(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function base64url(buffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
