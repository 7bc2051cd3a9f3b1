import { describe, expect, it } from "vitest";
import { testKey } from "../../../records/chain/testChain.ts";
import { runPostern } from "../../runPostern.ts";
import { RecordsBed, recordPods } from "../RecordsBed.ts";

const verify = (bed: RecordsBed, ...args: readonly string[]) =>
  runPostern(["records", "verify", "--key", bed.keys, ...args]);

describe("postern records verify", () => {
  it("prints the numbers and the head of an honest chain", async () => {
    const bed = RecordsBed.create();
    const path = await bed.export([3, 4]);
    const { code, out, err } = await verify(bed, path);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^production: 7 records in 2 batches, no findings\n/);
    expect(out).toMatch(/\n {2}from {2}0 at 2026-01-02T03:04:05.000Z\n {2}to {4}6 at .*\n {2}head {2}6:[0-9a-f]{64}\n/);
    expect(out).toMatch("the end is not checked: use --head or --receipts");
  });

  it("names what was changed, and exits with 1", async () => {
    const bed = RecordsBed.create();
    const path = await bed.export([3, 4], (text) => text.replace("web-5", "web-x"));
    const { code, out } = await verify(bed, path);
    expect(code).toBe(1);
    expect(out).toMatch(
      `changed-record  ${path}:7\n  record 5 was changed: its hash is not the signed one\nproduction: 7`,
    );
  });

  it("prints the same as data", async () => {
    const bed = RecordsBed.create();
    const path = await bed.export([3, 4], (text) => text.replace("web-5", "web-x"));
    const { code, out } = await verify(bed, "--output", "json", path);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      result: "findings",
      source: path,
      cluster: "production",
      records: 7,
      findingCount: 1,
      findings: [{ code: "changed-record", seq: 5, batch: 1, where: `${path}:7` }],
      endCheckedWith: [],
    });
  });

  it("reads standard input, and a private key as its public part", async () => {
    const bed = RecordsBed.create();
    const { out: jwks } = await runPostern(["records", "key", `${bed.folder.path}/private.json`]);
    expect(jwks).toMatch('"keys"');
    const text = (await bed.chain([2])).batches.join("");
    const args = ["records", "verify", "--key", bed.keys, "-"];
    expect(await runPostern(args, { stdin: text })).toMatchObject({ code: 0 });
    const others = ["records", "verify", "--key", `${bed.folder.path}/private.json`, "-"];
    expect(await runPostern(others, { stdin: text })).toMatchObject({
      code: 1,
      out: expect.stringMatching("unknown-key"),
    });
  });

  it("finds a head that is not there any more", async () => {
    const bed = RecordsBed.create();
    const chain = await bed.chain([3, 4]);
    const head = `6:${(await chain.log.head()).prev}`;
    const whole = bed.folder.write("whole.jsonl", chain.batches.join(""));
    const short = bed.folder.write("short.jsonl", chain.batches[0] ?? "");
    expect(await verify(bed, "--head", head, whole)).toMatchObject({ code: 0 });
    expect(await verify(bed, short)).toMatchObject({ code: 0 });
    const { code, out } = await verify(bed, "--head", head, short);
    expect(code).toBe(1);
    expect(out).toMatch(/missing-receipt {2}--head\n {2}the chain has no record 6 with the hash/);
  });

  it("finds receipts of an audit log that are not there any more", async () => {
    const bed = RecordsBed.create();
    const chain = await bed.chain([3, 4]);
    const leaves = chain.log.batches.flatMap(({ sealed }) => sealed.records.map(({ leaf }) => leaf));
    const event = (leaf: string): string =>
      `${JSON.stringify({ kind: "Event", apiVersion: "audit.k8s.io/v1", annotations: { "pods.postern.dev/receipt": leaf, "authorization.k8s.io/decision": "allow" } })}\n`;
    const large = (leaf: string): string => event(leaf).replace("{", `{"requestObject":"${"x".repeat(2_000_000)}",`);
    const events = leaves.map((leaf, index) => (index === 6 ? large(leaf) : event(leaf)));
    const audit = bed.folder.write("audit.log", [...events, "not JSON\n"].join(""));
    const whole = bed.folder.write("whole.jsonl", chain.batches.join(""));
    const short = bed.folder.write("short.jsonl", chain.batches[0] ?? "");
    expect(await verify(bed, "--receipts", audit, whole)).toMatchObject({
      code: 0,
      out: expect.stringMatching("7 receipts found\n  the end was compared with --receipts"),
    });
    const { code, out } = await verify(bed, "--receipts", audit, short);
    expect(code).toBe(1);
    expect(out.match(/missing-receipt {2}.*audit\.log:[4-7]\n/g)?.length).toBe(4);
    expect(await verify(bed, "--receipts", whole, whole)).toMatchObject({
      code: 2,
      err: `postern: --receipts: ${whole} has no audit events in JSON Lines (audit.k8s.io/v1)\n`,
    });
  });

  it("verifies every cluster of a store of a gate, against its transaction log", async () => {
    const bed = RecordsBed.create();
    const { store, path } = bed.store();
    await recordPods(store, 0, 3, ["production", "staging"]);
    const { code, out } = await verify(bed, path);
    expect(code).toBe(0);
    expect(out).toMatch(/^production: 4 records[\s\S]*\nstaging: 4 records/);
    expect(out.match(/the end was compared with the transaction log/g)?.length).toBe(2);
    expect(await verify(bed, "--cluster", "staging", path)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^staging/),
    });
    expect(await verify(bed, "--cluster", "test", path)).toEqual({
      code: 2,
      out: "",
      err: `postern: ${path}: has no cluster "test"; it has production, staging\n`,
    });
    expect(await verify(bed, "--head", `0:${"0".repeat(64)}`, path)).toMatchObject({
      code: 2,
      err: `postern: ${path}: has several clusters; name one with --cluster: production, staging\n`,
    });
  });

  it("verifies a part", async () => {
    const bed = RecordsBed.create();
    const path = await bed.export([3, 4, 2]);
    const { out } = await verify(bed, "--from", "3", "--to", "2026-01-02T03:04:06Z", path);
    expect(out).toMatch(/^production: 4 records in 1 batch, no findings\n {2}from {2}3 /);
  });

  it.each<[what: string, content: string]>([
    ["no JSON", "-----BEGIN PUBLIC KEY-----"],
    ["another key", JSON.stringify({ kty: "EC", crv: "P-256", x: "a", y: "b" })],
    ["no keys", JSON.stringify({ keys: [] })],
    ["a point that is none", JSON.stringify({ kty: "OKP", crv: "Ed25519", x: "a" })],
  ])("refuses a key file with %s", async (_, content) => {
    const bed = RecordsBed.create();
    const key = bed.folder.write("key.json", content);
    expect(await runPostern(["records", "verify", "--key", key, bed.folder.path])).toEqual({
      code: 2,
      out: "",
      err: `postern: --key: ${key} is not a JWKS or a JWK with public Ed25519 keys (kty OKP, crv Ed25519, x)\n`,
    });
  });

  it("says what a folder without a store lacks", async () => {
    const bed = RecordsBed.create();
    const { code, out, err } = await verify(bed, bed.folder.path);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^postern: .*segments.*\n$/);
  });

  it("shows the progress of a long read on a terminal only", async () => {
    const bed = RecordsBed.create();
    const text = (await bed.chain([2, 2])).batches;
    const slow = async function* (): AsyncGenerator<string> {
      for (const part of text) {
        yield part;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    };
    const { runProgram } = await import("../../../../src/cli/program.ts");
    const { recordsCommand } = await import("../../../../src/cli/records/recordsCommand.ts");
    for (const isTTY of [true, false]) {
      let [out, err] = ["", ""];
      const terminal = {
        stdout: { write: (it: string) => (out += it) },
        stderr: { write: (it: string) => (err += it), isTTY },
        stdin: slow(),
        env: {},
      };
      const args = ["records", "verify", "--key", bed.keys, "-"];
      expect(await runProgram(args, terminal, { version: "1" }, [recordsCommand])).toBe(0);
      if (isTTY) expect(err).toMatch(/^\rverifying production: \d records\r {31}\r$/);
      else expect(err).toBe("");
      expect(out).toMatch(/no findings/);
    }
  });

  it("does not take a key that is not trusted", async () => {
    const bed = RecordsBed.create();
    const key = bed.folder.write("other.jwks", testKey().jwks);
    const { code, out } = await runPostern(["records", "verify", "--key", key, await bed.export([1])]);
    expect(code).toBe(1);
    expect(out).toMatch(/^unknown-key /);
  });
});
