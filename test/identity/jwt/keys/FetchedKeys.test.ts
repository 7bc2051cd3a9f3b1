import { exportJWK, generateKeyPair } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { FetchedKeys } from "../../../../src/identity/jwt/keys/FetchedKeys.ts";
import { FETCH_TIMEOUT_MS } from "../../../../src/identity/jwt/keys/fetchKeySet.ts";
import type { KeyRequest } from "../../../../src/identity/jwt/keys/KeySource.ts";
import { readPublicKey } from "../../../../src/identity/jwt/keys/readPublicKey.ts";
import { TokenKey } from "../../../../src/identity/jwt/keys/TokenKey.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let keyOf: (kid: string) => TokenKey;

beforeAll(async () => {
  const { publicKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  keyOf = (kid) => {
    const key = readPublicKey({ ...jwk, kid });
    if ("fault" in key) throw new Error(key.fault);
    return key;
  };
});

afterEach(() => {
  vi.useRealTimers();
});

/** What the next fetches answer. `failing` rejects, `hanging` never settles. */
type Answer = readonly string[] | "failing" | "hanging";

/** An issuer, its clock, and the keys that are fetched from it. */
class FakeIssuer {
  answer: Answer = ["one"];
  at = 0;
  fetches = 0;
  /** The fetches at work wait for it, when it is set. */
  gate: Promise<void> | undefined;
  readonly failures: [unknown, string][] = [];
  readonly background: Promise<void>[] = [];
  readonly keys = new FetchedKeys({
    now: () => this.at,
    onFailure: (...failure) => this.failures.push(failure),
    fetchKeys: async () => {
      this.fetches += 1;
      const { answer } = this;
      await this.gate;
      if (answer === "failing") throw new Error("no keys");
      if (answer === "hanging") return new Promise(() => undefined);
      return answer.map(keyOf);
    },
  });

  find(kid: string): ReturnType<FetchedKeys["find"]> {
    return this.keys.find(this.request(kid));
  }

  request(kid: string): KeyRequest {
    return { kid, alg: "ES256", cluster: "production", background: (work) => this.background.push(work) };
  }

  /** The key that is answered at once. */
  known(kid: string): TokenKey {
    const key = this.find(kid);
    if (!(key instanceof TokenKey)) throw new Error(`${kid} is not known`);
    return key;
  }
}

describe("without keys", () => {
  it("1,000 calls wait for one fetch", async () => {
    const issuer = new FakeIssuer();
    const found = await Promise.all(Array.from({ length: 1_000 }, () => issuer.find("one")));
    expect(issuer.fetches).toBe(1);
    expect(new Set(found)).toEqual(new Set([issuer.known("one")]));
  });

  it("1,000 calls with unknown keys wait for one fetch", async () => {
    const issuer = new FakeIssuer();
    const found = await Promise.all(Array.from({ length: 1_000 }, (_, index) => issuer.find(`made-up-${index}`)));
    expect(issuer.fetches).toBe(1);
    expect(new Set(found)).toEqual(new Set(["unknown-key"]));
  });

  it("a failed fetch is tried again after 5 s", async () => {
    const issuer = new FakeIssuer();
    issuer.answer = "failing";
    const found = await Promise.all(Array.from({ length: 1_000 }, () => issuer.find("one")));
    expect(new Set(found)).toEqual(new Set(["keys-unavailable"]));
    expect(issuer.failures).toEqual([[new Error("no keys"), "production"]]);
    issuer.answer = ["one"];
    issuer.at = 4_999;
    expect(await issuer.find("one")).toBe("keys-unavailable");
    expect(issuer.fetches).toBe(1);
    issuer.at = 5_000;
    expect(await issuer.find("one")).toBeInstanceOf(TokenKey);
  });

  it("a key for another algorithm is not searched for", async () => {
    const issuer = new FakeIssuer();
    expect(await issuer.keys.find({ ...issuer.request("one"), alg: "ES384" })).toBe("wrong-algorithm");
    issuer.at = HOUR;
    expect(await issuer.keys.find({ ...issuer.request("one"), alg: "RS256" })).toBe("wrong-algorithm");
    expect(issuer.fetches).toBe(2);
  });
});

describe("a rollover", () => {
  it("fails no call: 1,000 with the new key wait for one fetch", async () => {
    const issuer = new FakeIssuer();
    await issuer.find("one");
    issuer.at = SECOND;
    issuer.answer = ["one", "two"];
    const found = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => issuer.find(index % 2 === 0 ? "one" : "two")),
    );
    expect(found.every((key) => key instanceof TokenKey)).toBe(true);
    expect(issuer.fetches).toBe(2);
  });

  it("does not wait for keys that are known", async () => {
    const issuer = new FakeIssuer();
    await issuer.find("one");
    issuer.answer = "hanging";
    void issuer.find("two");
    expect(issuer.known("one").kid).toBe("one");
  });

  it("is searched for once in 30 s, whatever callers make up", async () => {
    const issuer = new FakeIssuer();
    await issuer.find("one");
    for (const [at, fetches] of [
      [1, 2],
      [2, 2],
      [30_000, 2],
      [30_001, 3],
      [60_000, 3],
      [60_001, 4],
    ] as const) {
      issuer.at = at;
      expect(await issuer.find(`made-up-${at}`)).toBe("unknown-key");
      expect([at, issuer.fetches]).toEqual([at, fetches]);
    }
  });

  it("waits for the fetch in progress, and fetches again when that began too early", async () => {
    const issuer = new FakeIssuer();
    await issuer.find("one");
    issuer.at = 10 * MINUTE;
    const opened = Promise.withResolvers<void>();
    issuer.gate = opened.promise;
    issuer.known("one");
    expect(issuer.fetches).toBe(2);
    issuer.answer = ["one", "two"];
    const found = Promise.all([issuer.find("two"), issuer.find("two")]);
    expect(issuer.fetches).toBe(2);
    opened.resolve();
    expect((await found).every((key) => key instanceof TokenKey)).toBe(true);
    expect(issuer.fetches).toBe(3);
  });

  it("keeps a key that is still there, imported as it is", async () => {
    const issuer = new FakeIssuer();
    const before = await issuer.find("one");
    issuer.answer = ["two", "one"];
    await issuer.find("two");
    expect(issuer.known("one")).toBe(before);
  });
});

describe("keys of 10 min", () => {
  it("answer at once, while one fetch replaces them in the background", async () => {
    const issuer = new FakeIssuer();
    await issuer.find("one");
    const old = issuer.known("one");
    issuer.at = 10 * MINUTE - 1;
    issuer.known("one");
    expect(issuer.fetches).toBe(1);
    issuer.at += 1;
    issuer.answer = ["two"];
    for (let call = 0; call < 1_000; call += 1) expect(issuer.known("one")).toBe(old);
    expect(issuer.keys.isInForce(old, issuer.request("one"))).toBe(true);
    expect(issuer.background).toHaveLength(1);
    await issuer.background[0];
    expect(issuer.fetches).toBe(2);
    expect(issuer.keys.isInForce(old, issuer.request("one"))).toBe(false);
    expect(issuer.known("two").kid).toBe("two");
  });

  it("are refreshed by calls whose token is known", async () => {
    const issuer = new FakeIssuer();
    await issuer.find("one");
    const key = issuer.known("one");
    issuer.at = 10 * MINUTE;
    expect(issuer.keys.isInForce(key, issuer.request("one"))).toBe(true);
    await issuer.background[0];
    expect(issuer.fetches).toBe(2);
  });

  it("stay in force for 24 h while fetches fail, which begin once in 30 s", async () => {
    const issuer = new FakeIssuer();
    await issuer.find("one");
    const key = issuer.known("one");
    issuer.answer = "failing";
    for (const [at, fetches] of [
      [10 * MINUTE, 2],
      [10 * MINUTE + 29 * SECOND, 2],
      [10 * MINUTE + 30 * SECOND, 3],
      [24 * HOUR - 1, 4],
    ] as const) {
      issuer.at = at;
      expect(await issuer.find("one")).toBe(key);
      await Promise.all(issuer.background);
      expect([at, issuer.fetches]).toEqual([at, fetches]);
    }
    issuer.at = 24 * HOUR;
    expect(issuer.keys.isInForce(key, issuer.request("one"))).toBe(false);
    expect(await issuer.find("one")).toBe("keys-unavailable");
    issuer.at += 5 * SECOND;
    issuer.answer = ["one"];
    expect(await issuer.find("one")).toBe(key);
  });

  it("are fetched in a process whose clock went back", async () => {
    const issuer = new FakeIssuer();
    issuer.at = 48 * HOUR;
    await issuer.find("one");
    issuer.at = 48 * HOUR - 11 * MINUTE;
    issuer.answer = ["two"];
    issuer.known("one");
    await issuer.background[0];
    expect(issuer.known("two").kid).toBe("two");
    issuer.at = 47 * HOUR;
    issuer.answer = ["one"];
    expect(await issuer.find("two")).toBe("unknown-key");
  });
});

describe("keys of 20 min, as after a pause without calls", () => {
  /** An issuer that withdrew the key `one` while nobody called. */
  async function paused(at: number): Promise<{ readonly issuer: FakeIssuer; readonly withdrawn: TokenKey }> {
    const issuer = new FakeIssuer();
    await issuer.find("one");
    const withdrawn = issuer.known("one");
    issuer.answer = ["two"];
    issuer.at = at;
    return { issuer, withdrawn };
  }

  it.each<[pause: string, at: number, isWithdrawn: boolean]>([
    ["a millisecond less than 20 min", 20 * MINUTE - 1, false],
    ["20 min", 20 * MINUTE, true],
    ["12 h", 12 * HOUR, true],
  ])("of %s are not used before a fetch", async (_, at, isWithdrawn) => {
    const first = await paused(at);
    expect(await first.issuer.find("one")).toBe(isWithdrawn ? "unknown-key" : first.withdrawn);
    const known = await paused(at);
    expect(await known.issuer.keys.isInForce(known.withdrawn, known.issuer.request("one"))).toBe(!isWithdrawn);
    for (const { issuer } of [first, known]) expect([issuer.fetches, issuer.background.length]).toEqual([2, 1]);
  });

  it("1,000 calls wait for one fetch, and a key that is still there stays the same", async () => {
    const { issuer, withdrawn } = await paused(12 * HOUR);
    issuer.answer = ["one", "two"];
    const calls = Array.from({ length: 500 }, () => [
      issuer.find("one"),
      issuer.keys.isInForce(withdrawn, issuer.request("one")),
    ]);
    const found = await Promise.all(calls.flat());
    expect(new Set(found)).toEqual(new Set([withdrawn, true]));
    expect(issuer.fetches).toBe(2);
    expect(issuer.known("one")).toBe(withdrawn);
  });

  it("are used when the fetch fails, and from then on without waiting for 20 min", async () => {
    const { issuer, withdrawn } = await paused(12 * HOUR);
    issuer.answer = "failing";
    expect(await issuer.find("one")).toBe(withdrawn);
    expect(issuer.known("one")).toBe(withdrawn);
    issuer.at += 20 * MINUTE - 1;
    expect(issuer.known("one")).toBe(withdrawn);
    await Promise.all(issuer.background);
    issuer.answer = ["two"];
    issuer.at += 20 * MINUTE;
    expect(await issuer.find("one")).toBe("unknown-key");
  });

  it("are not used when the runtime drops the fetches", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { issuer, withdrawn } = await paused(12 * HOUR);
    issuer.answer = "hanging";
    void issuer.find("one");
    const waiting = [issuer.find("one"), issuer.keys.isInForce(withdrawn, issuer.request("one"))];
    issuer.at += FETCH_TIMEOUT_MS + 1;
    issuer.answer = ["two"];
    await vi.advanceTimersByTimeAsync(FETCH_TIMEOUT_MS);
    expect(await Promise.all(waiting)).toEqual(["unknown-key", false]);
    expect(issuer.fetches).toBe(3);
  });
});

describe("a fetch that never settles, as the runtime dropped it", () => {
  it("holds up other calls for 3 s, and the next one fetches", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const issuer = new FakeIssuer();
    issuer.answer = "hanging";
    void issuer.find("one");
    const waiting = issuer.find("one");
    issuer.at = FETCH_TIMEOUT_MS;
    await vi.advanceTimersByTimeAsync(FETCH_TIMEOUT_MS);
    expect(await waiting).toBe("keys-unavailable");
    expect(issuer.fetches).toBe(1);
    issuer.answer = ["one"];
    issuer.at = 5 * SECOND;
    expect(await issuer.find("one")).toBeInstanceOf(TokenKey);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not replace newer keys when it settles at last", async () => {
    const issuer = new FakeIssuer();
    const opened = Promise.withResolvers<void>();
    issuer.gate = opened.promise;
    issuer.answer = ["old"];
    const late = issuer.find("old");
    issuer.gate = undefined;
    issuer.answer = ["new"];
    issuer.at = 5 * SECOND;
    expect(await issuer.find("new")).toBeInstanceOf(TokenKey);
    opened.resolve();
    expect(await late).toBe("unknown-key");
    expect(issuer.known("new").kid).toBe("new");
  });
});
