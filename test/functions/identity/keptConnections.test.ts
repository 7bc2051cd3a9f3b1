import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReview } from "../../fixtures/readReview.ts";
import { patience } from "../../run/speedFactor.ts";
import { bearer } from "./attacks/Attack.ts";
import { IdentityBed } from "./IdentityBed.ts";
import { type IdentityRuntime, identityRuntimes } from "./identityRuntimes.ts";
import { exchangeRaw, type RawPart, requestText } from "./RawRequest.ts";

const REVIEW = readReview("validate-v1-create-pods-2");
const PRODUCTION = "/c/production/validate";

/** A call that is refused, with this body. */
const refused = (body: string, target = PRODUCTION): string => requestText({ target, body, withholdsBody: false });
/** A call without a credential that would get a verdict, were it one. */
const HIDDEN = refused(REVIEW, "/c/clock/validate");
/** The head of a refused call that announces a body in another way than by one right length. */
const announced = (lines: string, body: string): string =>
  `POST ${PRODUCTION} HTTP/1.1\r\nHost: gate.example.com\r\nContent-Type: application/json\r\n${lines}\r\n${body}`;
const headOf = (request: string): string => request.slice(0, request.indexOf("\r\n\r\n") + 4);
const CHUNKED = "Transfer-Encoding: chunked\r\n";

/** Refused calls that come before a right one over the same connection, and their statuses. Each may end the connection. */
const kept: readonly [what: string, parts: RawPart[], statuses: readonly number[]][] = [
  ["one call", [refused(REVIEW)], [401]],
  ["20 calls at one time", [refused(REVIEW).repeat(20)], Array<number>(20).fill(401)],
  ["a body that is a call itself", [refused(HIDDEN)], [401]],
  ["a body of many calls", [refused(HIDDEN.repeat(8))], [401]],
  ["a body that is a call, at /token", [refused(HIDDEN, "/token/production")], [401]],
  ["a body that is a call, at no path of the gate", [refused(HIDDEN, "/other")], [404]],
  ["a body that arrives after the answer", [headOf(refused(HIDDEN)), 1, HIDDEN], [401]],
  ["a body whose end arrives after the answer", [refused(HIDDEN).slice(0, -100), 1, HIDDEN.slice(-100)], [401]],
  ["a body of 64 KiB", [refused("x".repeat(64 * 1024))], [401]],
  ["a body of 64 KiB and a byte", [refused("x".repeat(64 * 1024 + 1))], [401]],
  ["no length", [announced("", "")], [401]],
];

/** Requests whose bodies two readers could end in different places. Nothing behind them is a call. */
const ambiguous: readonly [what: string, request: string][] = [
  ["a length and chunks", announced(`Content-Length: 5\r\n${CHUNKED}`, `0\r\n\r\n${HIDDEN}`)],
  ["chunks and a length", announced(`${CHUNKED}Content-Length: 5\r\n`, `0\r\n\r\n${HIDDEN}`)],
  ["two lengths", announced(`Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n`, HIDDEN)],
  ["a list of lengths", announced(`Content-Length: 0, ${HIDDEN.length}\r\n`, HIDDEN)],
  ["a length with a sign", announced(`Content-Length: +${HIDDEN.length}\r\n`, HIDDEN)],
  ["a length in hex", announced("Content-Length: 0x0\r\n", HIDDEN)],
  ["a length of 2^64", announced("Content-Length: 18446744073709551616\r\n", HIDDEN)],
  ["an unknown coding", announced("Transfer-Encoding: xchunked\r\n", `0\r\n\r\n${HIDDEN}`)],
  ["chunked, and another coding", announced("Transfer-Encoding: chunked, identity\r\n", `0\r\n\r\n${HIDDEN}`)],
  ["chunked with a control character", announced("Transfer-Encoding: \vchunked\r\n", `0\r\n\r\n${HIDDEN}`)],
  ["a blank before the colon", announced("Transfer-Encoding : chunked\r\n", `0\r\n\r\n${HIDDEN}`)],
  ["a chunk of 2^64 bytes", announced(CHUNKED, `10000000000000000\r\n0\r\n\r\n${HIDDEN}`)],
  ["a chunk with a bare line feed", announced(CHUNKED, `5;a\nb\r\nhello\r\n0\r\n\r\n${HIDDEN}`)],
];

describe.each(identityRuntimes.filter(([name]) => name !== "Lambda"))("a connection to a gate on %s", (_, start) => {
  let bed: IdentityBed;
  let runtime: IdentityRuntime;
  /** A right call, after which the connection ends. */
  let last: string;

  beforeAll(async () => {
    bed = await IdentityBed.create();
    runtime = await start(bed);
    const headers = [bearer(await bed.token()), ["Connection", "close"]] as const;
    last = requestText({ target: PRODUCTION, headers, body: REVIEW, withholdsBody: false });
  }, patience(120_000));
  afterAll(() => runtime?.stop());

  async function exchange(parts: readonly RawPart[]) {
    const connection = runtime.connect?.();
    if (connection === undefined) throw new Error("the runtime has no connections");
    const { statuses, text } = await exchangeRaw(connection, parts);
    return { statuses, verdicts: text.split("a verdict").length - 1 };
  }

  const ofHidden = (): number => runtime.lines.filter((line) => line.includes('"cluster":"clock"')).length;

  it("gets one verdict for one right call", async () => {
    expect(await exchange([last])).toEqual({ statuses: [200], verdicts: 1 });
  });

  it.each(kept)(
    "reads what follows a refused call with %s as a call of its own, or not at all",
    async (_, parts, statuses) => {
      const answered = await exchange([...parts, last]);
      // workerd may reset a connection whose body nobody reads, and its answer is lost.
      const expected = [...statuses, 200].slice(0, answered.statuses.length);
      expect(answered).toEqual({ statuses: expected, verdicts: expected.includes(200) ? 1 : 0 });
      expect(ofHidden()).toBe(0);
    },
  );

  it("stays open after a short refused call", async () => {
    expect(await exchange([refused(REVIEW), 1, refused(REVIEW), 2, last])).toEqual({
      statuses: [401, 401, 200],
      verdicts: 1,
    });
  });

  it.each(ambiguous)("reads no call behind a request with %s", async (_, request) => {
    const { statuses, verdicts } = await exchange([request, 1, "\r\n".repeat(2)]);
    expect(statuses.every((status) => [400, 401, 501].includes(status))).toBe(true);
    expect([verdicts, ofHidden()]).toEqual([0, 0]);
  });

  it("takes no credential from the trailers of a body", async () => {
    const body = `2\r\n{}\r\n0\r\nAuthorization: Bearer ${await bed.token()}\r\n\r\n`;
    const { statuses, verdicts } = await exchange([
      announced(`Trailer: Authorization\r\n${CHUNKED}Connection: close\r\n`, body),
    ]);
    expect({ statuses, verdicts }).toEqual({ statuses: [401], verdicts: 0 });
  });
});
