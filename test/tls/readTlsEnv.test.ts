import { afterAll, describe, expect, it } from "vitest";
import { readTlsEnv, type TlsEnv } from "../../src/tls/readTlsEnv.ts";
import { TlsMetrics } from "../../src/tls/TlsMetrics.ts";
import { memoryLog } from "../gate/gateCall.ts";
import { PairFolder } from "./PairFolder.ts";
import { rootPem } from "./testPki.ts";

const folder = new PairFolder();
afterAll(() => folder.remove());
const deps = { log: memoryLog(), metrics: new TlsMetrics(), now: () => 0 };
const PAIR = { POSTERN_CERT: "c", POSTERN_KEY: "k" };

it("is nothing without a certificate", async () => {
  expect(await readTlsEnv({}, deps)).toBeUndefined();
});

it("reads what is set", async () => {
  folder.write({ cert: await rootPem(), key: "" });
  const options = await readTlsEnv(
    {
      ...PAIR,
      POSTERN_STANDBY_CERT: "sc",
      POSTERN_STANDBY_KEY: "sk",
      POSTERN_CA: folder.paths().cert,
      POSTERN_TLS_HOSTS: "a.example, b.example,",
      POSTERN_TLS_POLL_SECONDS: "0.1",
      POSTERN_TLS_DRAIN_SECONDS: "0",
      POSTERN_TLS_ALLOW_OLDER: "1",
      POSTERN_TLS_ALLOW_LEAF_ONLY: "0",
      POSTERN_RENEWING_FILE: "r",
    },
    deps,
  );
  expect(await options?.rootsFile?.read()).toMatchObject([{ subject: { short: "Root" } }]);
  expect(options).toMatchObject({
    main: { cert: "c", key: "k" },
    standby: { cert: "sc", key: "sk" },
    rules: { hosts: ["a.example", "b.example"], allowLeafOnly: false },
    pollMs: 100,
    drainMs: 0,
    allowOlder: true,
    renewingFile: "r",
  });
});

describe("what makes no sense is refused, by the variable's name", () => {
  it.each<[string, TlsEnv, RegExp]>([
    ["a certificate alone", { POSTERN_CERT: "c" }, /^POSTERN_KEY is missing/],
    ["a key alone", { POSTERN_KEY: "k" }, /^POSTERN_CERT is missing/],
    ["a standby key alone", { ...PAIR, POSTERN_STANDBY_KEY: "k" }, /^POSTERN_STANDBY_CERT is missing/],
    [
      "a standby without main",
      { POSTERN_STANDBY_CERT: "c", POSTERN_STANDBY_KEY: "k" },
      /^POSTERN_STANDBY_CERT needs a main/,
    ],
    ["no number", { ...PAIR, POSTERN_TLS_POLL_SECONDS: "10s" }, /^POSTERN_TLS_POLL_SECONDS is not a number of seconds/],
    ["too often", { ...PAIR, POSTERN_TLS_POLL_SECONDS: "0.01" }, /from 0\.05 to 86400/],
    ["more than a timer can count", { ...PAIR, POSTERN_TLS_DRAIN_SECONDS: "3000000" }, /^POSTERN_TLS_DRAIN_SECONDS/],
    ["below nothing", { ...PAIR, POSTERN_TLS_DRAIN_SECONDS: "-1" }, /^POSTERN_TLS_DRAIN_SECONDS/],
    [
      "a switch that says neither yes nor no",
      { ...PAIR, POSTERN_TLS_ALLOW_OLDER: "off" },
      /^POSTERN_TLS_ALLOW_OLDER expects 1/,
    ],
    ["another one", { ...PAIR, POSTERN_TLS_ALLOW_LEAF_ONLY: "No" }, /^POSTERN_TLS_ALLOW_LEAF_ONLY expects 1/],
    ["roots that are not there", { ...PAIR, POSTERN_CA: "/nowhere/ca.crt" }, /ca\.crt: does not exist/],
  ])("%s", async (_what, env, message) => {
    await expect(readTlsEnv(env, deps)).rejects.toThrow(message);
  });
});
