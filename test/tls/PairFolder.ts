import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PairPaths } from "../../src/tls/pair/readSnapshot.ts";

/** A folder with certificates, as plain files or with the layout of a Secret volume. */
export class PairFolder {
  readonly path = mkdtempSync(join(tmpdir(), "postern-tls-"));
  #revision = 0;

  paths(folder = ""): PairPaths {
    return { cert: join(this.path, folder, "tls.crt"), key: join(this.path, folder, "tls.key") };
  }

  /** Writes plain files, and replaces whatever is at their paths. */
  write({ cert, key }: { readonly cert: string; readonly key: string }): void {
    const paths = this.paths();
    for (const path of [paths.cert, paths.key]) rmSync(path, { recursive: true, force: true });
    writeFileSync(paths.cert, cert);
    writeFileSync(paths.key, key, { mode: 0o600 });
  }

  /** Writes a Secret volume in `folder`. Replaces all files in one step by renaming `..data`, as the kubelet does. */
  swapVolume(folder: string, files: Readonly<Record<string, string>>): void {
    const volume = join(this.path, folder);
    mkdirSync(volume, { recursive: true });
    this.#revision += 1;
    const data = `..2026_07_01.${this.#revision}`;
    mkdirSync(join(volume, data));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(volume, data, name), text, { mode: 0o644 });
    symlinkSync(data, join(volume, "..data_tmp"));
    renameSync(join(volume, "..data_tmp"), join(volume, "..data"));
    for (const name of Object.keys(files)) {
      rmSync(join(volume, name), { force: true });
      symlinkSync(join("..data", name), join(volume, name));
    }
    for (const name of readdirSync(volume))
      if (name.startsWith("..2026") && name !== data) rmSync(join(volume, name), { recursive: true });
  }

  /**
   * Writes plain files in `folder`, each by a rename, the certificate first. In a former Secret volume they take effect when
   * its `..data` is removed.
   */
  renameFiles(folder: string, { cert, key }: { readonly cert: string; readonly key: string }): void {
    const paths = this.paths(folder);
    mkdirSync(join(this.path, folder), { recursive: true });
    writeFileSync(`${paths.cert}.new`, cert, { mode: 0o644 });
    writeFileSync(`${paths.key}.new`, key, { mode: 0o600 });
    // Together, so that a busy machine does not read the new certificate with the old key.
    for (const path of [paths.cert, paths.key]) renameSync(`${path}.new`, path);
    rmSync(join(this.path, folder, "..data"), { force: true });
    for (const name of readdirSync(join(this.path, folder)))
      if (name.startsWith("..2026")) rmSync(join(this.path, folder, name), { recursive: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
