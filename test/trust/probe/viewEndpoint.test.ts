import { expect, it } from "vitest";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import type { HandshakeObservation } from "../../../src/trust/probe/HandshakeObservation.ts";
import { handshakesOf } from "../../../src/trust/probe/viewEndpoint.ts";
import { TestCa } from "../../cluster/TestCa.ts";

const [one, two] = await Promise.all(
  ["one", "two"].map(async (name) => readableCertificates((await TestCa.create(name)).cert)),
);
const observation = (address: string, result: object): HandshakeObservation =>
  ({
    address,
    family: address.includes(":") ? 6 : 4,
    version: "TLSv1.3",
    key: "ecdsa",
    ...result,
  }) as HandshakeObservation;
const served = (chain: unknown): object => ({ ok: true, chain });
const failed = (code: string): object => ({ ok: false, code, message: code });

it.each([
  [
    "one chain that was served twice",
    [observation("a", served(one)), observation("a", served(one))],
    [{ address: "a", chain: one }],
  ],
  [
    "two chains of one address",
    [observation("a", served(one)), observation("a", served(two))],
    [
      { address: "a", chain: one },
      { address: "a", chain: two },
    ],
  ],
  [
    "one kind of key that is offered and one that is not",
    [observation("a", served(one)), observation("a", failed("not-offered"))],
    [{ address: "a", chain: one }],
  ],
  [
    "an address that offers nothing",
    [observation("a", failed("not-offered"))],
    [{ address: "a", fault: "not-offered" }],
  ],
  [
    "an address that fails for one TLS version",
    [observation("a", served(one)), observation("a", failed("timeout"))],
    [
      { address: "a", chain: one },
      { address: "a", fault: "timeout" },
    ],
  ],
  [
    "an unreachable IPv6 address next to an IPv4 address that answers",
    [observation("a", served(one)), observation("::1", failed("unreachable"))],
    [{ address: "a", chain: one }],
  ],
  [
    "an IPv6 address that refuses the connection",
    [observation("a", served(one)), observation("::1", failed("refused"))],
    [
      { address: "a", chain: one },
      { address: "::1", fault: "refused" },
    ],
  ],
  [
    "only an unreachable IPv6 address",
    [observation("::1", failed("unreachable"))],
    [{ address: "::1", fault: "unreachable" }],
  ],
])("handshakesOf reduces %s", (_, observations, handshakes) => {
  expect(handshakesOf(observations)).toEqual(handshakes);
});
