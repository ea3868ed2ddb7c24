import type { OutageStore, Outages } from '../../functions/adapters/circuits.ts';

/** The store that containers share, in memory. */
export function memoryOutages(): OutageStore & { stored: Outages } {
  const store = {
    stored: { version: 0, open: {} } as Outages,
    async read() {
      return store.stored;
    },
    async replace(outages: Outages) {
      if (outages.version !== store.stored.version + 1) return false;
      store.stored = outages;
      return true;
    },
  };
  return store;
}
