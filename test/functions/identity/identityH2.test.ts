import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from "node:http2";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readReview } from "../../fixtures/readReview.ts";
import { patience } from "../../run/speedFactor.ts";
import { HOST, IdentityBed, urlOf } from "./IdentityBed.ts";
import { type IdentityRuntime, identityRuntimes } from "./identityRuntimes.ts";

const REVIEW = readReview("validate-v1-create-pods-2");
const PRODUCTION = "/c/production/validate";
const OTHER = "other.example.com";
const RIGHT: OutgoingHttpHeaders = {
  ":method": "POST",
  ":scheme": "https",
  ":authority": HOST,
  ":path": PRODUCTION,
  "content-type": "application/json",
};

/** The status of an answer, or the code of the error that ended the stream. */
type Outcome = number | "reset";
/** Headers that differ from {@link RIGHT}, and the audience of the token; undefined leaves a header out. */
type Row = readonly [what: string, headers: OutgoingHttpHeaders, aud: string, outcome: Outcome];

const ofOther = urlOf("production", "validate", OTHER);
const rows: readonly Row[] = [
  ["the authority of another server, and its token", { ":authority": OTHER }, ofOther, 401],
  ["the authority of another server", { ":authority": OTHER, host: HOST }, urlOf("production"), 401],
  ["the authority of another server, the host of the gate", { ":authority": OTHER, host: HOST }, ofOther, 401],
  ["the host of another server beside the authority", { host: OTHER }, ofOther, 401],
  ["the host of another server without an authority", { ":authority": undefined, host: OTHER }, ofOther, 401],
  [
    "the authority in upper case, and such a token",
    { ":authority": HOST.toUpperCase() },
    urlOf("production", "validate", HOST.toUpperCase()),
    401,
  ],
  ["the authority with a dot", { ":authority": `${HOST}.` }, urlOf("production", "validate", `${HOST}.`), 401],
  ["the authority with a port", { ":authority": `${HOST}:80` }, urlOf("production", "validate", `${HOST}:80`), 401],
  [
    "the port 80 of http",
    { ":scheme": "http", ":authority": `${HOST}:80` },
    urlOf("production", "validate", `${HOST}:80`),
    401,
  ],
  ["an authority that no URL has", { ":authority": "1.2.3.256" }, urlOf("production", "validate", "1.2.3.256"), 401],
  ["an authority with a user", { ":authority": `x@${HOST}` }, urlOf("production"), "reset"],
  ["an authority with a path", { ":authority": `${HOST}${PRODUCTION}?`, ":path": "/" }, urlOf("production"), "reset"],
  ["no authority", { ":authority": "" }, urlOf("production"), "reset"],
  ["a token for the http URL", { ":scheme": "http" }, `http://${HOST}${PRODUCTION}`, 401],
  ["another scheme", { ":scheme": "ftp" }, urlOf("production"), 400],
  ["an absolute path", { ":path": `https://${HOST}${PRODUCTION}` }, urlOf("production"), "reset"],
  ["a path without a slash", { ":path": PRODUCTION.slice(1) }, urlOf("production"), "reset"],
  ["the path *", { ":path": "*" }, urlOf("production"), "reset"],
  ["a path with a fragment", { ":path": `${PRODUCTION}#x` }, urlOf("production"), 404],
  ["a path with dot segments", { ":path": `/c/staging/..${PRODUCTION.slice(2)}` }, urlOf("production"), 404],
  [
    "a path with backslashes",
    { ":path": PRODUCTION.replaceAll("/", "\\").replace("\\", "/") },
    urlOf("production"),
    400,
  ],
  ["CONNECT", { ":method": "CONNECT", ":path": undefined, ":scheme": undefined }, urlOf("production"), 405],
  ["TRACE", { ":method": "TRACE" }, urlOf("production"), 405],
  ["a length that is too long", { "content-length": "99999" }, urlOf("production"), "reset"],
];

const start = identityRuntimes.find(([name]) => name === "Node")?.[1];

describe("a gate on Node over h2", () => {
  let bed: IdentityBed;
  let runtime: IdentityRuntime | undefined;
  const sessions: ClientHttp2Session[] = [];

  beforeAll(async () => {
    bed = await IdentityBed.create();
    runtime = await start?.(bed);
  }, patience(120_000));
  afterEach(() => {
    for (const session of sessions.splice(0)) session.destroy();
  });
  afterAll(() => runtime?.stop());

  function open(): ClientHttp2Session {
    const socket = runtime?.connect?.({ protocol: "h2" });
    if (socket === undefined) throw new Error("there is no connection");
    const session = connect(`https://${HOST}`, { createConnection: () => socket });
    session.on("error", () => undefined);
    sessions.push(session);
    return session;
  }

  /** `body` undefined: the body never comes. */
  function call(
    session: ClientHttp2Session,
    headers: OutgoingHttpHeaders,
    body: string | undefined,
  ): Promise<{ outcome: Outcome; text: string }> {
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    return new Promise((resolve) => {
      const stream = session.request(sent, { endStream: false });
      let outcome: Outcome = "reset";
      let text = "";
      stream.on("response", ({ ":status": status }) => {
        outcome = status ?? "reset";
      });
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      stream.on("error", () => undefined).on("close", () => resolve({ outcome, text }));
      if (body !== undefined) stream.end(body);
    });
  }

  const authorized = async (aud = urlOf("production")): Promise<OutgoingHttpHeaders> => ({
    ...RIGHT,
    authorization: `Bearer ${await bed.token({ aud })}`,
  });

  it("gives a verdict to a right call", async () => {
    const { outcome, text } = await call(open(), await authorized(), REVIEW);
    expect([outcome, /a verdict/.test(text)]).toEqual([200, true]);
  });

  it.each(rows)("gives none for %s", async (_, headers, aud, outcome) => {
    const answer = await call(open(), { ...(await authorized(aud)), ...headers }, REVIEW);
    expect({ outcome: answer.outcome, isVerdict: /a verdict/.test(answer.text) }).toEqual({
      outcome,
      isVerdict: false,
    });
  });

  it("takes no credential from trailers", async () => {
    const { authorization } = await authorized();
    const stream = open().request(RIGHT, { endStream: false, waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ authorization }));
    const status = await new Promise((resolve) => {
      stream.on("response", (headers) => resolve(headers[":status"]));
      stream.on("error", () => resolve("reset"));
      stream.end(REVIEW);
    });
    expect(status).toBe(401);
  });

  it.each<[what: string, bodies: readonly (string | undefined)[]]>([
    ["many bodies that nobody reads", Array<string>(20).fill("x".repeat(60_000))],
    ["bodies that never come", Array<undefined>(5).fill(undefined)],
  ])("gives a verdict behind refused calls with %s", async (_, bodies) => {
    const session = open();
    for (const body of bodies) {
      const length = { "content-length": body?.length ?? 100 };
      expect((await call(session, { ...RIGHT, ...length }, body)).outcome).toBe(401);
    }
    expect((await call(session, await authorized(), REVIEW)).outcome).toBe(200);
  });
});
