import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import * as z from "zod/mini";
import { runPostern } from "../../cli/runPostern.ts";

const file = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");
const GATE = fileURLToPath(new URL("../../fixtures/gates/readmeGate.ts", import.meta.url));

const rule = z.object({
  target: z.object({ group: z.optional(z.string()), kind: z.optional(z.string()) }),
  paths: z.array(z.string()),
});
const kustomization = z.object({ spec: z.object({ prune: z.literal(false), ignore: z.array(rule) }) });
const applicationSet = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        ignoreDifferences: z.array(
          z.object({ group: z.string(), kind: z.string(), jqPathExpressions: z.array(z.string()) }),
        ),
        syncPolicy: z.object({ automated: z.object({ prune: z.literal(false) }), syncOptions: z.array(z.string()) }),
      }),
    }),
    syncPolicy: z.object({ preserveResourcesOnDeletion: z.literal(true) }),
  }),
});

it("the Argo CD example ignores what the README of registrations says, and deletes nothing", () => {
  const { spec } = applicationSet.parse(parse(file("infra/gitops/argocd/applicationset.yaml")));
  const [, block = ""] =
    /\*\*Argo CD\*\*[^`]*`[^`]*`[^`]*`[^`]*`[^\n]*\n\n```yaml\n(.*?)```/s.exec(file("src/registration/README.md")) ??
    [];
  const documented = parse(block).spec;
  expect(spec.template.spec.ignoreDifferences).toEqual(documented.ignoreDifferences);
  expect(spec.template.spec.syncPolicy.syncOptions).toEqual(documented.syncPolicy.syncOptions);
});

it("the Flux example ignores the url of webhooks that postern renders, and deletes nothing", async () => {
  const documents = parseAllDocuments(file("infra/gitops/flux/registrations.yaml")).map((it) => it.toJS());
  const { spec } = kustomization.parse(documents.find(({ kind }) => kind === "Kustomization"));
  const args = ["render", "--gate", GATE, "--cluster", "production", "--url", "https://localhost", "--output", "json"];
  const { items } = JSON.parse((await runPostern(args)).out);
  const [ofWebhooks, ofDefinitions] = spec.ignore;
  const webhooks = items.filter(({ apiVersion }: { apiVersion: string }) =>
    apiVersion.startsWith(`${ofWebhooks?.target.group}/`),
  );
  expect(webhooks.length).toBeGreaterThan(2);
  const at = (object: unknown, path: string): unknown =>
    path
      .split("/")
      .slice(1)
      .reduce((value: unknown, key) => Object(value)[key], object);
  for (const webhook of webhooks)
    expect(at(webhook, ofWebhooks?.paths[0] ?? "")).toMatch(/^https:\/\/localhost\/c\/production\//);
  expect(ofDefinitions).toEqual({
    target: { kind: "CustomResourceDefinition" },
    paths: ["/spec/conversion/webhook/clientConfig"],
  });
});
