import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { baseImages } from "./baseImages.ts";
import { isPinned, pinnedText, referenceIn } from "./pinnedText.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Writes the digest of every base image's tag into the file that uses it. Docker resolves them, with the registries and
 * credentials that it is set up for. With `--check`, changes nothing and exits with 1 when an image has no digest: one of
 * `NAME=REFERENCE` in the arguments, or else of the files. Exits with 2 for any other argument.
 */
export async function pinImages(args: readonly string[]): Promise<void> {
  const [first, ...rest] = args;
  if (first === "--check") return check(rest);
  if (first !== undefined) {
    process.stderr.write(`${JSON.stringify(first)} is no argument; expected none, or --check [NAME=REFERENCE...]\n`);
    process.exitCode = 2;
    return;
  }
  for (const image of baseImages) {
    const format = ["--format", "{{.Manifest.Digest}}"];
    const output = execFileSync("docker", ["buildx", "imagetools", "inspect", image.tag, ...format], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    const path = `${root}${image.file}`;
    const text = await readFile(path, "utf8");
    const digest = output.trim();
    const pinned = pinnedText(text, image, digest);
    if (pinned !== text) await writeFile(path, pinned);
    process.stdout.write(`${image.file}: ${image.tag}@${digest}${pinned === text ? " (unchanged)" : ""}\n`);
  }
}

async function check(given: readonly string[]): Promise<void> {
  const references =
    given.length > 0
      ? given.map((argument) => ({
          where: argument.split("=", 1)[0] ?? "",
          reference: argument.replace(/^[^=]*=/, ""),
        }))
      : await Promise.all(
          baseImages.map(async (image) => ({
            where: `${image.file}: ${image.tag}`,
            reference: referenceIn(await readFile(`${root}${image.file}`, "utf8"), image),
          })),
        );
  for (const { where, reference } of references) {
    if (isPinned(reference)) continue;
    process.stderr.write(
      `${where}: expected IMAGE:TAG@sha256:DIGEST, found "${reference}"; run "npm run images" and commit its change\n`,
    );
    process.exitCode = 1;
  }
}
