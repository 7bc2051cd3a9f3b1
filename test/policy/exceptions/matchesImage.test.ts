import { expect, it } from "vitest";
import { matchesImage, readImage, readImagePattern } from "../../../src/policy/exceptions/matchesImage.ts";

function isMatched(pattern: string, text: unknown): boolean {
  const wanted = readImagePattern(pattern);
  const image = readImage(text);
  if (wanted === undefined) throw new Error(`${pattern} is no pattern`);
  return image !== undefined && matchesImage(wanted, image);
}

const AGENT = "registry.example.com/legacy/agent";
const DIGEST = `sha256:${"a".repeat(64)}`;

it.each<[pattern: string, image: string]>([
  [`${AGENT}:1.4`, `${AGENT}:1.4`],
  [`${AGENT}:1.*`, `${AGENT}:1.9`],
  [`${AGENT}:*`, `${AGENT}:1.4`],
  [AGENT, AGENT],
  [AGENT, `${AGENT}:1.4`],
  [AGENT, `${AGENT}@${DIGEST}`],
  [AGENT, `${AGENT}:1.4@${DIGEST}`],
  ["registry.example.com/legacy/*", `${AGENT}:1.4`],
  ["registry.example.com:5000/agent", "registry.example.com:5000/agent:2"],
  ["*.example.com/legacy/agent", AGENT],
  [`${AGENT}@${DIGEST}`, `${AGENT}@${DIGEST}`],
  [`${AGENT}@${DIGEST}`, `${AGENT}:1.4@${DIGEST}`],
  [`${AGENT}@sha256:*`, `${AGENT}@${DIGEST}`],
  [`${AGENT}:1.4@${DIGEST}`, `${AGENT}:1.4@${DIGEST}`],
  ["agent", "agent:1"],
])("matchesImage: %s is for %s", (pattern, image) => {
  expect(isMatched(pattern, image)).toBe(true);
});

it.each<[what: string, pattern: string, image: unknown]>([
  ["another tag", `${AGENT}:1.4`, `${AGENT}:1.5`],
  ["a longer tag", `${AGENT}:1.4`, `${AGENT}:1.4.1`],
  ["a tag in other letters", `${AGENT}:v1`, `${AGENT}:V1`],
  ["no tag, which is latest", `${AGENT}:1.4`, AGENT],
  ["a digest beside the tag: the tag is ignored", `${AGENT}:1.4`, `${AGENT}:1.4@${DIGEST}`],
  ["a digest beside any tag", `${AGENT}:*`, `${AGENT}:1.4@${DIGEST}`],
  ["another digest", `${AGENT}@${DIGEST}`, `${AGENT}@sha256:${"b".repeat(64)}`],
  ["a tag for the digest", `${AGENT}@${DIGEST}`, `${AGENT}:${"a".repeat(64)}`],
  ["another tag beside the digest", `${AGENT}:1.4@${DIGEST}`, `${AGENT}:1.5@${DIGEST}`],
  ["a longer name", AGENT, `${AGENT}-2:1.4`],
  ["a longer path", AGENT, `${AGENT}/evil:1.4`],
  ["a deeper path than the star", "registry.example.com/*", `${AGENT}:1.4`],
  ["a registry in front", AGENT, `evil.example.org/${AGENT}:1.4`],
  ["a port that looks like a tag", `${AGENT}:*`, `${AGENT}:5000/evil`],
  ["a registry that begins alike", "registry.example.com/legacy/*", "registry.example.com.evil.org/legacy/agent"],
  ["a registry in other letters", AGENT, AGENT.toUpperCase()],
  ["an empty tag", AGENT, `${AGENT}:`],
  ["an empty digest", AGENT, `${AGENT}@`],
  ["two digests", AGENT, `${AGENT}@${DIGEST}@${DIGEST}`],
  ["a blank behind it", `${AGENT}:1.4`, `${AGENT}:1.4 `],
  ["a line break behind it", AGENT, `${AGENT}:1.4\n`],
  ["a star in the image", `${AGENT}:1.4`, `${AGENT}:*`],
  ["nothing", AGENT, ""],
  ["a number", AGENT, 5],
  ["a list", AGENT, [AGENT]],
  ["an image that is longer than any", `${AGENT}@sha256:*`, `${AGENT}@sha256:${"a".repeat(1024)}`],
  ["the short form of docker.io", "docker.io/library/nginx", "nginx"],
])("matchesImage: not for %s", (_what, pattern, image) => {
  expect(isMatched(pattern, image)).toBe(false);
});
