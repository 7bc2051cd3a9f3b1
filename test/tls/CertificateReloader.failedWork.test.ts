import { afterEach, beforeAll, expect, it } from "vitest";
import { CertificateReloader } from "../../src/tls/CertificateReloader.ts";
import type { ManagedServer } from "../../src/tls/server/ManagedServer.ts";
import { TlsMetrics } from "../../src/tls/TlsMetrics.ts";
import { memoryLog } from "../gate/gateCall.ts";
import { NOW } from "../trust/makeCertificate.ts";
import { PairFolder } from "./PairFolder.ts";
import { HOST, makePair, type TestPair } from "./testPki.ts";

let pairs: readonly TestPair[] = [];
beforeAll(async () => {
  pairs = await Promise.all([makePair(), makePair({ key: "p256-c" }), makePair({ key: "rsa" })]);
});
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const ERROR = Object.assign(new Error("spawn ENOMEM"), { code: "ENOMEM" });
const BAD = { code: "handshake-failed", message: "serves another one" } as const;

/** A server in another process. */
function serverThat(change: Partial<ManagedServer>): ManagedServer {
  return {
    install: async () => undefined,
    check: async () => undefined,
    serves: async () => true,
    rollBack: async () => ({ isConfirmed: true }),
    retire: () => undefined,
    ...change,
  };
}

const fails = async (): Promise<never> => {
  throw ERROR;
};

it.each<[step: string, broken: Partial<ManagedServer>]>([
  ["swap", { install: fails }],
  ["check", { check: fails }],
  ["roll-back", { check: async () => BAD, rollBack: fails }],
  [
    "clean-up",
    {
      retire: () => {
        throw ERROR;
      },
    },
  ],
])("CertificateReloader goes on after a %s that throws, and serves the next certificate", async (step, broken) => {
  const [first, second, third] = pairs;
  if (first === undefined || second === undefined || third === undefined) throw new Error("no pairs");
  const folder = new PairFolder();
  folder.write(first);
  const log = memoryLog();
  const reloader = await CertificateReloader.load({
    main: folder.paths(),
    rules: { hosts: [HOST], allowLeafOnly: false },
    pollMs: 3_600_000,
    log,
    metrics: new TlsMetrics(),
    now: () => NOW,
  });
  ends.push(
    () => folder.remove(),
    () => reloader.stop(),
  );
  let current = broken;
  const server = serverThat({});
  reloader.manage({
    install: (...args) => (current.install ?? server.install)(...args),
    check: (...args) => (current.check ?? server.check)(...args),
    serves: (...args) => (current.serves ?? server.serves)(...args),
    rollBack: (...args) => (current.rollBack ?? server.rollBack)(...args),
    retire: (...args) => (current.retire ?? server.retire)(...args),
  });
  await reloader.settled();
  folder.write(second);
  reloader.poll();
  await reloader.settled();
  expect(reloader.state.phase).toBe("steady");
  expect(log.lines).toContainEqual({
    level: "error",
    message: "a step of the certificate rotation failed",
    properties: { step, error: ERROR },
  });
  current = {};
  folder.write(third);
  reloader.poll();
  await reloader.settled();
  expect(reloader.state.serving.serial).toBe(third.serial);
});
