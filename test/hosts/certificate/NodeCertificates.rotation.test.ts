import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { CertificateBed, type Protocol } from "./CertificateBed.ts";
import { CAS, type ClientPair, clientPair, pemOf, SUBJECT } from "./clientPki.ts";

/** Calls of each kind after each step. */
const CALLS = 20;

it("a rotation of the client CA and of the client certificate refuses no call", async () => {
  const [oldCa, newCa] = await Promise.all([pemOf(CAS.old), pemOf(CAS.new)]);
  const old = await clientPair();
  const renewed = await clientPair({ key: "p256", issuer: CAS.new.subject, signedBy: "p521" });
  const bed = await CertificateBed.start(oldCa, { subjects: [SUBJECT] });
  let current: ClientPair = old;
  let isDone = false;
  const counts = new Map<string, number>();
  const answers = new Map<string, number>();
  const count = (kind: string, answer: string): void => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  };
  /** With a new connection for each call. */
  const callAnew = async (protocol: Protocol): Promise<void> => {
    while (!isDone) {
      count(`${protocol}, new`, await bed.call(protocol, { pair: current }));
      await sleep(1);
    }
  };
  /** With a connection that is made again when the certificate was renewed, as an API server does. */
  const callKept = async (protocol: Protocol): Promise<void> => {
    while (!isDone) {
      const pair = current;
      const kept = bed.keep(protocol, pair);
      while (!isDone && pair === current) {
        count(`${protocol}, kept`, await kept.call());
        await sleep(1);
      }
      kept.close();
    }
  };
  const callers = (["http/1.1 over TLS 1.2", "h2 over TLS 1.3"] as const).flatMap((it) => [callAnew(it), callKept(it)]);
  const moreCalls = async (): Promise<void> => {
    const before = new Map(counts);
    const isEnough = (): boolean =>
      counts.size === callers.length && [...counts].every(([kind, made]) => made >= (before.get(kind) ?? 0) + CALLS);
    await eventually("calls of each kind", () => isEnough() || undefined);
  };
  const writeCa = async (pem: string): Promise<void> => {
    const lines = bed.log.lines.length;
    bed.writeCa(pem);
    await eventually("the change", () => bed.log.lines.length > lines || undefined);
    await moreCalls();
  };
  try {
    await moreCalls();
    await writeCa(oldCa + newCa);
    current = renewed;
    await moreCalls();
    await writeCa(newCa);
    // The old certificate is worth nothing by now.
    expect(await bed.call("h2 over TLS 1.3", { pair: old })).toBe("not-verified");
  } finally {
    isDone = true;
    await Promise.all(callers);
    await bed.stop();
  }
  expect([...answers.keys()]).toEqual([`accepted ${SUBJECT}`]);
  expect(bed.log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    "info: CA file of clients changed",
    "info: CA file of clients changed",
  ]);
});
