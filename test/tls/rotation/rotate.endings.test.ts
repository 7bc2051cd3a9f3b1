import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SlotReading } from "../../../src/tls/pair/SlotReading.ts";
import type { TlsFaultCode } from "../../../src/tls/TlsError.ts";
import { FakeServer } from "./FakeServer.ts";
import { HOUR_MS, NEW, NOW, pair, SERVING, STANDBY } from "./ReadingsBed.ts";

const HOUR = 3_600;
const faulty = (code: TlsFaultCode, more = {}): SlotReading => ({
  pair: pair("new", more),
  fault: { code, message: "" },
});
/** Ends in an hour. */
const ENDING = SERVING;
const LATER = { notAfter: NOW + 90 * 24 * HOUR_MS };
const VALID = pair("new", LATER);
const OTHER = pair("other", LATER);
const SECOND = pair("standby", { ...LATER, slot: "standby" });

/** A server that serves a certificate until its end, and an hour more. The new files are there before the end. */
function pastEnd(main: SlotReading, good: readonly string[], standby?: SlotReading): FakeServer {
  const server = new FakeServer(ENDING, true);
  server.good = [ENDING.hash, ...good];
  server.slots = standby === undefined ? { main } : { main, standby };
  server.pass(HOUR / 2);
  server.pass(HOUR);
  return server;
}

describe("rotate after the end of the serving certificate", () => {
  it.each<[what: string, main: SlotReading, good: string[], serving: string, isConfirmed: boolean, told: string[]]>([
    ["a valid one", { pair: VALID }, ["new"], "new", true, ["new"]],
    // Refused while the former one is valid, and tried again at its end, where it stays. Then two more attempts.
    ["a valid one that fails its check", { pair: VALID }, [], "new", false, ["new", "serving", "new", "new", "new"]],
    [
      "one that is not valid yet",
      faulty("not-yet-valid", { notBefore: NOW + 5 * HOUR_MS }),
      ["new"],
      "serving",
      true,
      [],
    ],
    ["one that has ended, too", faulty("expired", { notAfter: NOW - 1 }), ["new"], "serving", true, []],
    ["one with another key", faulty("key-mismatch", LATER), ["new"], "serving", true, []],
    ["one for other hosts", faulty("wrong-host", LATER), ["new"], "new", true, ["new"]],
    ["one for other hosts that fails its check", faulty("wrong-host", LATER), [], "new", false, ["new", "new", "new"]],
    ["one of a root that is not in POSTERN_CA", faulty("untrusted", LATER), ["new"], "new", true, ["new"]],
    ["no file", { fault: { code: "missing", message: "" } }, [], "serving", true, []],
  ])("with %s", (_what, main, good, serving, isConfirmed, told) => {
    const server = pastEnd(main, good);
    expect(server.state.serving.hash).toBe(serving);
    expect(server.state.isConfirmed).toBe(isConfirmed);
    expect(server.told).toEqual(told);
    const before = server.told.length;
    server.pass(3 * HOUR);
    expect(server.told).toHaveLength(before);
  });

  it("logs each result of a certificate that fails its check once", () => {
    const { logged } = pastEnd({ pair: VALID }, []);
    expect(logged).toEqual(["rolled-back", "recovered", "not-confirmed"]);
  });

  it("serves a standby instead of a certificate that stays unconfirmed", () => {
    const server = pastEnd({ pair: VALID }, ["standby"], { pair: SECOND });
    expect(server.state).toMatchObject({ serving: { hash: "standby" }, isConfirmed: true });
  });

  it("confirms a certificate that stays, once the server serves it without a reload", () => {
    const server = pastEnd({ pair: VALID }, []);
    const before = server.told.length;
    server.presented = "new";
    server.pass(10);
    expect(server.state).toMatchObject({ isConfirmed: true, rejected: {}, faults: {}, attempts: {} });
    expect(server.logged.slice(-2)).toEqual(["recovered", "confirmed"]);
    expect(server.told).toHaveLength(before);
  });

  it("serves a certificate that becomes valid after that end", () => {
    const server = pastEnd(faulty("not-yet-valid"), ["new"]);
    server.slots = { main: { pair: VALID } };
    server.pass(10);
    expect(server.state.serving.hash).toBe("new");
  });

  it("rolls back from one that has ended meanwhile only to one that ends later", () => {
    for (const [end, expected] of [
      [ENDING.notAfter + 1, "new"],
      [ENDING.notAfter - 1, "serving"],
    ] as const) {
      const short = pair("new", { notAfter: end });
      // The check takes longer than both certificates last.
      const checking = new FakeServer(ENDING, true);
      checking.state = { ...checking.state, phase: "check", candidate: short };
      checking.now = ENDING.notAfter + HOUR_MS;
      checking.send({ type: "checked", fault: { code: "handshake-failed", message: "" } });
      expect(checking.state.serving.hash).toBe(expected);
    }
  });

  it("does not lose a good certificate when the clock jumps ahead and back", () => {
    const server = new FakeServer(ENDING, true);
    server.good = ["serving"];
    server.slots = { main: { pair: ENDING } };
    server.now += 10 * HOUR_MS;
    server.slots = { main: { pair: ENDING, fault: { code: "expired", message: "" } } };
    server.pass(60);
    server.now = NOW;
    server.slots = { main: { pair: ENDING } };
    server.pass(60);
    expect(server.state).toMatchObject({ serving: { hash: "serving" }, isConfirmed: true, faults: {} });
    expect(server.told).toEqual([]);
    // Back behind the start of the certificate: the files have a fault, and nothing is swapped.
    server.now = ENDING.notBefore - HOUR_MS;
    server.slots = { main: { pair: ENDING, fault: { code: "not-yet-valid", message: "" } } };
    server.pass(60);
    expect([server.state.serving.hash, server.told]).toEqual(["serving", []]);
  });
});

describe("rotate for a server that serves a third certificate", () => {
  const FIRST = pair("first", LATER);
  const third = (slots: FakeServer["slots"], serving = FIRST): FakeServer => {
    const server = new FakeServer(serving, false);
    server.slots = slots;
    return server;
  };
  const counts = (server: FakeServer): number => server.told.length;

  it("tells it three times in 150 s, then not again until the files change", () => {
    const server = third({ main: { pair: FIRST } });
    server.pass(20);
    expect(server.told).toEqual(["first"]);
    server.pass(30);
    expect(server.told).toEqual(["first", "first"]);
    server.pass(120);
    expect(counts(server)).toBe(3);
    server.pass(5 * HOUR);
    expect(counts(server)).toBe(3);
    expect(server.logged).toEqual(["not-confirmed"]);
    server.slots = { main: { pair: OTHER } };
    server.pass(5 * HOUR);
    // The new one stays: the former one is no better.
    expect(server.told.slice(3)).toEqual(["other", "other", "other"]);
    expect(server.state.serving.hash).toBe("other");
    expect(server.logged).toEqual(["not-confirmed", "recovered", "not-confirmed"]);
  });

  it("is bounded with a standby that it does not serve either", () => {
    const server = third({ main: { pair: FIRST }, standby: { pair: SECOND } });
    server.pass(5 * HOUR);
    expect(counts(server)).toBeLessThanOrEqual(5);
    const before = counts(server);
    server.pass(5 * HOUR);
    expect(counts(server)).toBe(before);
  });

  it("is bounded after a roll-back to one that is not served any more", () => {
    const server = new FakeServer(FIRST, true);
    server.presented = "third";
    server.slots = { main: { pair: OTHER } };
    server.pass(5 * HOUR);
    expect(counts(server)).toBeLessThanOrEqual(5);
    const before = counts(server);
    server.pass(5 * HOUR);
    expect(counts(server)).toBe(before);
  });

  it("starts again after SIGHUP, with the same bound", () => {
    const server = third({ main: { pair: FIRST } });
    server.pass(HOUR);
    server.send({ type: "trigger", cause: "SIGHUP" });
    server.pass(5 * HOUR);
    expect(counts(server)).toBe(6);
  });

  it("is not told about a certificate that has ended, as after a restart without valid files", () => {
    const ended = pair("first", { notAfter: NOW - 1 });
    const server = third({ main: { pair: ended, fault: { code: "expired", message: "" } } }, ended);
    server.pass(HOUR);
    expect(server.told).toEqual([]);
    server.good = ["new"];
    server.slots = { main: { pair: VALID } };
    server.pass(10);
    expect(server.state).toMatchObject({ serving: { hash: "new" }, isConfirmed: true });
  });

  it("keeps a new certificate that fails its check when the one from before the restart has ended", () => {
    const ended = pair("first", { notAfter: NOW - 1 });
    const server = third({ main: { pair: VALID } }, ended);
    server.pass(5 * HOUR);
    expect(server.state).toMatchObject({ serving: { hash: "new" }, isConfirmed: false });
    expect(server.told).toEqual(["new", "new", "new"]);
  });

  it("is told with growing pauses of at most 5 min while its reloads fail, and at once after a change", () => {
    const server = third({ main: { pair: FIRST } });
    server.reloadFault = { code: "target-down", message: "exit code 1" };
    server.pass(60);
    const early = counts(server);
    expect(early).toBeLessThanOrEqual(4);
    server.pass(HOUR);
    expect(counts(server) - early).toBeLessThanOrEqual(14);
    expect(server.logged).toEqual(["target-down"]);
    const before = counts(server);
    server.slots = { main: { pair: OTHER } };
    server.good = ["other"];
    server.reloadFault = undefined;
    server.pass(10);
    expect(server.told.slice(before)).toEqual(["other"]);
    expect(server.state).toMatchObject({ serving: { hash: "other" }, isConfirmed: true });
  });
});

it("rotate goes back to a certificate that no check has refused, when a new one fails its check", () => {
  const server = new FakeServer(SERVING, true);
  server.good = ["serving"];
  server.slots = { main: { pair: NEW }, standby: { pair: STANDBY, fault: { code: "empty", message: "" } } };
  server.pass(600);
  expect(server.state).toMatchObject({ serving: { hash: "serving" }, isConfirmed: true });
  expect(server.told).toEqual(["new", "serving"]);
});

describe("rotate, whatever the files hold and whatever the server accepts", () => {
  const LONG = { notAfter: NOW + 900 * 24 * HOUR_MS };
  const ENDED = { notAfter: NOW - HOUR_MS };
  const mains: readonly SlotReading[] = [
    ...["a", "b", "c"].map((hash) => ({ pair: pair(hash, LONG) })),
    { pair: pair("d", ENDED), fault: { code: "expired", message: "" } },
    { pair: pair("e", LONG), fault: { code: "wrong-host", message: "" } },
    { pair: pair("f", LONG), fault: { code: "key-mismatch", message: "" } },
    { fault: { code: "missing", message: "" } },
  ];
  const standbys = mains.map(
    ({ pair: it, fault }): SlotReading => ({
      ...(it === undefined ? {} : { pair: { ...it, hash: `${it.hash}2`, slot: "standby" } }),
      ...(fault === undefined ? {} : { fault }),
    }),
  );
  const world = fc.record({
    serving: fc.constantFrom(pair("a", LONG), pair("d", ENDED)),
    isConfirmed: fc.boolean(),
    isOther: fc.boolean(),
    good: fc.subarray(["a", "b", "c", "d", "e", "a2", "b2", "e2"]),
    isReloadFailing: fc.boolean(),
    steps: fc.array(
      fc.record({
        main: fc.constantFrom(...mains),
        standby: fc.option(fc.constantFrom(...standbys), { nil: undefined }),
        jumpHours: fc.constantFrom(0, 0, 0, -48, 48),
        event: fc.constantFrom("none", "SIGHUP", "take-back"),
        seconds: fc.constantFrom(10, 40, 600),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  });
  type World = typeof world extends fc.Arbitrary<infer It> ? It : never;

  function play({ serving, isConfirmed, isOther, good, isReloadFailing, steps }: World): FakeServer {
    const server = new FakeServer(serving, isConfirmed);
    // Somebody gave the server another certificate.
    if (isOther) server.presented = "third";
    server.good = good;
    server.reloadFault = isReloadFailing ? { code: "target-down", message: "exit code 1" } : undefined;
    for (const { main, standby, jumpHours, event, seconds } of steps) {
      server.slots = standby === undefined ? { main } : { main, standby };
      server.now += jumpHours * HOUR_MS;
      if (event === "SIGHUP") server.send({ type: "trigger", cause: "SIGHUP" });
      if (event === "take-back") server.send({ type: "take-back" });
      server.pass(seconds);
    }
    return server;
  }

  it("tells the server a few times, and then not again until the files change", () =>
    fc.assert(
      fc.property(world, (given) => {
        const server = play({ ...given, isReloadFailing: false });
        const before = server.told.length;
        server.pass(HOUR / 4);
        expect(server.told.length - before).toBeLessThanOrEqual(6);
        const after = server.told.length;
        server.pass(HOUR);
        expect(server.told.length).toBe(after);
      }),
      { numRuns: 300 },
    ));

  it("tells it at most every 5 min while its reloads fail", () =>
    fc.assert(
      fc.property(world, (given) => {
        const server = play({ ...given, isReloadFailing: true });
        server.pass(HOUR / 4);
        const before = server.told.length;
        server.pass(HOUR);
        // For each slot.
        expect(server.told.length - before).toBeLessThanOrEqual(2 * 12);
      }),
      { numRuns: 200 },
    ));

  it("never leaves a valid certificate for one that has ended, and leaves an ended one when it can", () =>
    fc.assert(
      fc.property(world, (given) => {
        const server = play({ ...given, isReloadFailing: false });
        const { serving } = server.state;
        const choices = [server.slots.main, server.slots.standby];
        const isUsable = choices.some((it) => it?.pair !== undefined && it.fault === undefined);
        if (isUsable && server.state.pinned === undefined) expect(serving.notAfter).toBeGreaterThan(server.now);
      }),
      { numRuns: 300 },
    ));
});
