import { expect, it } from "vitest";
import type { Rotation } from "../../../src/tls/rotation/Rotation.ts";
import {
  apply,
  DOWN,
  EXPIRED,
  HOUR_MS,
  MISMATCH,
  NEW,
  NOW,
  OLDER,
  PINNED,
  pair,
  type ReadingsCase,
  rejected,
  SERVING,
  STANDBY,
  tried,
} from "./ReadingsBed.ts";

/** The decision in words: the certificate of the swap, or the one that keeps serving, with its slot. */
function decision({ state, effects }: Rotation): string {
  const swap = effects.find((effect) => effect.type === "swap");
  if (state.phase === "swap") return `swaps to ${swap?.pair.hash} in ${swap?.pair.slot}`;
  if (state.phase === "look") return `looks at ${state.candidate?.hash} in ${state.candidate?.slot}`;
  return `keeps ${state.serving.hash} in ${state.serving.slot}`;
}

it.each<[decides: string, when: string, given: ReadingsCase]>([
  // The table of chooseCertificate.
  ["keeps serving in main", "main has the serving certificate", {}],
  ["swaps to new in main", "main has a new certificate", { main: { pair: NEW } }],
  ["swaps to new in main", "both slots have a valid certificate", { main: { pair: NEW }, standby: { pair: STANDBY } }],
  ["keeps serving in main", "main has a fault and there is no standby", { main: { fault: MISMATCH } }],
  ["swaps to standby in standby", "main has a fault", { main: { fault: MISMATCH }, standby: { pair: STANDBY } }],
  [
    "swaps to standby in standby",
    "main was loaded and has a fault",
    { main: { pair: NEW, fault: MISMATCH }, standby: { pair: STANDBY } },
  ],
  ["keeps serving in main", "both slots have a fault", { main: { fault: MISMATCH }, standby: { fault: MISMATCH } }],
  [
    "keeps serving in main",
    "main is being renewed and the standby is valid",
    { main: { pair: NEW }, standby: { pair: STANDBY }, event: { renewing: true } },
  ],
  [
    "swaps to standby in standby",
    "main is being renewed and the serving certificate has expired",
    {
      serving: EXPIRED,
      main: { fault: { code: "expired", message: "" } },
      standby: { pair: STANDBY },
      event: { renewing: true },
    },
  ],
  [
    "swaps to standby in standby",
    "main ends in 30 s",
    { main: { pair: pair("serving", { notAfter: NOW + 30_000 }) }, standby: { pair: STANDBY } },
  ],
  [
    "keeps serving in main",
    "main ends in 30.001 s",
    { main: { pair: pair("serving", { notAfter: NOW + 30_001 }) }, standby: { pair: STANDBY } },
  ],
  [
    "keeps serving in main",
    "main ends in 30 s and the standby has a fault",
    { main: { pair: pair("serving", { notAfter: NOW + 30_000 }) }, standby: { fault: MISMATCH } },
  ],
  [
    "keeps serving in standby",
    "the standby has the serving certificate and main has a fault",
    {
      serving: pair("serving", { slot: "standby" }),
      main: { fault: MISMATCH },
      standby: { pair: pair("serving", { slot: "standby" }) },
    },
  ],
  [
    "keeps serving in main",
    "main has the certificate that the standby serves",
    { serving: pair("serving", { slot: "standby" }), main: { pair: SERVING } },
  ],
  // Order.
  ["keeps serving in main", "main has an older certificate", { main: { pair: pair("old", OLDER) } }],
  [
    "swaps to old in main",
    "main has an older certificate, which is allowed",
    { main: { pair: pair("old", OLDER) }, event: { allowOlder: true } },
  ],
  [
    "swaps to old in main",
    "main has an older certificate and the serving one has expired",
    { serving: EXPIRED, main: { pair: pair("old", OLDER) } },
  ],
  [
    "swaps to old in standby",
    "main has a fault and the standby has an older certificate",
    { main: { fault: MISMATCH }, standby: { pair: pair("old", { ...OLDER, slot: "standby" }) } },
  ],
  ...(
    [
      ["the same start", 0],
      ["a start 30 s earlier, as Vault backdates", 30_000],
      ["a start 1 h earlier, as Let's Encrypt backdates", HOUR_MS],
      ["a start 48 h earlier, the most that public CAs may backdate", 48 * HOUR_MS],
    ] as const
  ).map(([what, earlier]): [string, string, ReadingsCase] => [
    "swaps to new in main",
    `main has a certificate with ${what}, and an earlier end`,
    { main: { pair: pair("new", { notBefore: SERVING.notBefore - earlier, notAfter: SERVING.notAfter - 1 }) } },
  ]),
  // Certificates that some clients may accept, when the serving one has ended.
  ...(["wrong-host", "untrusted", "incomplete-chain"] as const).flatMap((code): [string, string, ReadingsCase][] => [
    ["keeps serving in main", `main is ${code}`, { main: { pair: NEW, fault: { code, message: "" } } }],
    [
      "swaps to new in main",
      `main is ${code} and the serving certificate has expired`,
      { serving: EXPIRED, main: { pair: NEW, fault: { code, message: "" } } },
    ],
    [
      "swaps to standby in standby",
      `main is ${code}, the standby is valid and the serving certificate has expired`,
      { serving: EXPIRED, main: { pair: NEW, fault: { code, message: "" } }, standby: { pair: STANDBY } },
    ],
    [
      "keeps serving in main",
      `main is ${code} and has ended too`,
      { serving: EXPIRED, main: { pair: pair("new", { notAfter: NOW - 1 }), fault: { code, message: "" } } },
    ],
  ]),
  ...(["key-mismatch", "not-yet-valid", "expired", "weak-key"] as const).map((code): [string, string, ReadingsCase] => [
    "keeps serving in main",
    `main is ${code} and the serving certificate has expired`,
    { serving: EXPIRED, main: { pair: NEW, fault: { code, message: "" } } },
  ]),
  // Certificates that failed.
  [
    "keeps serving in main",
    "the certificate in main failed after the serving one expired",
    {
      serving: EXPIRED,
      main: { pair: NEW },
      state: { rejected: { main: { hash: "new", fault: DOWN, isAfterEnd: true } } },
    },
  ],
  [
    "keeps serving in main",
    "the certificate in main failed before",
    { main: { pair: NEW }, state: rejected("main", "new") },
  ],
  [
    "swaps to standby in standby",
    "the certificate in main failed before and the standby is valid",
    { main: { pair: NEW }, standby: { pair: STANDBY }, state: rejected("main", "new") },
  ],
  [
    "swaps to new in main",
    "another certificate in main failed before",
    { main: { pair: NEW }, state: rejected("main", "failed") },
  ],
  [
    "swaps to new in main",
    "the certificate in main failed before and the serving one has expired",
    { serving: EXPIRED, main: { pair: NEW }, state: rejected("main", "new") },
  ],
  // Pins of SIGUSR2.
  [
    "keeps serving in main",
    "SIGUSR2 came and no slot has changed since",
    { main: { pair: NEW }, standby: { pair: STANDBY }, state: PINNED },
  ],
  [
    "keeps serving in main",
    "SIGUSR2 came and a slot cannot be read since",
    { main: { pair: NEW }, standby: { fault: MISMATCH }, state: PINNED },
  ],
  [
    "swaps to newer in main",
    "SIGUSR2 came and main has changed since",
    { main: { pair: pair("newer") }, standby: { pair: STANDBY }, state: PINNED },
  ],
  [
    "swaps to new in main",
    "SIGUSR2 came and the standby has changed since",
    { main: { pair: NEW }, standby: { pair: { ...STANDBY, hash: "other" } }, state: PINNED },
  ],
  [
    "swaps to new in main",
    "SIGUSR2 came and the serving certificate has expired since",
    { serving: EXPIRED, main: { pair: NEW }, standby: { pair: STANDBY }, state: PINNED },
  ],
  // A server outside this process.
  ["swaps to serving in main", "no check has confirmed the serving certificate", { state: { isConfirmed: false } }],
  [
    "swaps to serving in main",
    "no check has confirmed the serving certificate and its files have a fault",
    { main: { fault: MISMATCH }, state: { isConfirmed: false } },
  ],
  [
    "looks at serving in main",
    "a check of the serving certificate has failed",
    { state: { isConfirmed: false, ...rejected("main", "serving"), ...tried("serving") } },
  ],
  [
    "swaps to serving in main",
    "a check of the serving certificate has failed and the pause is over",
    { state: { isConfirmed: false, ...rejected("main", "serving"), ...tried("serving", 100) } },
  ],
  [
    "swaps to serving in main",
    "all attempts have failed and the standby has changed since",
    {
      standby: { fault: MISMATCH, pair: STANDBY },
      state: { isConfirmed: false, seen: { main: "serving", standby: "before" }, ...tried("serving", Infinity) },
    },
  ],
  [
    "looks at serving in main",
    "no check has confirmed the serving certificate and it has expired",
    { serving: EXPIRED, main: { fault: MISMATCH }, state: { isConfirmed: false } },
  ],
  [
    "keeps serving in main",
    "the reload for the certificate in main failed and the pause is not over",
    { main: { pair: NEW }, state: { seen: { main: "new" }, faults: { main: DOWN }, ...tried("new") } },
  ],
  [
    "swaps to new in main",
    "the reload for the certificate in main failed and the pause is over",
    { main: { pair: NEW }, state: { seen: { main: "new" }, faults: { main: DOWN }, ...tried("new", 100) } },
  ],
  [
    "swaps to new in main",
    "the server could not be reached for this certificate before",
    { main: { pair: NEW }, state: { faults: { main: DOWN } } },
  ],
])("applyReadings %s when %s", (decides, _, given) => {
  expect(decision(apply(given))).toBe(decides);
});
