import { expect, it } from "vitest";
import { callerNotes, type GivenCallers } from "../../../src/cli/enroll/callerNotes.ts";

const ISSUER = "https://kubernetes.default.svc";
const CALLER = "system:serviceaccount:postern-system:webhook-caller";
const NOBODY = /^--subject ".*" accepts nobody: .* system:serviceaccount:NAMESPACE:NAME$/;
const WIDE = /^--subject ".*" accepts ServiceAccounts of all namespaces: /;

it.each<[tier: GivenCallers["tier"], subject: string, notes: RegExp[]]>([
  ["jwt", CALLER, []],
  ["jwt", "system:serviceaccount:postern-system:*", []],
  ["jwt", "system:serviceaccount:team-*:webhooks", []],
  ["jwt", "webhook-caller", [NOBODY]],
  ["jwt", "system:serviceaccount:webhook-caller", [NOBODY]],
  ["jwt", "system:serviceaccounts:*", [NOBODY]],
  ["jwt", "*", [WIDE]],
  ["jwt", "system:serviceaccount:*", [WIDE]],
  ["jwt", "system:*:webhook-caller", [WIDE]],
  ["capability", CALLER, []],
  ["capability", "postern-sync", [NOBODY]],
  // The tier has no patterns.
  ["capability", "system:serviceaccount:postern-system:*", [NOBODY]],
])("the tier %s with the subject %s", (tier, subject, notes) => {
  const audience = tier === "jwt" ? { audience: ["postern"] } : {};
  expect(callerNotes({ tier, subject: [subject], ...audience }, ISSUER)).toEqual(
    notes.map((note) => expect.stringMatching(note)),
  );
});

it.each<[audience: string[] | undefined, notes: RegExp[]]>([
  [["postern"], []],
  [undefined, [/^without --audience only tokens for the exact URL of a call are accepted; /]],
  [["postern", ISSUER], [/^--audience "https:\/\/kubernetes\.default\.svc" is the default audience of the API server/]],
])("the tier jwt with the audiences %j", (audience, notes) => {
  const given = audience === undefined ? {} : { audience };
  expect(callerNotes({ tier: "jwt", subject: [CALLER], ...given }, ISSUER)).toEqual(
    notes.map((note) => expect.stringMatching(note)),
  );
});

it("the tier capability without a subject has the ServiceAccount of the rendered sync", () => {
  expect(callerNotes({ tier: "capability" }, ISSUER)).toEqual([]);
});
