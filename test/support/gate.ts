import { type Decide, type ServiceProxy, startProxy } from '../../chaos/proxy.ts';

/** Whether a request is stopped before it reaches its service, or after the service has executed it. */
export type When = 'before' | 'after';

/**
 * Intercepts all calls of a function, counts its requests across all services, and stops one of them: the
 * function waits for an answer that never comes, until it is killed.
 */
export interface Gate {
  /** The requests since the count was last reset, by the name of the service and the operation. */
  readonly passed: readonly string[];
  /** @returns the endpoint to call instead of this one */
  inFrontOf(service: string, endpoint: string): Promise<string>;
  /** Resets the count. @returns a promise that resolves when the nth request from now on is stopped */
  stopAt(nth: number, when: When): Promise<string>;
  /** Lets everything pass, and resets the count. */
  open(): void;
  close(): Promise<void>;
}

interface Stop {
  readonly nth: number;
  readonly when: When;
  readonly reached: (request: string) => void;
}

export function openGate(): Gate {
  const proxies: ServiceProxy[] = [];
  let passed: string[] = [];
  let stop: Stop | undefined;

  const pass =
    (service: string): Decide =>
    async ({ operation, forward }) => {
      const name = `${service} ${operation}`;
      passed.push(name);
      const stopped = stop?.nth === passed.length ? stop : undefined;
      const answer = stopped?.when === 'before' ? 'silence' : await forward();
      stopped?.reached(name);
      return stopped ? 'silence' : answer;
    };

  return {
    get passed() {
      return passed;
    },
    async inFrontOf(service, endpoint) {
      const proxy = await startProxy(endpoint, pass(service));
      proxies.push(proxy);
      return proxy.endpoint;
    },
    stopAt(nth, when) {
      passed = [];
      return new Promise((reached) => {
        stop = { nth, when, reached };
      });
    },
    open() {
      passed = [];
      stop = undefined;
    },
    close: async () => void (await Promise.all(proxies.map((proxy) => proxy.close()))),
  };
}
