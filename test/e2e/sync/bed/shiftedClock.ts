/** Node options that shift the clock of a process. */
export function shiftedClock(byMs: number): string[] {
  const code = `globalThis.Date = class extends Date {
    constructor(...args) { if (args.length > 0) super(...args); else super(Date.now()); }
    static now() { return super.now() + ${byMs}; }
  };`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}
