import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/stagingGate.ts", import.meta.url));
const review = (at: string, object: object, ...args: string[]) =>
  runPostern(["review", "--gate", gate, "--at", at, ...args, "-"], {
    stdin: JSON.stringify({ apiVersion: "v1", kind: "Pod", ...object }),
  });
const legacy = (image: string) => ({
  metadata: { name: "old", namespace: "legacy" },
  spec: { containers: [{ name: "web", image }] },
});
const LATEST = legacy("registry.example.com/web:latest");
const LABELLED = { metadata: { name: "a", labels: { "bad-label": "x" } }, spec: { containers: [] } };
const MESSAGE = [
  "disallow-latest-tag: spec.containers[0].image: image",
  "              'registry.example.com/web:latest' has the tag 'latest'",
].join("\n");

describe("postern review --at", () => {
  it.each<[what: string, at: string, object: object, code: number, out: string]>([
    [
      "shows what an exception permits, with its end, owner and reason",
      "2027-01-01",
      LATEST,
      0,
      [
        "allowed     Pod legacy/old  (standard input):1",
        "            excepted disallow-latest-tag: spec.containers[0].image: image",
        "              'registry.example.com/web:latest' has the tag 'latest' (until",
        "              2027-03-01, team-shop: the old shop is rebuilt)",
        "1 object, 1 allowed, 0 denied, 1 excepted",
        "",
      ].join("\n"),
    ],
    [
      "warns of an exception in its last 14 days",
      "2027-02-15T00:00:00Z",
      LATEST,
      0,
      [
        "allowed     Pod legacy/old  (standard input):1",
        "            warning disallow-latest-tag: excepted until 2027-03-01 (team-shop:",
        "              the old shop is rebuilt): spec.containers[0].image: image",
        "              'registry.example.com/web:latest' has the tag 'latest'",
        "            excepted disallow-latest-tag: spec.containers[0].image: image",
        "              'registry.example.com/web:latest' has the tag 'latest' (until",
        "              2027-03-01, team-shop: the old shop is rebuilt)",
        "1 object, 1 allowed, 0 denied, 1 excepted",
        "",
      ].join("\n"),
    ],
    [
      "denies from the second of its end on",
      "2027-03-01",
      LATEST,
      1,
      `denied      Pod legacy/old  (standard input):1\n            ${MESSAGE}\n1 object, 0 allowed, 1 denied\n`,
    ],
    [
      "says that an exception is not needed",
      "2027-01-01",
      legacy("registry.example.com/web:1.4"),
      0,
      [
        "allowed     Pod legacy/old  (standard input):1",
        "            unneeded exception of disallow-latest-tag until 2027-03-01",
        "              (team-shop: the old shop is rebuilt)",
        "1 object, 1 allowed, 0 denied, 1 with an exception that is not needed",
        "",
      ].join("\n"),
    ],
    [
      "asks a stage for its time: before it begins",
      "2026-12-31T23:59:59Z",
      LABELLED,
      0,
      [
        "allowed     Pod default/a  (standard input):1",
        "            would-deny deny-labels: Pod contains forbidden label 'bad-label'",
        "1 object, 1 allowed, 0 denied, 1 would be denied",
        "",
      ].join("\n"),
    ],
    [
      "asks a stage for its time: once it has begun",
      "2027-01-01T01:00:00+01:00",
      LABELLED,
      1,
      [
        "denied      Pod default/a  (standard input):1",
        "            deny-labels: Pod contains forbidden label 'bad-label'",
        "1 object, 0 allowed, 1 denied",
        "",
      ].join("\n"),
    ],
  ])("%s", async (_what, at, object, code, out) => {
    expect(await review(at, object)).toEqual({ code, out, err: "" });
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    ["2027-01-01", "excepted", "valid"],
    ["2027-02-20", "excepted", "ending"],
  ])("has the exception in JSON at %s", async (at, effect, state) => {
    const { out } = await review(at, LATEST, "--output", "json");
    const { policies, exceptions } = z
      .object({
        policies: z.array(z.object({ findings: z.array(z.object({ effect: z.string() })) })),
        exceptions: z.array(z.unknown()),
      })
      .parse(JSON.parse(out));
    expect(policies.flatMap(({ findings }) => findings).map((it) => it.effect)).toEqual([effect]);
    expect(exceptions).toEqual([
      {
        policy: "disallow-latest-tag",
        until: "2027-03-01",
        owner: "team-shop",
        reason: "the old shop is rebuilt",
        state,
      },
    ]);
  });

  it("has a mutator that an exception holds back, and one that it need not hold back", async () => {
    const stamped = { ...LATEST, metadata: { ...LATEST.metadata, name: "kept" } };
    expect((await review("2027-01-01", stamped)).out).toContain(
      "excepted stamp: does not patch add /metadata/labels (until\n",
    );
    const done = { ...stamped, metadata: { ...stamped.metadata, labels: { stamped: "yes" } } };
    expect((await review("2027-01-01", done)).out).toContain(
      "unneeded exception of stamp until 2027-03-01 (team-shop:",
    );
  });

  it.each(["tomorrow", "2027-02-30", "2027-01-01T00:00:00"])("refuses the time %s", async (at) => {
    expect(await review(at, LATEST)).toEqual({
      code: 2,
      out: "",
      err: `postern: option '--at <time>' argument '${at}' is invalid. expected such as 2026-12-01 or 2026-12-01T09:00:00+01:00; see postern review --help\n`,
    });
  });
});
