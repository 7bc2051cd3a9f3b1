import { execFileSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Writes the fixtures of an earlier version: what its code, at `commit`, renders, stores, signs and records, and its
 * programs. Needs git and npm.
 */
async function writeVersion(version: string | undefined, commit: string | undefined): Promise<void> {
  if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version) || commit === undefined)
    throw new Error("expected VERSION COMMIT, such as 0.1.0 v0.1.0");
  const folder = join(repository, "test/fixtures/versions", version);
  const tree = await mkdtemp(join(tmpdir(), "postern-version-"));
  try {
    const archive = execFileSync("git", ["archive", commit], { cwd: repository, maxBuffer: 1 << 28 });
    execFileSync("tar", ["-x", "-C", tree], { input: archive });
    execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: tree, stdio: "inherit" });
    // Modules are found from the folder of the script, so it has to be in the tree.
    await copyFile(new URL("insideVersion.ts", import.meta.url), join(tree, "insideVersion.ts"));
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    execFileSync(join(tree, "node_modules/.bin/node"), ["insideVersion.ts", folder], { cwd: tree, stdio: "inherit" });
    for (const name of ["postern.mjs", "gate.mjs"]) await compress(join(folder, name));
    // What is left of reading the log. The last write of it is in log.db.
    for (const name of ["log.db-shm", "log.db-wal"]) await rm(join(folder, "records", name), { force: true });
    const full = execFileSync("git", ["rev-parse", `${commit}^{commit}`], { cwd: repository, encoding: "utf8" });
    await writeFile(join(folder, "source.json"), `${JSON.stringify({ version, commit: full.trim() }, null, 2)}\n`);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function compress(file: string): Promise<void> {
  const bytes = await readFile(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await writeFile(`${file}.br`, brotliCompressSync(bytes, { params }));
  await rm(file);
}

await writeVersion(process.argv[2], process.argv[3]);
