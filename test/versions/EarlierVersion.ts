import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const FIXTURES = fileURLToPath(new URL("../fixtures/versions", import.meta.url));

/** What an earlier version wrote, and its programs. */
export class EarlierVersion {
  readonly version: string;
  readonly #folder: string;
  readonly #made: string[] = [];

  constructor(version: string) {
    this.version = version;
    this.#folder = join(FIXTURES, version);
  }

  /** The newest version that has fixtures: the one before this. */
  static last(): EarlierVersion {
    const versions = readdirSync(FIXTURES).sort((left, right) => left.localeCompare(right, "en", { numeric: true }));
    const last = versions.at(-1);
    if (last === undefined) throw new Error(`${FIXTURES} is empty`);
    return new EarlierVersion(last);
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  text(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** The path of a program, `postern.mjs` or `gate.mjs`, in a folder of its own. */
  program(name: string): string {
    const file = join(this.#temporary(), name);
    writeFileSync(file, brotliDecompressSync(readFileSync(this.path(`${name}.br`))));
    return file;
  }

  /** The path of a copy of the records. Reading changes files of the store, and writing more of them. */
  records(): string {
    const folder = join(this.#temporary(), "records");
    cpSync(this.path("records"), folder, { recursive: true });
    return folder;
  }

  /** Removes the programs and copies. */
  remove(): void {
    for (const folder of this.#made.splice(0)) rmSync(folder, { recursive: true, force: true });
  }

  #temporary(): string {
    const folder = mkdtempSync(join(tmpdir(), "postern-earlier-"));
    this.#made.push(folder);
    return folder;
  }
}
