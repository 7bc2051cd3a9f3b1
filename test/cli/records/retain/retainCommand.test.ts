import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runPostern } from "../../runPostern.ts";
import { outputFaults } from "../../terminal/outputFaults.ts";
import { RecordsBed, recordPods } from "../RecordsBed.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2020, 0, 2, 12);

interface IdleStore {
  readonly bed: RecordsBed;
  readonly path: string;
  readonly key: string;
  /** `postern records retain` with a key and 30 days. */
  retain(...args: readonly string[]): ReturnType<typeof runPostern>;
}

/** A store that no gate has open: `production` has records of three days, `staging` of the first one. */
async function idleStore(): Promise<IdleStore> {
  const bed = RecordsBed.create();
  let nowMs = START_MS;
  const { store, path } = bed.store({ now: () => nowMs });
  await recordPods(store, 0, 3, ["production", "staging"]);
  for (const day of [1, 2]) {
    nowMs = START_MS + day * DAY_MS;
    await recordPods(store, 4 * day, 4 * day + 3);
  }
  store.close();
  const key = bed.folder.write("private.json", bed.key.privateJwk);
  const retain: IdleStore["retain"] = (...args) =>
    runPostern(["records", "retain", "--keep-days", "30", "--key", key, ...args, path]);
  return { bed, path, key, retain };
}

const filesOf = (path: string, cluster: string): string[] => readdirSync(`${path}/segments/${cluster}`).sort();
const segment = (batch: number): string => `${String(batch).padStart(12, "0")}.jsonl`;

describe("postern records retain on a folder", () => {
  it("deletes old segments but the last of each cluster, and the chain is verified from the checkpoint", async () => {
    const { bed, path, retain } = await idleStore();
    const said = "production: the retention of all records before 8 has ended (up to\n    2020-01-03T12:00:00.000Z)";
    const rest = "staging: nothing to do: no segment before the last is older than 30 days\n";
    const before = filesOf(path, "production");
    expect(before).toEqual([segment(0), segment(4), segment(8)]);
    expect(await retain("--dry-run")).toEqual({
      code: 0,
      out: `${said}: would write a checkpoint, and delete them\n${rest}`,
      err: "",
    });
    expect(filesOf(path, "production")).toEqual(before);
    expect(await retain()).toEqual({
      code: 0,
      out: `${said}: they are deleted, and a checkpoint takes their\n    place\n${rest}`,
      err: "",
    });
    expect(filesOf(path, "production")).toEqual([segment(8), "~checkpoint-000000000008.json"]);
    const { code, out } = await runPostern(["records", "verify", "--key", bed.keys, path]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^production: 4 records in 4 batches, no findings\n/)]);
    expect(await retain()).toMatchObject({ code: 0, out: expect.stringMatching(/^production: nothing to do/) });
  });

  it("a gate goes on from the last segment", async () => {
    const { bed, path, retain } = await idleStore();
    expect((await retain()).code).toBe(0);
    const { store } = bed.store();
    await recordPods(store, 20, 21);
    store.close();
    const { out } = await runPostern(["records", "verify", "--key", bed.keys, "--output", "json", path]);
    expect(
      out
        .split("\n")
        .slice(0, 1)
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ cluster: "production", records: 6, first: { seq: 8 }, findingCount: 0 }]);
  });

  it("prints JSON, and takes the settings of the gate", async () => {
    const { bed, path } = await idleStore();
    const env = { POSTERN_RECORDS_KEY: bed.key.privateJwk, POSTERN_RECORDS_KEEP_DAYS: "30" };
    const args = ["records", "retain", "--output", "json", "--cluster", "production", path];
    const { code, out } = await runPostern(args, { env });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      source: path,
      cluster: "production",
      result: "ended",
      first: { seq: 8, batch: 8, lastAt: "2020-01-03T12:00:00.000Z" },
      deletedBy: "postern",
    });
    const again = JSON.parse((await runPostern(args, { env })).out);
    expect(again).toMatchObject({ result: "kept" });
    expect([JSON.parse(out), again].map((output) => outputFaults("recordsRetain", output))).toEqual([null, null]);
  });

  it("refuses a store that is in use", async () => {
    const bed = RecordsBed.create();
    const { store, path } = bed.store();
    await recordPods(store, 0, 0);
    const { code, err } = await runPostern(["records", "retain", "--dry-run", "--keep-days", "1", path]);
    expect([code, err]).toEqual([2, `postern: another process has the record store ${path} open; stop it first\n`]);
    await recordPods(store, 1, 1);
  });

  it("keeps everything where a checkpoint with another text is there", async () => {
    const { bed, path, retain } = await idleStore();
    bed.folder.write("store/segments/production/~checkpoint-000000000008.json", "{}");
    const { code, err } = await retain();
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^postern: .*~checkpoint-000000000008\.json has another checkpoint\n$/),
    ]);
    expect(filesOf(path, "production").length).toBe(4);
    expect(readFileSync(`${path}/segments/production/${segment(0)}`, "utf8")).toMatch('"seq":0');
  });

  it.each<[what: string, args: (bed: RecordsBed) => string[], err: (bed: RecordsBed) => string]>([
    [
      "no time to keep",
      ({ folder }) => [folder.path],
      () => "how long are records kept? set --keep-days, or POSTERN_RECORDS_KEEP_DAYS",
    ],
    [
      "no days",
      ({ folder }) => ["--keep-days", "0", folder.path],
      () =>
        "option '--keep-days <days>' argument '0' is invalid. expected a number of days from 1 to 36500; see postern records retain --help",
    ],
    [
      "no key",
      ({ folder }) => ["--keep-days", "9", folder.path],
      () => "POSTERN_RECORDS_KEY is not set: records are signed; make a key with `postern records key FILE`",
    ],
    [
      "a public key",
      ({ folder, keys }) => ["--keep-days", "9", "--key", keys, folder.path],
      ({ keys }) => `--key: ${keys} is not a private Ed25519 JWK; postern records key makes one`,
    ],
    [
      "a key that is not there",
      ({ folder }) => ["--keep-days", "9", "--key", "no-key", folder.path],
      () => "--key: no-key does not exist",
    ],
    [
      "a folder without a store",
      ({ folder }) => ["--keep-days", "9", "--dry-run", folder.path],
      ({ folder }) => `${folder.path}: is not the store of a gate: it has no file log.db`,
    ],
    [
      "a file",
      ({ keys }) => ["--keep-days", "9", "--dry-run", keys],
      ({ keys }) => `${keys}: is not a store; name the folder of a store, or s3://BUCKET/PREFIX`,
    ],
    [
      "a bucket without its table",
      () => ["--keep-days", "9", "--dry-run", "s3://bucket/prefix"],
      () => "s3://bucket/prefix: needs the transaction log; name its table with --table",
    ],
  ])("exits with 2 for %s, and changes nothing", async (_, args, err) => {
    const bed = RecordsBed.create();
    mkdirSync(`${bed.folder.path}/segments`);
    const result = await runPostern(["records", "retain", ...args(bed)]);
    expect(result).toEqual({ code: 2, out: "", err: `postern: ${err(bed)}\n` });
    expect(readdirSync(bed.folder.path).sort()).toEqual(["records.jwks", "segments"]);
  });
});
