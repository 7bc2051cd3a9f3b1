import { expect, it } from "vitest";
import { parseImageReference } from "../../../src/policies/images/parseImageReference.ts";
import { fastest } from "../../policy/fastest.ts";

const DIGEST = `sha256:${"0a".repeat(32)}`;

it.each<[image: string, repository: string, tag: string | undefined, digest: string | undefined]>([
  ["nginx", "nginx", undefined, undefined],
  ["nginx:1.27", "nginx", "1.27", undefined],
  ["nginx:Latest", "nginx", "Latest", undefined],
  ["library/nginx", "library/nginx", undefined, undefined],
  ["localhost:5000/nginx", "localhost:5000/nginx", undefined, undefined],
  ["localhost:5000/team/nginx:1", "localhost:5000/team/nginx", "1", undefined],
  ["[2001:db8::1]:5000/nginx:1", "[2001:db8::1]:5000/nginx", "1", undefined],
  ["registry.example.com/a/b/c:v1.2.3-rc.1_x", "registry.example.com/a/b/c", "v1.2.3-rc.1_x", undefined],
  [`nginx@${DIGEST}`, "nginx", undefined, DIGEST],
  [`nginx:1.27@${DIGEST}`, "nginx", "1.27", DIGEST],
  [`localhost:5000/nginx@${DIGEST}`, "localhost:5000/nginx", undefined, DIGEST],
  [`localhost:5000/nginx:latest@${DIGEST}`, "localhost:5000/nginx", "latest", DIGEST],
  [`a:${"t".repeat(128)}`, "a", "t".repeat(128), undefined],
  [`a@sha384:${"0f".repeat(48)}`, "a", undefined, `sha384:${"0f".repeat(48)}`],
  [`a@sha512:${"0f".repeat(64)}`, "a", undefined, `sha512:${"0f".repeat(64)}`],
])("parseImageReference parses %s", (image, repository, tag, digest) => {
  expect(parseImageReference(image)).toEqual({ repository, tag, digest });
});

it.each<[image: string]>([
  [""],
  [" "],
  ["nginx:"],
  ["nginx@"],
  [":latest"],
  ["nginx:latest "],
  [" nginx:1"],
  ["nginx: 1"],
  ["a b/nginx:1"],
  ["nginx:a:b"],
  ["nginx:lаtest"],
  [`nginx:.1`],
  [`nginx@sha256:${"0".repeat(31)}`],
  ["nginx@latest"],
  [`nginx@sha256:${"0".repeat(32)}`],
  [`nginx@sha256:${"0".repeat(63)}`],
  [`nginx@sha256:${"0".repeat(65)}`],
  [`nginx@sha256:${"0".repeat(128)}`],
  [`nginx:latest@sha256:${"0".repeat(63)}`],
  [`nginx@sha256:${"0A".repeat(32)}`],
  [`nginx@SHA256:${"0a".repeat(32)}`],
  [`nginx@sha512:${"0".repeat(64)}`],
  [`nginx@sha384:${"0".repeat(64)}`],
  [`nginx@md5:${"0".repeat(32)}`],
  [`nginx@sha1:${"0".repeat(40)}`],
  [`nginx@blake3:${"0".repeat(64)}`],
  [`nginx@tarsum+sha256:${"0".repeat(64)}`],
  [`nginx@sha256+b64:${"0".repeat(64)}`],
  [`nginx@sha256-${"0".repeat(64)}`],
  [`nginx@ ${DIGEST}`],
  [`nginx@${DIGEST}\n`],
  [`nginx@${DIGEST}@${DIGEST}`],
  [`@${DIGEST}`],
  ["registry/"],
  [`a:${"t".repeat(129)}`],
  ["a".repeat(1025)],
])("parseImageReference returns undefined for %j", (image) => {
  expect(parseImageReference(image)).toBeUndefined();
});

/** The time of 1,000 calls: one call is too short for the clock. */
const timeOf = (image: string): number =>
  fastest(() => {
    for (let count = 0; count < 1000; count += 1) parseImageReference(image);
  });

it.each(["a", ":", "/", "@", "a:", "@a:", "1."])(
  "parseImageReference parses a long text of only %j in linear time",
  (part) => {
    const longest = "registry.example.com/team/".concat("web-".repeat(200), ":1");
    expect(parseImageReference(longest)).toMatchObject({ tag: "1" });
    const ordinary = timeOf(longest);
    // A text that is too long is not parsed: one call is shorter than 1,000 ordinary calls.
    const tooLong = part.repeat(1_000_000);
    expect(fastest(() => parseImageReference(tooLong)) / ordinary).toBeLessThan(1);
    expect(timeOf(part.repeat(1024 / part.length)) / ordinary).toBeLessThan(100);
  },
);
