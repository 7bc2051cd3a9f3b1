import { stripVTControlCharacters as stripped } from "node:util";
import { ANNOUNCEMENT_TYPE } from "../../../src/announcement/Announcement.ts";
import { BATCH_TYPE } from "../../../src/records/chain/BatchRoot.ts";
import { CHECKPOINT_TYPE } from "../../../src/records/chain/checkpoint.ts";
import { STATEMENT_TYPE } from "../../../src/registration/selftest/selfTestObjects.ts";
import { formsOf } from "./formsOf.ts";
import { MARKER } from "./planted.ts";

/** A secret in an output. The secret itself is not here: it would be in the next output. */
export interface FoundSecret {
  readonly kind: "planted secret" | "private key" | "private JWK" | "JWT";
  /** The test that wrote it, as Vitest names it before each output; or the line. */
  readonly where: string;
}

/** What Vitest writes before the output of a test. */
const TEST = String.raw`^(?:stdout|stderr) \| (?=(?<test>[^\n]{1,300}))`;
const PLANTED = formsOf(MARKER)
  .map((form) => form.replace(/[^\w]/g, String.raw`\$&`))
  .join("|");
/** PEM, with what a log or a terminal puts between its lines. A header alone is no key. */
const PEM = "-----BEGIN (?:[A-Z]{1,10} ){0,2}PRIVATE KEY-----[^-]{0,60}?[A-Za-z0-9+/]{32}";
/** The private member of an Ed25519 or P-256 key has 32 bytes. Quotes may be escaped. */
const JWK = String.raw`\\{0,4}"d\\{0,4}": ?\\{0,4}"[\w-]{43}`;
const JWT = String.raw`(?<![\w-])(?<header>eyJ[\w-]{8,2048})\.eyJ[\w-]{8,4096}\.[\w-]{16}`;
/** Signed statements that Postern publishes by design. All other JWTs are somebody's token. */
const PUBLIC_TYPES: readonly string[] = [ANNOUNCEMENT_TYPE, STATEMENT_TYPE, BATCH_TYPE, CHECKPOINT_TYPE];
/** Longer than every secret that is looked for. */
const OVERLAP = 8 * 1024;
const MAX_FOUND = 20;
const ESCAPE = "\u001b";
/** A sequence without its last letter. */
const CUT_SEQUENCE = /^\[?[\d;]*$/;
const MAX_SEQUENCE = 32;

/**
 * Looks for secrets in an output, as it arrives: what `planted` made, in each of its forms, private keys and JWTs. The time
 * is linear in the output, and the memory is bounded.
 */
export class SecretScan {
  readonly found: FoundSecret[] = [];
  readonly #pattern = new RegExp(`${TEST}|(?<planted>${PLANTED})|(?<pem>${PEM})|(?<jwk>${JWK})|(?<jwt>${JWT})`, "gim");
  #tail = "";
  /** The beginning of a control sequence of a terminal. */
  #cut = "";
  #test: string | undefined;
  #lines = 1;

  /** `test` names the test that wrote the text, where it is known. */
  add(text: string, test?: string): void {
    const seen = this.#tail.length;
    const all = this.#tail + this.#plain(text);
    let counted = 0;
    for (const match of all.matchAll(this.#pattern)) {
      const { index, groups = {} } = match;
      if (groups.test !== undefined) this.#test = groups.test;
      // What ends in the old part is known.
      if (index + match[0].length <= seen || groups.test !== undefined) continue;
      this.#lines += linesIn(all, Math.max(seen, counted), index);
      counted = Math.max(counted, index);
      this.#add(groups, test);
    }
    this.#lines += linesIn(all, Math.max(seen, counted), all.length);
    this.#tail = all.slice(-OVERLAP);
  }

  #plain(text: string): string {
    const whole = this.#cut + text;
    const last = whole.lastIndexOf(ESCAPE);
    const isCut = last >= 0 && whole.length - last < MAX_SEQUENCE && CUT_SEQUENCE.test(whole.slice(last + 1));
    this.#cut = isCut ? whole.slice(last) : "";
    return stripped(isCut ? whole.slice(0, last) : whole);
  }

  #add(groups: Readonly<Record<string, string | undefined>>, test: string | undefined): void {
    if (this.found.length >= MAX_FOUND) return;
    if (groups.jwt !== undefined && PUBLIC_TYPES.includes(typeOf(groups.header ?? ""))) return;
    const kind =
      groups.planted !== undefined
        ? "planted secret"
        : groups.pem !== undefined
          ? "private key"
          : groups.jwk !== undefined
            ? "private JWK"
            : "JWT";
    this.found.push({ kind, where: test ?? this.#test ?? `line ${this.#lines}` });
  }
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

/** The `typ` of a JWT (RFC 7515, section 4.1.9). */
function typeOf(header: string): string {
  try {
    return String(Object(JSON.parse(Buffer.from(header, "base64url").toString())).typ);
  } catch {
    return "";
  }
}
