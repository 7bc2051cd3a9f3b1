import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReview } from "../fixtures/readReview.ts";
import { WorkerdTarget } from "../records/soak/WorkerdTarget.ts";
import { eventually } from "../run/eventually.ts";
import { JSON_HEADERS } from "./Runtime.ts";

const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
const key = JSON.stringify(await exportJWK(privateKey));
const body = readReview("validate-v1-create-pods-2");
const uid: string = JSON.parse(body).request.uid;

const call = (base: string, cluster: string): Promise<Response> =>
  fetch(`${base}/c/${cluster}/validate?timeout=10s`, { method: "POST", headers: JSON_HEADERS, body });

describe("the Worker with records", () => {
  const lines: string[] = [];
  let target: WorkerdTarget;
  let base: string;
  beforeAll(async () => {
    target = await WorkerdTarget.create({ key, onLog: (line) => lines.push(line) });
    base = await target.start();
  });
  afterAll(() => target.remove());

  it("answers after the record of a cluster with the profile compliance is durable, with its receipt", async () => {
    const answers = [await call(base, "soak"), await call(base, "soak")];
    const receipts: string[] = [];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      const { response } = await answer.json();
      expect(response).toMatchObject({
        uid,
        allowed: false,
        auditAnnotations: { receipt: expect.stringMatching(/^\w{64}$/) },
      });
      receipts.push(response.auditAnnotations.receipt);
    }
    expect(receipts[1]).toBe(receipts[0]);
    const stored: string[] = [];
    for await (const { text } of target.lines()) stored.push(text);
    expect(stored).toHaveLength(2);
    expect(JSON.parse(stored[0] ?? "")).toMatchObject({ seq: 0, decision: { cluster: "soak", request: { uid } } });
  });

  it("sends decisions of the profile latency through the queue into R2", async () => {
    const answer = await call(base, "fast");
    expect((await answer.json()).response.auditAnnotations?.receipt).toBeUndefined();
    const [[name, text]] = await eventually("an object of the queue", async () => {
      const found = await target.objects("POSTERN_LATENCY_BUCKET", "latency/fast/");
      return found[0] === undefined ? undefined : [found[0]];
    });
    expect(name).toMatch(/^latency\/fast\/\d{4}-\d\d-\d\d\/\w{32}\.jsonl$/);
    expect(JSON.parse(text)).toMatchObject({ kind: "Decision", cluster: "fast", request: { uid } });
    expect(await target.objects("POSTERN_LATENCY_BUCKET", "latency/off/")).toEqual([]);
    expect(lines.filter((line) => line.includes('"decision"'))).toEqual([]);
  });
});

it.each<[name: string, options: Parameters<typeof WorkerdTarget.create>[0]]>([
  ["no Durable Object", { key, without: "object" }],
  ["no key", { key: "" }],
  ["a key of another kind", { key: '{"kty":"RSA"}' }],
])(
  "with %s, a cluster with the profile compliance gets 503 with Retry-After, and no record",
  async (_name, options) => {
    const target = await WorkerdTarget.create(options);
    try {
      const answer = await call(await target.start(), "soak");
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(await answer.json()).toMatchObject({ error: { code: "not-recorded" } });
      expect(await target.objects("POSTERN_RECORDS_BUCKET", "")).toEqual([]);
    } finally {
      await target.remove();
    }
  },
);

it("without a queue, decisions of the profile latency are lines of the log", async () => {
  const lines: string[] = [];
  const target = await WorkerdTarget.create({ key, without: "queue", onLog: (line) => lines.push(line) });
  try {
    await (await call(await target.start(), "fast")).json();
    const line = await eventually("a line", () => lines.find((it) => it.includes('"message":"decision"')));
    expect(JSON.parse(line)).toMatchObject({ level: "info", decision: { cluster: "fast", request: { uid } } });
  } finally {
    await target.remove();
  }
});
