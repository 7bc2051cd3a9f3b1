/** Of ES2026. TypeScript has no type for it. All runtimes of Postern have it: Node since 21, workerd. */
declare global {
  interface JSON {
    rawJSON(text: string): object;
  }
}

/**
 * Writes a JSON value as `JSON.stringify` does, with all digits of a bigint. Throws what `JSON.stringify` throws, such as
 * for a cycle.
 */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // A replacer takes many times as long, and values with a bigint are rare.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, withAllDigits);
  }
}

function withAllDigits(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? JSON.rawJSON(String(value)) : value;
}
