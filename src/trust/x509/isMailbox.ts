import { isDomainName } from "./isDomainName.ts";

const LOCAL = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/;

/** Whether a mail address is one in RFC 2821's unquoted form. Go takes quoted and escaped local parts too. */
export function isMailbox(text: string): boolean {
  const at = text.indexOf("@");
  return at > 0 && LOCAL.test(text.slice(0, at)) && isDomainName(text.slice(at + 1), false);
}
