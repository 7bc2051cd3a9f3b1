import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DENIED_JTI } from "../../fixtures/gates/identityGate.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { eventually } from "../../run/eventually.ts";
import { formsOf } from "../../run/secrets/formsOf.ts";
import { MARKER } from "../../run/secrets/planted.ts";
import { patience } from "../../run/speedFactor.ts";
import type { AttackRequest } from "./attacks/Attack.ts";
import { IdentityBed, urlOf } from "./IdentityBed.ts";
import { identityAttacks } from "./identityAttacks.ts";
import { type IdentityRuntime, identityRuntimes } from "./identityRuntimes.ts";
import type { RawAnswer } from "./RawRequest.ts";

const REVIEW = readReview("validate-v1-create-pods-2");
const REFUSED = JSON.stringify({
  error: {
    code: "unauthenticated",
    message:
      "the gate does not know the caller: it has no such cluster, or the call does not prove that it comes from it",
  },
});
const TICK = /"message":"tick".*"cluster":"clock"/;
/** Settings of a cluster are looked up again after 60 s, of which a tick has 11. */
const TICKS_OF_A_MINUTE = 6;
/** Parts of requests that may be credentials. */
const CREDENTIAL = /[\w-]{24,}/g;

it("has at least 60 attacks, each with a name of its own", () => {
  const names = identityAttacks.map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(60);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe.each(identityRuntimes)("a gate on %s", (runtimeName, start) => {
  let bed: IdentityBed;
  let runtime: IdentityRuntime;
  let refused: RawAnswer;
  let seen = 0;

  beforeAll(async () => {
    bed = await IdentityBed.create();
    runtime = await start(bed);
    refused = await sendUnread({ target: "/c/nowhere/validate" });
    await newLines();
  }, patience(120_000));
  afterAll(() => runtime?.stop());

  function send({ target = "/c/production/validate", ...others }: AttackRequest, withholdsBody = false) {
    return runtime.send({ target, ...others, body: REVIEW, withholdsBody });
  }

  /** Where a caller is refused, nobody waits for the body. A Lambda function is called with the whole body. */
  function sendUnread(request: AttackRequest): Promise<RawAnswer> {
    return send(request, runtimeName !== "Lambda");
  }

  /** The lines since the last call of this function. Puts the clock of the gate forward. */
  async function newLines(): Promise<readonly string[]> {
    await send({ target: "/c/clock/validate" });
    const end = await eventually("the line of the clock", () => {
      const at = runtime.lines.findIndex((line, index) => index >= seen && TICK.test(line));
      return at < 0 ? undefined : at;
    });
    const lines = runtime.lines.slice(seen, end).filter((line) => !line.includes('"message":"tick"'));
    seen = end + 1;
    return lines;
  }

  it.each(identityAttacks.filter(({ on }) => on?.includes(runtimeName) ?? true))("refuses $name", async (attack) => {
    const { reason = [] } = attack;
    const statuses = [attack.status].flat();
    const request = await attack.request(bed);
    const answer = await (statuses.includes(401) ? sendUnread(request) : send(request));
    const lines = await newLines();
    expect(statuses).toContain(answer.status);
    expect(answer.text).not.toMatch(/"response"|"token"/);
    if (answer.status === 401) {
      expect(answer).toEqual(refused);
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        expect.objectContaining({ level: "warn", message: "a call was refused", code: "unauthenticated" }),
      ]);
      expect([reason].flat()).toContain(JSON.parse(lines[0] ?? "").reason);
    } else expect(lines).toEqual([]);
    const written = [...lines, answer.text, ...answer.headers].join("\n").toLowerCase();
    const credentials = JSON.stringify(request).match(CREDENTIAL) ?? [];
    for (const secret of [MARKER, ...credentials].flatMap((it) => formsOf(it)))
      expect(written.includes(secret.toLowerCase())).toBe(false);
  });

  it("answers 401 with one body and the same headers, and reads no body", () => {
    expect({ status: refused.status, text: refused.text }).toEqual({ status: 401, text: REFUSED });
    expect(refused.headers.join("\n")).toMatch(/^cache-control: no-store$/m);
  });

  it.each<[what: string, request: () => AttackRequest | Promise<AttackRequest>]>([
    ["a known cluster without a credential", () => ({})],
    ["a known cluster with a wrong token", async () => ({ headers: bearer(await bed.forged({})) })],
    [
      "a known cluster with an expired token",
      async () => ({ headers: bearer(await bed.token({ exp: bed.now - 60 })) }),
    ],
    [
      "an unknown cluster with a right token",
      async () => ({ target: "/c/nowhere/validate", headers: bearer(await bed.token()) }),
    ],
    [
      "an unknown cluster with a capability",
      async () => ({ target: `/k/${await bed.capability()}/c/nowhere/validate` }),
    ],
    ["/token of an unknown cluster", async () => ({ target: "/token/nowhere", headers: bearer(await syncToken()) })],
    [
      "/token of a known cluster with a wrong token",
      async () => ({ target: "/token/production", headers: bearer(await bed.forged({})) }),
    ],
    [
      "/token of a cluster without capabilities",
      async () => ({ target: "/token/pinned", headers: bearer(await syncToken()) }),
    ],
  ])("answers %s with the same bytes as an unknown cluster", async (_, request) => {
    const answer = await sendUnread(await request());
    await newLines();
    expect(answer).toEqual(refused);
  });

  it("answers a call of each tier that proves who calls", async () => {
    const capability = await bed.capability({ cluster: "managed" });
    const requests: readonly AttackRequest[] = [
      { headers: bearer(await bed.token()) },
      { target: "/c/staging/validate", headers: bearer(await bed.staging.sign(bed.claims({ aud: urlOf("staging") }))) },
      { target: `/k/${capability}/c/managed/validate` },
      { target: `/k/${await bed.capability({}, {})}/c/production/validate?timeout=5s` },
      { target: `/k/${await bed.expired(6)}/c/production/validate` },
      ...(runtimeName === "Node" ? [{ target: "/c/pinned/validate", pair: bed.pair }] : []),
    ];
    for (const request of requests) expect(await verdictOf(request)).toBe("a verdict");
    // The one in its grace.
    expect((await newLines()).map((line) => JSON.parse(line).code)).toEqual(["capability-in-grace"]);
  });

  it("issues a capability to the sync of a cluster, which its reviews may have", async () => {
    const issued = await send({ target: "/token/managed", headers: bearer(await syncToken()) });
    expect(issued.status).toBe(200);
    const { token } = JSON.parse(issued.text);
    expect(await verdictOf({ target: `/k/${token}/c/managed/validate` })).toBe("a verdict");
    expect(await sendUnread({ target: `/k/${token}/c/production/validate` })).toEqual(refused);
    expect((await newLines()).map((line) => JSON.parse(line).reason)).toEqual([undefined, "wrong-cluster"]);
  });

  it.each<[what: string, cluster: string, jti: string]>([
    ["its jti is denied", "denied", DENIED_JTI],
    ["notBefore is set", "outdated", "capabilityOfTest"],
  ])("refuses a capability that was verified before, once %s", async (_, cluster, jti) => {
    const request = { target: `/k/${await bed.capability({ cluster, jti })}/c/${cluster}/validate` };
    expect(await verdictOf(request)).toBe("a verdict");
    for (let tick = 0; tick < TICKS_OF_A_MINUTE; tick += 1) await newLines();
    expect(await sendUnread(request)).toEqual(refused);
    expect((await newLines()).map((line) => JSON.parse(line).reason)).toEqual(["denied"]);
  });

  const syncToken = (): Promise<string> => bed.production.sign(bed.syncClaims());

  async function verdictOf(request: AttackRequest): Promise<string | undefined> {
    const { status, text } = await send(request);
    return status === 200 ? /a verdict/.exec(text)?.[0] : `${status} ${text}`;
  }
});

function bearer(token: string): readonly (readonly [string, string])[] {
  return [["Authorization", `Bearer ${token}`]];
}
