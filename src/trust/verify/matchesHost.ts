import type { Certificate } from "../x509/Certificate.ts";
import { ipBytes, ipKey } from "../x509/certificateNames.ts";

/**
 * Whether a certificate is valid for a host, as Go's Certificate.VerifyHostname decides. Only alternative names count,
 * not the common name. IP addresses match only IP names. `*` matches only as the whole left-most label. `host` is a
 * name or an address, with or without brackets, and may end in a dot. An internationalized name must be in its ASCII
 * form.
 */
export function matchesHost(
  { sans }: { readonly sans: Pick<Certificate["sans"], "dns" | "ip"> },
  host: string,
): boolean {
  const bare = host.length >= 3 && host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  const address = ipBytes(bare);
  if (address !== undefined) return sans.ip.some((it) => ipKey(ipBytes(it) ?? new Uint8Array()) === ipKey(address));
  const wanted = lower(host);
  const isValidName = isHostname(wanted.replace(/\.$/, ""), false);
  const labels = wanted.replace(/\.$/, "").split(".");
  return sans.dns.some((name) => {
    if (!isValidName || !isHostname(name, true)) return name !== "" && name !== "." && lower(name) === wanted;
    const pattern = lower(name).split(".");
    return (
      pattern.length === labels.length &&
      pattern.every((part, index) => (index === 0 && part === "*") || part === labels[index])
    );
  });
}

function isHostname(name: string, isPattern: boolean): boolean {
  if (name === "*") return false;
  return name
    .split(".")
    .every((label, index) => (isPattern && index === 0 && label === "*") || /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(label));
}

/** Lower case, for ASCII letters only. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
