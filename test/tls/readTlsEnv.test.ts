import { describe, expect, it } from "vitest";
import { readTlsEnv, readTlsSettings, type TlsEnv } from "../../src/tls/readTlsEnv.ts";

const PAIR = { POSTERN_CERT: "c", POSTERN_KEY: "k" };
const STANDBY = { POSTERN_STANDBY_CERT: "sc", POSTERN_STANDBY_KEY: "sk" };

describe("readTlsEnv", () => {
  it("returns undefined without a certificate", () => {
    expect(readTlsEnv({})).toBeUndefined();
  });

  it("reads every variable", () => {
    expect(
      readTlsEnv({
        ...PAIR,
        ...STANDBY,
        POSTERN_CA: "ca.crt",
        POSTERN_TLS_HOSTS: "a.example, b.example,",
        POSTERN_TLS_POLL_SECONDS: "0.1",
        POSTERN_TLS_DRAIN_SECONDS: "0",
        POSTERN_TLS_ALLOW_OLDER: "1",
        POSTERN_TLS_ALLOW_LEAF_ONLY: "0",
        POSTERN_RENEWING_FILE: "r",
      }),
    ).toEqual({
      main: { cert: "c", key: "k" },
      standby: { cert: "sc", key: "sk" },
      rules: { hosts: ["a.example", "b.example"], allowLeafOnly: false },
      caFile: "ca.crt",
      pollMs: 100,
      drainMs: 0,
      allowOlder: true,
      renewingFile: "r",
    });
  });

  it.each<[string, TlsEnv, RegExp]>([
    [
      "a host with a port",
      { ...PAIR, POSTERN_TLS_HOSTS: "a.example,[::1]:8443" },
      /^POSTERN_TLS_HOSTS contains "\[::1\]:8443", which cannot be the host of a URL/,
    ],
    [
      "a URL in place of a host",
      { ...PAIR, POSTERN_TLS_HOSTS: "https://a.example" },
      /^POSTERN_TLS_HOSTS contains "https:\/\/a\.example"/,
    ],
    [
      "an address with a zone",
      { ...PAIR, POSTERN_TLS_HOSTS: "fe80::1%eth0" },
      /^POSTERN_TLS_HOSTS contains "fe80::1%eth0"/,
    ],
    ["a certificate without a key", { POSTERN_CERT: "c" }, /^POSTERN_KEY is missing/],
    ["a key without a certificate", { POSTERN_KEY: "k" }, /^POSTERN_CERT is missing/],
    [
      "a standby key without a standby certificate",
      { ...PAIR, POSTERN_STANDBY_KEY: "k" },
      /^POSTERN_STANDBY_CERT is missing/,
    ],
    ["a standby pair without a main one", STANDBY, /^POSTERN_STANDBY_CERT needs a main/],
    [
      "an interval with a unit",
      { ...PAIR, POSTERN_TLS_POLL_SECONDS: "10s" },
      /^POSTERN_TLS_POLL_SECONDS is not a number of seconds/,
    ],
    ["an interval below 0.05 s", { ...PAIR, POSTERN_TLS_POLL_SECONDS: "0.01" }, /from 0\.05 to 86400/],
    [
      "a drain time above one day",
      { ...PAIR, POSTERN_TLS_DRAIN_SECONDS: "3000000" },
      /^POSTERN_TLS_DRAIN_SECONDS is not a number of seconds/,
    ],
    [
      "a negative drain time",
      { ...PAIR, POSTERN_TLS_DRAIN_SECONDS: "-1" },
      /^POSTERN_TLS_DRAIN_SECONDS is not a number of seconds/,
    ],
    ["POSTERN_TLS_ALLOW_OLDER=off", { ...PAIR, POSTERN_TLS_ALLOW_OLDER: "off" }, /^POSTERN_TLS_ALLOW_OLDER expects 1/],
    [
      "POSTERN_TLS_ALLOW_LEAF_ONLY=No",
      { ...PAIR, POSTERN_TLS_ALLOW_LEAF_ONLY: "No" },
      /^POSTERN_TLS_ALLOW_LEAF_ONLY expects 1/,
    ],
  ])("rejects %s and names the variable", (_what, env, message) => {
    expect(() => readTlsEnv(env)).toThrow(message);
  });
});

describe("readTlsSettings", () => {
  it("prefers options to the environment", () => {
    const options = { cert: "oc", key: "ok", standbyCert: "osc", standbyKey: "osk", hosts: "o.example" };
    expect(readTlsSettings(options, { ...PAIR, ...STANDBY, POSTERN_TLS_HOSTS: "a.example" })).toMatchObject({
      main: { cert: "oc", key: "ok" },
      standby: { cert: "osc", key: "osk" },
      rules: { hosts: ["o.example"] },
    });
  });

  it("takes the standby pair, the hosts and the rest from the environment when no option gives them", () => {
    const env = { ...PAIR, ...STANDBY, POSTERN_TLS_HOSTS: "a.example", POSTERN_TLS_POLL_SECONDS: "2" };
    expect(readTlsSettings({ cert: "oc", key: "ok" }, env)).toMatchObject({
      main: { cert: "oc", key: "ok" },
      standby: { cert: "sc", key: "sk" },
      rules: { hosts: ["a.example"] },
      pollMs: 2_000,
    });
  });
});
