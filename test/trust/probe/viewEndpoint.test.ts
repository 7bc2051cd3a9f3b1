import { expect, it } from "vitest";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import type { Observation } from "../../../src/trust/probe/Observation.ts";
import { handshakesOf } from "../../../src/trust/probe/viewEndpoint.ts";
import { TestCa } from "../../cluster/TestCa.ts";

const [one, two] = await Promise.all(
  ["one", "two"].map(async (name) => readableCertificates((await TestCa.create(name)).cert)),
);
const attempt = (address: string, result: object): Observation =>
  ({ address, family: address.includes(":") ? 6 : 4, version: "TLSv1.3", key: "ecdsa", ...result }) as Observation;
const served = (chain: unknown): object => ({ ok: true, chain });
const failed = (code: string): object => ({ ok: false, code, message: code });

it.each([
  [
    "one chain, however often it was served",
    [attempt("a", served(one)), attempt("a", served(one))],
    [{ address: "a", chain: one }],
  ],
  [
    "two chains of one address",
    [attempt("a", served(one)), attempt("a", served(two))],
    [
      { address: "a", chain: one },
      { address: "a", chain: two },
    ],
  ],
  [
    "a kind of key that is not offered, beside one that is",
    [attempt("a", served(one)), attempt("a", failed("not-offered"))],
    [{ address: "a", chain: one }],
  ],
  ["nothing offered at all", [attempt("a", failed("not-offered"))], [{ address: "a", fault: "not-offered" }]],
  [
    "an address that fails in one version",
    [attempt("a", served(one)), attempt("a", failed("timeout"))],
    [
      { address: "a", chain: one },
      { address: "a", fault: "timeout" },
    ],
  ],
  [
    "IPv6 out of reach where IPv4 answers",
    [attempt("a", served(one)), attempt("::1", failed("unreachable"))],
    [{ address: "a", chain: one }],
  ],
  [
    "IPv6 that refuses",
    [attempt("a", served(one)), attempt("::1", failed("refused"))],
    [
      { address: "a", chain: one },
      { address: "::1", fault: "refused" },
    ],
  ],
  [
    "nothing but IPv6 out of reach",
    [attempt("::1", failed("unreachable"))],
    [{ address: "::1", fault: "unreachable" }],
  ],
])("%s", (_, attempts, handshakes) => {
  expect(handshakesOf(attempts)).toEqual(handshakes);
});
