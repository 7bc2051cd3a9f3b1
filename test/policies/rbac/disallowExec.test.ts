import { expect, it } from "vitest";
import { disallowExec } from "../../../src/policies/rbac/disallowExec.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { nativeOf } from "../faultsOf.ts";
import { denials, judge } from "../judge.ts";
import { reviewFrom } from "../reviewFrom.ts";

type Options = Parameters<typeof disallowExec>[0];
type Action = "exec" | "attach" | "portforward";

const KINDS = { exec: "PodExecOptions", attach: "PodAttachOptions", portforward: "PodPortForwardOptions" } as const;
const WHAT = { exec: "run commands in", attach: "attach to", portforward: "forward ports to" } as const;

/** A captured review of an action on the Pod `bad`, by another user. */
function connect(action: Action, username = "ann", groups = ["devs", "system:authenticated"]): Review {
  return reviewFrom("validate-v1-connect-pods-exec-1", (object, request) => {
    object.kind = KINDS[action];
    Object.assign(request, { subResource: action, requestSubResource: action });
    request.kind.kind = request.requestKind.kind = KINDS[action];
    request.userInfo = { username, groups };
  });
}

const denied = (action: Action, username = "ann"): string =>
  `disallow-exec: user '${username}' must not ${WHAT[action]} the Pod 'bad'; read its logs and metrics, or ask an administrator`;

it.each<[what: string, options: Options, review: Review, messages: string[]]>([
  ["exec", {}, connect("exec"), [denied("exec")]],
  ["attach", {}, connect("attach"), [denied("attach")]],
  ["portforward", {}, connect("portforward"), [denied("portforward")]],
  ["exec by system:masters", {}, connect("exec", "root", ["system:masters"]), []],
  [
    "exec by system:masters, not allowed",
    { allowedGroups: [] },
    connect("exec", "root", ["system:masters"]),
    [denied("exec", "root")],
  ],
  ["exec by nobody", {}, connect("exec", "", []), [denied("exec", "")]],
  ["exec by an allowed user", { allowedUsers: ["ann"] }, connect("exec"), []],
  ["exec by another user", { allowedUsers: ["bob"] }, connect("exec"), [denied("exec")]],
  ["exec by an allowed group", { allowedGroups: ["oncall", "devs"] }, connect("exec"), []],
  ["exec by another group", { allowedGroups: ["oncall"] }, connect("exec"), [denied("exec")]],
  ["portforward, where only exec is denied", { actions: ["exec"] }, connect("portforward"), []],
  ["exec, where only exec is denied", { actions: ["exec"] }, connect("exec"), [denied("exec")]],
  ["exec in another namespace", { namespaces: { include: ["prod-*"] } }, connect("exec"), []],
  ["exec in an excluded namespace", { namespaces: { exclude: ["default"] } }, connect("exec"), []],
])("disallowExec judges %s with %j", async (_what, options, review, messages) => {
  expect(await denials(disallowExec(options), review)).toEqual(messages);
});

it("disallowExec allows the captured call of an administrator", async () => {
  const verdict = await judge(disallowExec(), reviewFrom("validate-v1-connect-pods-exec-1"), "validate");
  expect(verdict.allowed).toBe(true);
});

it.each<Options>([{}, { actions: ["exec"], allowedUsers: ["ann"], allowedGroups: [] }])(
  "disallowExec is native with %j",
  (options) => {
    expect(nativeOf(disallowExec(options))).toBe("yes");
  },
);
