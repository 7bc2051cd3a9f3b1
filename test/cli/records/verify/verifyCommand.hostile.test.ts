import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { runPostern } from "../../runPostern.ts";
import { RecordsBed, recordPods } from "../RecordsBed.ts";

/** The folder of a cluster in a store that somebody has changed. */
interface Changed {
  readonly bed: RecordsBed;
  readonly path: string;
  /** The path of a file of the cluster, from the folder of the bed. */
  file(name: string): string;
  /** Replaces a text in the only segment. */
  replace(from: string | RegExp, to: string): void;
  /** Changes the header of the first root, and leaves its signature. */
  header(more: object): void;
  sql(...statements: readonly string[]): void;
}

const SEGMENT = "000000000000.jsonl";
const NEXT = "000000000099.jsonl";

async function changedStore(): Promise<Changed> {
  const bed = RecordsBed.create();
  const { store, path } = bed.store();
  await recordPods(store, 0, 3);
  store.close();
  const file = (name: string): string => `store/segments/production/${name}`;
  const read = (): string => readFileSync(`${bed.folder.path}/${file(SEGMENT)}`, "utf8");
  const replace: Changed["replace"] = (from, to) => {
    const text = read();
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    bed.folder.write(file(SEGMENT), changed);
  };
  const header: Changed["header"] = (more) => {
    const [head = ""] = /(?<=\{"batch":")[\w-]+/.exec(read()) ?? [];
    const other = { ...JSON.parse(Buffer.from(head, "base64url").toString()), ...more };
    replace(head, Buffer.from(JSON.stringify(other)).toString("base64url"));
  };
  const sql: Changed["sql"] = (...statements) => {
    const db = new DatabaseSync(`${path}/log.db`);
    for (const statement of statements) db.exec(statement);
    db.close();
  };
  return { bed, path, file, replace, header, sql };
}

const fifo = ({ bed }: Changed, name: string): unknown => execFileSync("mkfifo", [`${bed.folder.path}/${name}`]);
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("postern records verify finds in a hostile store", () => {
  it.each<[what: string, change: (store: Changed) => unknown, code: RegExp]>([
    ["a line of 16 MiB", ({ replace }) => replace("\n", `\n${"x".repeat(16 * 1024 * 1024)}\n`), /^foreign-record /],
    ["JSON of 50,000 levels", ({ replace }) => replace("\n", `\n${nested(50_000)}\n`), /^(?:foreign|changed)-record /],
    ["a number that is none", ({ replace }) => replace('"durationMs":0.25', '"durationMs":1e400'), /^changed-record /],
    ["a member twice", ({ replace }) => replace('"seq":2}', '"seq":2,"seq":2}'), /^changed-record /],
    ["__proto__", ({ replace }) => replace('"seq":2}', '"seq":2,"__proto__":{"seq":9}}'), /^changed-record /],
    [
      "constructor",
      ({ replace }) => replace('"user":{', '"user":{"constructor":{"prototype":{}},'),
      /^changed-record /,
    ],
    ["a byte order mark", ({ replace }) => replace(/^/, "\ufeff"), /^changed-record /],
    ["ends of lines of another system", ({ replace }) => replace(/\n/g, "\r\n"), /^unreadable-root /],
    ["the algorithm none", ({ header }) => header({ alg: "none" }), /^unreadable-root /],
    ["the algorithm HS256", ({ header }) => header({ alg: "HS256" }), /^unreadable-root /],
    ["a key in the header", ({ header }) => header({ jwk: {} }), /^unreadable-root /],
    ["a critical extension", ({ header }) => header({ crit: ["b64"], b64: false }), /^unreadable-root /],
    ["the key id __proto__", ({ header }) => header({ kid: "__proto__" }), /^unknown-key /],
    ["a key id that is a path", ({ header }) => header({ kid: "../../records.jwks" }), /^unknown-key /],
    ["a key id of 8 KiB", ({ header }) => header({ kid: "\u001b[31m".repeat(1_600) }), /^unknown-key [\s\S]{0,2000}$/],
    [
      "500 copies of the segment",
      ({ bed, path, file }) => {
        const text = readFileSync(`${path}/segments/production/${SEGMENT}`, "utf8");
        for (let copy = 100; copy < 600; copy += 1) bed.folder.write(file(`000000000${copy}.jsonl`), text);
      },
      /^repeated-batch [\s\S]*and [\d,]+ more findings\n/,
    ],
    ["a log that ends earlier", ({ sql }) => sql("DELETE FROM batches WHERE batch > 1"), /^log-differs /],
    [
      "another end in the log",
      ({ sql }) => sql(`UPDATE batches SET end_prev = '${"0".repeat(64)}' WHERE batch = 3`),
      /^log-differs /,
    ],
  ])("%s", async (_, change, found) => {
    const store = await changedStore();
    change(store);
    const { code, out, err } = await runPostern(["records", "verify", "--key", store.bed.keys, store.path]);
    expect([code, err]).toEqual([1, ""]);
    expect(out).toMatch(found);
    // What a terminal acts on.
    expect(/[^\P{Cc}\n]/u.test(out)).toBe(false);
  });

  it.each<[what: string, change: (store: Changed) => unknown, err: RegExp]>([
    ["a FIFO as a segment", (it) => fifo(it, it.file(NEXT)), /99\.jsonl is not a regular file/],
    ["a FIFO as a checkpoint", (it) => fifo(it, it.file("~checkpoint-000000000001.json")), /is not a regular file/],
    [
      "a link to a device",
      ({ bed, file }) => bed.folder.link(file(NEXT), "/dev/zero"),
      /99\.jsonl is not a regular file/,
    ],
    ["a circle of links", ({ bed, file }) => bed.folder.link(file(NEXT), NEXT), /ELOOP/],
    ["a folder as a segment", ({ path }) => mkdirSync(`${path}/segments/production/${NEXT}`), /is not a regular file/],
    ["a log of another program", ({ bed }) => bed.folder.write("store/log.db", "x".repeat(9_999)), /not a database/],
    [
      "a view that never ends in the log",
      ({ sql }) =>
        sql(
          "DROP TABLE archives",
          "CREATE VIEW archives AS WITH RECURSIVE t(cluster) AS (SELECT 'a' UNION ALL SELECT 'a' FROM t) SELECT * FROM t",
        ),
      /log\.db is not the transaction log of a gate/,
    ],
  ])("%s, with one line and exit code 2", async (_, change, message) => {
    const store = await changedStore();
    change(store);
    const { code, out, err } = await runPostern(["records", "verify", "--key", store.bed.keys, store.path]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^postern: [^\n]+\n$/);
    expect(err).toMatch(message);
  });

  it.each<[what: string, change: (store: Changed) => unknown]>([
    [
      "a cluster in the log whose name leads out of the folder",
      ({ sql }) =>
        sql(
          "INSERT INTO archives VALUES ('../../../outside', 1)",
          "INSERT INTO batches SELECT '../../../outside', batch, at, end_seq, end_prev, end_batch_hash, text FROM batches",
        ),
    ],
    [
      "files with other names",
      ({ bed, file }) => {
        bed.folder.write(file("..jsonl"), "x");
        bed.folder.write(file("a\n\u001b[31m.jsonl"), "x");
      },
    ],
  ])("does not follow %s", async (_, change) => {
    const store = await changedStore();
    store.bed.folder.write("outside/000000000000.jsonl", "x\n");
    change(store);
    const args = ["records", "verify", "--key", store.bed.keys, store.path];
    expect(await runPostern(args)).toMatchObject({ code: 0, out: expect.stringMatching(/^production: 4 records/) });
    const named = await runPostern([...args, "--cluster", "../../../outside"]);
    expect(named).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/has no cluster/) });
  });

  it.each(["query", "export", "prove", "tail"])(
    "postern records %s does not wait for a FIFO either",
    async (command) => {
      const store = await changedStore();
      fifo(store, store.file(NEXT));
      const args = command === "prove" ? ["prove", "705ab4f5", store.path] : [command, store.path];
      const { code, err } = await runPostern(["records", ...args]);
      expect([code, err]).toEqual([2, expect.stringMatching(/^postern: [^\n]*is not a regular file[^\n]*\n$/)]);
    },
  );
});

describe("postern records verify of a part", () => {
  it.each([
    ["after the last record", ["--from", "9"]],
    ["before the first record", ["--to", "2020-01-01"]],
  ])("says that nothing is %s", async (_, range) => {
    const { bed, path } = await changedStore();
    const { code, err } = await runPostern(["records", "verify", "--key", bed.keys, ...range, path]);
    expect([code, err]).toEqual([2, `postern: ${path}: no record is between --from and --to: nothing was verified\n`]);
  });

  it("after the last record finds that the end is missing", async () => {
    const { bed, path, replace } = await changedStore();
    replace(/\{[^\n]*\n\{"batch"[^\n]*\n$/, "");
    const { code, out } = await runPostern(["records", "verify", "--key", bed.keys, "--from", "9", path]);
    expect([code, out]).toEqual([1, expect.stringMatching(/^missing-end /)]);
  });
});
