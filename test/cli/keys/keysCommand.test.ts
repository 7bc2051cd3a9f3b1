import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { keySetText } from "../../../src/cli/keys/keySetText.ts";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import { type CapabilityKey, readKeySet } from "../../../src/identity/capability/readKeySet.ts";
import { InputFolder } from "../InputFolder.ts";
import { runPostern } from "../runPostern.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Times in a file have whole seconds. */
const NOW_MS = Math.floor(Date.now() / 1_000) * 1_000;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;

let files = 0;
/** A file with keys that got their roles so long ago. */
function fileOf(keys: readonly CapabilityKey[]): string {
  files += 1;
  return folder.write(`set-${files}.json`, keySetText(keys));
}

async function key(agoMs: number, more: Partial<CapabilityKey> = {}): Promise<CapabilityKey> {
  return { ...(await makeKey("EdDSA", NOW_MS - agoMs)), ...more };
}

/** The private parts of a set, which no report may have. */
function secretsOf(path: string): readonly string[] {
  return readKeySet(readFileSync(path, "utf8")).flatMap(({ d }) => d ?? []);
}

function expectNoSecret(text: string, secrets: readonly string[]): void {
  expect(secrets.length).toBeGreaterThan(0);
  for (const secret of secrets) expect(text).not.toContain(secret);
}

describe("postern keys new", () => {
  it.each([
    ["EdDSA", [] as string[]],
    ["EdDSA", ["--algorithm", "EdDSA"]],
    ["ES256", ["--algorithm", "ES256"]],
  ])("makes a file of two %s keys that only its owner can read: %j", async (alg, args) => {
    files += 1;
    const path = `${folder.path}/new ${files}.json`;
    const { code, out, err } = await runPostern(["keys", "new", "--out", path, ...args]);
    expect([code, err]).toEqual([0, ""]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const keys = readKeySet(readFileSync(path, "utf8"));
    expect(keys).toMatchObject([
      { alg, d: expect.any(String) },
      { alg, d: expect.any(String) },
    ]);
    expectNoSecret(out, secretsOf(path));
    expect(out.replaceAll(TIME, "TIME")).toBe(`kid               algorithm  role
${keys[0].kid}  ${alg}      signs since TIME
${keys[1]?.kid}  ${alg}      next, known since TIME

Set POSTERN_CAPABILITY_KEYS on every instance of the gate:
  Workers  npx wrangler secret put POSTERN_CAPABILITY_KEYS < '${path}'
  others   export POSTERN_CAPABILITY_KEYS="$(cat '${path}')"
A process on Node reads it only when it starts: start it again.
When it is set everywhere, and not before TIME, the next
rotation is possible: postern keys rotate '${path}'
`);
  });

  it.each([["text"], ["json"]])("prints only the set to standard output without --out: %s", async (output) => {
    const { code, out, err } = await runPostern(["keys", "new", "--output", output]);
    expect(code).toBe(0);
    const keys = readKeySet(out);
    expect(keys).toHaveLength(2);
    expect(err).toContain(keys[0].kid);
    expectNoSecret(
      err,
      keys.flatMap(({ d }) => d ?? []),
    );
  });

  it("does not overwrite a file, and follows no link", async () => {
    const path = folder.write("here.json", "mine");
    const link = folder.link("link.json", `${folder.path}/elsewhere.json`);
    for (const out of [path, link])
      expect(await runPostern(["keys", "new", "--out", out])).toEqual({
        code: 2,
        out: "",
        err: `postern: ${out}: exists already, and keys are never overwritten; name another file\n`,
      });
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(existsSync(`${folder.path}/elsewhere.json`)).toBe(false);
  });

  it("says why a file cannot be written", async () => {
    const result = await runPostern(["keys", "new", "--out", `${folder.path}/no/keys.json`]);
    expect(result).toEqual({
      code: 2,
      out: "",
      err: `postern: ${folder.path}/no/keys.json: cannot be written: its folder does not exist\n`,
    });
  });
});

describe("postern keys rotate", () => {
  it("replaces the file in one step, and says what each key is for", async () => {
    const [a, b] = [await key(HOUR_MS), await key(HOUR_MS)];
    const path = fileOf([a, b]);
    chmodSync(path, 0o644);
    const before = secretsOf(path);
    const { code, out, err } = await runPostern(["keys", "rotate", path, "--life", "1h", "--grace", "2d"]);
    expect([code, err]).toEqual([0, ""]);
    const keys = readKeySet(readFileSync(path, "utf8"));
    expect(keys.map(({ kid, d, untilMs }) => [kid, d !== undefined, untilMs !== undefined])).toEqual([
      [b.kid, true, false],
      [expect.any(String), true, false],
      [a.kid, false, true],
    ]);
    expect((keys[2]?.untilMs ?? 0) - (keys[2]?.sinceMs ?? 0)).toBe(HOUR_MS + 2 * DAY_MS);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path).filter((name) => name.endsWith(".new"))).toEqual([]);
    expectNoSecret(out, [...before, ...secretsOf(path)]);
    expect(out.replaceAll(TIME, "TIME")).toBe(`kid               algorithm  role
${b.kid}  EdDSA      signs since TIME
${keys[1]?.kid}  EdDSA      next, known since TIME
${a.kid}  EdDSA      verifies until TIME

Set POSTERN_CAPABILITY_KEYS on every instance of the gate:
  Workers  npx wrangler secret put POSTERN_CAPABILITY_KEYS < ${path}
  others   export POSTERN_CAPABILITY_KEYS="$(cat ${path})"
A process on Node reads it only when it starts: start it again.
When it is set everywhere, and not before TIME, the next
rotation is possible: postern keys rotate ${path}
`);
  });

  it("has the default life and grace of a cluster, and says which keys it drops", async () => {
    const old = await key(40 * DAY_MS, { d: undefined, untilMs: NOW_MS - HOUR_MS });
    const path = fileOf([await key(DAY_MS), await key(DAY_MS), old]);
    const { code, out } = await runPostern(["keys", "rotate", path, "--output", "json"]);
    const report: { result: string; keys: { kid: string; role: string; since: string; until?: string }[] } =
      JSON.parse(out);
    expect([code, report.result]).toEqual([0, "rotated"]);
    expect(report.keys.map(({ role }) => role)).toEqual(["signs", "next", "verifies", "dropped"]);
    expect(report.keys[3]?.kid).toBe(old.kid);
    const { since = "", until = "" } = report.keys[2] ?? {};
    expect(Date.parse(until) - Date.parse(since)).toBe(8 * DAY_MS);
    expect(readKeySet(readFileSync(path, "utf8"))).toHaveLength(3);
  });

  it("makes the next key for another algorithm", async () => {
    const path = fileOf([await key(HOUR_MS), await key(HOUR_MS)]);
    expect((await runPostern(["keys", "rotate", path, "--algorithm", "ES256"])).code).toBe(0);
    expect(readKeySet(readFileSync(path, "utf8")).map(({ alg }) => alg)).toEqual(["EdDSA", "ES256", "EdDSA"]);
  });

  it("adds a next key to a set of one key", async () => {
    const only = await key(0, { sinceMs: undefined });
    const path = fileOf([only]);
    const { code, out } = await runPostern(["keys", "rotate", path]);
    expect(code).toBe(0);
    expect(out).toMatch(/^The set had no next key\. It has one now, and the same key signs\.\nkid /);
    expect(readKeySet(readFileSync(path, "utf8"))).toMatchObject([
      { kid: only.kid, d: only.d },
      { d: expect.any(String) },
    ]);
  });

  it("keeps a link, and replaces its file", async () => {
    const path = fileOf([await key(HOUR_MS), await key(HOUR_MS)]);
    const link = folder.link("current.json", path);
    expect((await runPostern(["keys", "rotate", link])).code).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readKeySet(readFileSync(path, "utf8"))).toHaveLength(3);
  });

  it("does not rotate twice before the next key can be everywhere, except with --now", async () => {
    const path = fileOf([await key(HOUR_MS), await key(HOUR_MS)]);
    expect((await runPostern(["keys", "rotate", path])).code).toBe(0);
    const text = readFileSync(path, "utf8");
    const { code, out, err } = await runPostern(["keys", "rotate", path]);
    expect([code, out]).toEqual([1, ""]);
    expect(err.replaceAll(TIME, "TIME")).toBe(
      `postern: ${path}: is not rotated: its next key is younger than 10 minutes, and an instance may not have it; rotate after TIME, or with --now when you know that every instance has this set\n`,
    );
    const asJson = await runPostern(["keys", "rotate", path, "--output", "json"]);
    expect([asJson.code, JSON.parse(asJson.out).result]).toEqual([1, "too-early"]);
    expectNoSecret(asJson.out, secretsOf(path));
    expect(readFileSync(path, "utf8")).toBe(text);
    expect((await runPostern(["keys", "rotate", path, "--now"])).code).toBe(0);
    expect(readKeySet(readFileSync(path, "utf8"))).toHaveLength(4);
  });

  it("does not rotate when nobody knows how old the next key is", async () => {
    const path = fileOf([await key(HOUR_MS), await key(0, { sinceMs: undefined })]);
    const { code, err } = await runPostern(["keys", "rotate", path]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^postern: .*: is not rotated: it does not say since when its next key is known; rotate with --now/,
    );
  });

  it("does not rotate a full set", async () => {
    const untilMs = NOW_MS + 5 * DAY_MS;
    const old = await Promise.all(Array.from({ length: 6 }, () => key(2 * DAY_MS, { d: undefined, untilMs })));
    const path = fileOf([await key(DAY_MS), await key(DAY_MS), ...old]);
    const text = readFileSync(path, "utf8");
    const { code, err } = await runPostern(["keys", "rotate", path, "--now"]);
    expect(code).toBe(1);
    expect(err.replaceAll(TIME, "TIME")).toBe(
      `postern: ${path}: is not rotated: a set has at most 8 keys, and each of these has capabilities; rotate after TIME\n`,
    );
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it.each([
    ["--life", "14m", "expected a duration from 15m to 30d, such as 24h"],
    ["--life", "31d", "expected a duration from 15m to 30d, such as 24h"],
    ["--life", "soon", "expected a duration from 15m to 30d, such as 24h"],
    ["--grace", "91d", "expected a duration from 0s to 90d, such as 7d"],
    ["--grace", "", "expected a duration from 0s to 90d, such as 7d"],
  ])("does not accept %s %j", async (option, value, fault) => {
    const path = fileOf([await key(HOUR_MS), await key(HOUR_MS)]);
    const { code, err } = await runPostern(["keys", "rotate", path, `${option}=${value}`]);
    expect(code).toBe(2);
    expect(err).toBe(
      `postern: option '${option} <duration>' argument '${value}' is invalid. ${fault}; see postern keys rotate --help\n`,
    );
  });
});

describe("postern keys drop", () => {
  it("replaces the file in one step, and says what happens to capabilities", async () => {
    const [a, b] = [await key(HOUR_MS), await key(HOUR_MS)];
    const path = fileOf([a, b]);
    chmodSync(path, 0o644);
    const link = folder.link(`drop-${files}.json`, path);
    const before = secretsOf(path);
    const { code, out, err } = await runPostern(["keys", "drop", link, a.kid]);
    expect([code, err]).toEqual([0, ""]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path).filter((name) => name.endsWith(".new"))).toEqual([]);
    const text = readFileSync(path, "utf8");
    const keys = readKeySet(text);
    expect(keys).toMatchObject([{ kid: b.kid, d: b.d }, { d: expect.any(String) }]);
    for (const gone of [a.kid, a.x, a.d]) expect(text).not.toContain(gone);
    expectNoSecret(out, [...before, ...secretsOf(path)]);
    expect(
      out.replaceAll(TIME, "TIME"),
    ).toBe(`${a.kid} is dropped. An instance with the new set refuses its capabilities at once.
Calls with them get 401 until the sync of the cluster has written another one,
which it does at its next run: set it everywhere now, and run the syncs.

kid               algorithm  role
${b.kid}  EdDSA      signs since TIME
${keys[1]?.kid}  EdDSA      next, known since TIME

Set POSTERN_CAPABILITY_KEYS on every instance of the gate:
  Workers  npx wrangler secret put POSTERN_CAPABILITY_KEYS < ${link}
  others   export POSTERN_CAPABILITY_KEYS="$(cat ${link})"
A process on Node reads it only when it starts: start it again.
When it is set everywhere, and not before TIME, the next
rotation is possible: postern keys rotate ${link}
`);
  });

  it("drops both keys of a file that leaked, one after the other", async () => {
    const leaked = [await key(HOUR_MS), await key(HOUR_MS)];
    const path = fileOf(leaked);
    for (const { kid } of leaked) {
      const { code, out } = await runPostern(["keys", "drop", path, kid, "--output", "json"]);
      const report: { result: string; keys: { kid: string; role: string }[] } = JSON.parse(out);
      expect([code, report.result, report.keys.map(({ role }) => role)]).toEqual([
        0,
        "dropped",
        ["signs", "next", "dropped"],
      ]);
      expect(report.keys[2]?.kid).toBe(kid);
    }
    const text = readFileSync(path, "utf8");
    for (const { kid, d = "" } of leaked) for (const part of [kid, d]) expect(text).not.toContain(part);
  });

  it("takes an id that begins with a hyphen behind --", async () => {
    const [a, b] = [await key(HOUR_MS, { kid: "-a" }), await key(HOUR_MS)];
    const path = fileOf([a, b]);
    expect((await runPostern(["keys", "drop", path, "--", "-a"])).code).toBe(0);
    expect(readKeySet(readFileSync(path, "utf8"))[0].kid).toBe(b.kid);
  });

  it("does not drop the last key that can sign", async () => {
    const old = await key(DAY_MS, { d: undefined, untilMs: NOW_MS + DAY_MS });
    const only = await key(DAY_MS);
    const path = fileOf([only, old]);
    const text = readFileSync(path, "utf8");
    expect(await runPostern(["keys", "drop", path, only.kid])).toEqual({
      code: 1,
      out: "",
      err: `postern: ${path}: is not changed: no other key of it can sign; make a new set with \`postern keys new\`, which refuses all capabilities\n`,
    });
    const asJson = await runPostern(["keys", "drop", path, only.kid, "--output", "json"]);
    expect([asJson.code, JSON.parse(asJson.out).result]).toEqual([1, "last"]);
    expectNoSecret(asJson.out, secretsOf(path));
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("does not repeat what is not an id: it may be a private part", async () => {
    const path = fileOf([await key(HOUR_MS), await key(HOUR_MS)]);
    const text = readFileSync(path, "utf8");
    const [secret = ""] = secretsOf(path);
    expect(await runPostern(["keys", "drop", path, `x${secret}`])).toEqual({
      code: 2,
      out: "",
      err: `postern: ${path}: has no key of this id; the first column of \`postern keys list\` has the ids\n`,
    });
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});

describe("postern keys list", () => {
  it("prints each key without its private part", async () => {
    const untilMs = NOW_MS + DAY_MS;
    const path = fileOf([
      await key(HOUR_MS),
      await key(0, { sinceMs: undefined }),
      await key(DAY_MS, { d: undefined, untilMs }),
      await key(DAY_MS, { d: undefined, sinceMs: undefined }),
    ]);
    const { code, out, err } = await runPostern(["keys", "list", path]);
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n").map((line) => line.replaceAll(TIME, "TIME").slice(18))).toEqual([
      "algorithm  role",
      "EdDSA      signs since TIME",
      "EdDSA      next",
      "EdDSA      verifies until TIME",
      "EdDSA      verifies",
      "",
    ]);
    const json = await runPostern(["keys", "list", path, "--output", "json"]);
    expect(JSON.parse(json.out).keys).toMatchObject([
      { algorithm: "EdDSA", role: "signs", since: expect.stringMatching(TIME) },
      { role: "next" },
      { role: "verifies", until: expect.stringMatching(TIME) },
      { role: "verifies" },
    ]);
    for (const text of [out, json.out]) {
      expectNoSecret(text, secretsOf(path));
      for (const { x } of readKeySet(readFileSync(path, "utf8"))) expect(text).not.toContain(x);
    }
  });
});

describe("a file that is no set of keys", () => {
  const COMMANDS = [["rotate"], ["list"], ["drop", "a"]] as const;
  const secret = "c2VjcmV0LXBhcnQtb2YtYS1rZXktdGhhdC1sZWFrcw0";
  it.each<[what: string, content: string, fault: string]>([
    ["an empty file", "", ": is empty"],
    ["no JSON", `{"d":"${secret}"`, ": is not JSON"],
    ["a YAML file", `d: ${secret}\n`, ": is not JSON"],
    ["one JWK", `{"kty":"OKP","crv":"Ed25519","d":"${secret}"}`, ': is not a JWKS: expected {"keys": [...]}'],
    [
      "an RSA key",
      `{"keys":[{"kty":"RSA","d":"${secret}"}]}`,
      ": keys.0 is neither an Ed25519 key (kty OKP) nor a P-256 key (kty EC)",
    ],
    [
      "a public set",
      `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"${secret}"}]}`,
      ": keys.0 signs, and has no private part `d`",
    ],
    ["a large file", secret.repeat(3_000), ": is longer than 16384 characters"],
  ])("%s", async (_, content, fault) => {
    files += 1;
    const path = folder.write(`bad-${files}.json`, content);
    for (const args of COMMANDS)
      expect(await runPostern(["keys", args[0], path, ...args.slice(1)])).toEqual({
        code: 2,
        out: "",
        err: `postern: ${path}${fault}\n`,
      });
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  it.each([
    ["no such file", () => `${folder.path}/none.json`, "does not exist"],
    ["a folder", () => folder.path, "is a folder"],
    ["a device without an end", () => "/dev/zero", "is longer than 16384 characters"],
  ])("%s", async (_, path, fault) => {
    for (const args of COMMANDS)
      expect(await runPostern(["keys", args[0], path(), ...args.slice(1)])).toEqual({
        code: 2,
        out: "",
        err: `postern: ${path()}: ${fault}\n`,
      });
  });
});

it.each([["keys"], ["keys new"], ["keys rotate"], ["keys drop"], ["keys list"]])(
  "the help of %s has an example and fits",
  async (name) => {
    const { code, out, err } = await runPostern([...name.split(" "), "--help"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(new RegExp(`\\nExample:\\n {2}\\$ postern ${name}`));
    expect(out).toMatch(/Exit codes: 0/);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
  },
);
