/** What {@link endAtSignals} needs of this process. */
export interface Signalled {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  listenerCount(signal: NodeJS.Signals): number;
  exit(code: number): unknown;
}

/**
 * Ends a command that runs until a signal with exit code 0, as long as nothing else listens for the signal: while its
 * modules are loaded, and after it has stopped. `onEnd` is called before.
 */
export function endAtSignals(signals: readonly NodeJS.Signals[], self: Signalled, onEnd: () => void): void {
  for (const signal of signals)
    self.on(signal, () => {
      if (self.listenerCount(signal) > 1) return;
      onEnd();
      self.exit(0);
    });
}
