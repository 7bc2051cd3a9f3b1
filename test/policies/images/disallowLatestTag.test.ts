import fc from "fast-check";
import { expect, it } from "vitest";
import { type DisallowLatestTagOptions, disallowLatestTag } from "../../../src/policies/images/disallowLatestTag.ts";
import { parseImageReference } from "../../../src/policies/images/parseImageReference.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { nativeOf } from "../faultsOf.ts";
import { denials, findings, judge } from "../judge.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;
const untagged = (image: string): string => `image '${image}' has neither a tag nor a digest`;
/** The line of a denial for the image at a path. */
const line = (at: string, fault: string): string => `disallow-latest-tag: ${at}: ${fault}`;
const LATEST = line("spec.template.spec.containers[0].image", "image 'nginx:latest' has the tag 'latest'");

it.each<[fixture: string, messages: readonly string[]]>([
  ["validate-v1-create-pods-1", []],
  ["validate-v1-create-pods-2", [line("spec.containers[0].image", untagged("nginx"))]],
  ["validate-v1-update-pods-1", [line("spec.containers[0].image", untagged("nginx"))]],
  [
    "validate-v1-update-pods-ephemeralcontainers-1",
    [
      line("spec.containers[0].image", untagged("nginx")),
      line("spec.ephemeralContainers[0].image", untagged("busybox")),
    ],
  ],
  ["validate-v1-create-deployments-1", [LATEST]],
  ["validate-v1beta1-create-deployments-1", [LATEST]],
  ["validate-v1-create-statefulsets-1", []],
  ["validate-v1-create-cronjobs-1", []],
  ["validate-v1-update-deployments-scale-1", []],
  ["validate-v1-delete-pods-1", []],
  ["validate-v1-delete-deployments-1", []],
  ["validate-v1-connect-pods-exec-1", []],
  ["validate-v1-create-services-1", []],
])("disallowLatestTag on %s returns the denials %j", async (fixture, messages) => {
  expect(await denials(disallowLatestTag({ onExisting: "deny" }), reviewFrom(fixture))).toEqual(messages);
});

it("disallowLatestTag by default denies the image of a new container, and warns of an image that the Pod had before", async () => {
  const verdict = await judge(
    disallowLatestTag(),
    reviewFrom("validate-v1-update-pods-ephemeralcontainers-1"),
    "validate",
  );
  expect(verdict).toMatchObject({
    allowed: false,
    message: line("spec.ephemeralContainers[0].image", untagged("busybox")),
    warnings: [
      `disallow-latest-tag: not denied, because the object had this before: spec.containers[0].image: ${untagged("nginx")}`,
    ],
    auditAnnotations: {
      "denied-by": "disallow-latest-tag",
      "disallow-latest-tag.existing": `spec.containers[0].image: ${untagged("nginx")}`,
    },
  });
});

it.each<[image: unknown, fault: string | undefined]>([
  ["nginx:1.27", undefined],
  ["nginx:latest-1", undefined],
  ["latest:1", undefined],
  [`nginx@${DIGEST}`, undefined],
  [`nginx:latest@${DIGEST}`, undefined],
  ["localhost:5000/nginx:1", undefined],
  ["localhost:5000/nginx", untagged("localhost:5000/nginx")],
  ["localhost:5000/nginx:latest", "image 'localhost:5000/nginx:latest' has the tag 'latest'"],
  ["nginx:LATEST", "image 'nginx:LATEST' has the tag 'LATEST'"],
  ["nginx@sha256:12", "'nginx@sha256:12' is not an image reference"],
  ["nginx:", "'nginx:' is not an image reference"],
  ["nginx:lаtest", "'nginx:lаtest' is not an image reference"],
  ["", "the image is missing"],
  [undefined, "the image is missing"],
  [null, "the image is missing"],
  [7, "the image is not a string"],
  [{ toString: 1 }, "the image is not a string"],
  [["nginx:1"], "the image is not a string"],
  ["ü".repeat(2000), `'${"ü".repeat(512)}…' is not an image reference`],
])("disallowLatestTag on the image %j returns the fault %j", async (image, fault) => {
  const review = reviewFrom("validate-v1-create-pods-1", (object) => {
    object.spec.containers[1].image = image;
  });
  expect(await denials(disallowLatestTag(), review)).toEqual(
    fault === undefined ? [] : [line("spec.containers[1].image", fault)],
  );
});

it.each<[what: string, fixture: string, change: (object: Loose) => void, messages: readonly string[]]>([
  [
    "an init container",
    "validate-v1-create-pods-1",
    ({ spec }) => {
      spec.initContainers[0].image = "migrate";
    },
    [line("spec.initContainers[0].image", untagged("migrate"))],
  ],
  [
    "a CronJob's template",
    "validate-v1-create-cronjobs-1",
    ({ spec }) => {
      spec.jobTemplate.spec.template.spec.containers[0].image = "busybox";
    },
    [line("spec.jobTemplate.spec.template.spec.containers[0].image", untagged("busybox"))],
  ],
  [
    "an image volume of a StatefulSet",
    "validate-v1-create-statefulsets-1",
    ({ spec }) => {
      spec.template.spec.volumes = [
        { name: "a", emptyDir: {} },
        { name: "b", image: { reference: "models" } },
      ];
    },
    [line("spec.template.spec.volumes[1].image.reference", untagged("models"))],
  ],
  [
    "every image of a Pod, in the order in which its containers start",
    "validate-v1-create-pods-1",
    ({ spec }) => {
      for (const container of [...spec.initContainers, ...spec.containers]) container.image = container.name;
    },
    [
      line("spec.initContainers[0].image", untagged("migrate")),
      line("spec.containers[0].image", untagged("web")),
      line("spec.containers[1].image", untagged("proxy")),
    ],
  ],
])("disallowLatestTag finds %s", async (_what, fixture, change, messages) => {
  const review = reviewFrom(fixture, change);
  expect(await denials(disallowLatestTag(), review)).toEqual(messages);
  // Each finding is about the field with the image.
  const places = (await findings(disallowLatestTag(), review)).map(({ at }) => at);
  expect(places).toEqual(messages.map((message) => message.split(": ")[1]));
});

it.each<[what: string, change: (object: Loose) => void]>([
  [
    "containers that are not a list",
    ({ spec }) => {
      spec.containers = { 0: { name: "a", image: "a:1" } };
    },
  ],
  [
    "a container that is a string",
    ({ spec }) => {
      spec.containers = ["nginx:1"];
    },
  ],
  [
    "volumes that are not a list",
    ({ spec }) => {
      spec.volumes = "x";
    },
  ],
])("disallowLatestTag fails and denies for %s", async (_what, change) => {
  const review = reviewFrom("validate-v1-create-pods-1", change);
  expect(await judge(disallowLatestTag(), review, "validate", { failing: true })).toMatchObject({
    allowed: false,
    code: 500,
    message: "disallow-latest-tag: the policy failed; the gate's log has the error",
  });
});

it("disallowLatestTag refuses unknown options", () => {
  const define = (): unknown => disallowLatestTag({ allow: ["*"] } as DisallowLatestTagOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(
    "options.allow is unknown; known are exemptImages, onExisting, podTemplates, onTemplates, help, name, namespaces",
  );
});

it("disallowLatestTag refuses an unknown value of onExisting", () => {
  const define = (): unknown => disallowLatestTag({ onExisting: "allow" } as unknown as DisallowLatestTagOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow('onExisting is "allow", not "warn" or "deny"');
});

it("disallowLatestTag allows what parseImageReference reads with a digest, or with a tag other than latest", async () => {
  const part = fc.constantFrom(
    "a",
    "web",
    "latest",
    "LATEST",
    "1.2",
    "_",
    "-",
    ".",
    "/",
    ":",
    "@",
    " ",
    "\u00a0",
    "ü",
    "😀",
  );
  const digest = fc.constantFrom(DIGEST, "sha256:0", `sha512:${"a".repeat(128)}`, `sha384:${"F".repeat(96)}`);
  const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  const image = fc
    .tuple(
      path,
      fc.constantFrom("", ":latest", ":Latest", ":1", `:${"a".repeat(128)}`, `:${"a".repeat(129)}`),
      fc.option(digest),
    )
    .map(([name, tag, of]) => `${name}${tag}${of === null ? "" : `@${of}`}`);
  const seen = new Set<boolean>();
  await fc.assert(
    fc.asyncProperty(image, async (text) => {
      const { digest: of, tag } = parseImageReference(text) ?? {};
      const isAllowed = of !== undefined || (tag !== undefined && tag.toLowerCase() !== "latest");
      seen.add(isAllowed);
      const review = reviewFrom("validate-v1-create-pods-1", (object) => {
        object.spec.containers[1].image = text;
      });
      expect((await denials(disallowLatestTag(), review)).length === 0).toBe(isAllowed);
    }),
    { numRuns: 2_000 },
  );
  expect(seen).toEqual(new Set([true, false]));
});

it("disallowLatestTag is native", () => {
  expect(nativeOf(disallowLatestTag())).toBe("yes");
});
