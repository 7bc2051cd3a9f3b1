/** The beginning of each secret that a test plants. {@link SecretScan} finds it in the output of a run. */
export const MARKER = "pl4nted-s3cret";

/**
 * A secret that a test hands to the program, such as a password or a token. It must not come out anywhere. Each test that
 * has a secret uses it, and no title of a test has it.
 */
export function planted(name: string): string {
  return `${MARKER}-${name}`;
}
