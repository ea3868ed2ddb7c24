import { type Decide, type ServiceProxy, startProxy } from '../../chaos/proxy.ts';

/** Whether a request is stopped before it reaches its service, or once the service has done what was asked. */
export type When = 'before' | 'after';

/**
 * Stands between a function and everything that it calls, counts its requests across all services, and stops one of
 * them: the function waits for an answer that never comes, until somebody kills it.
 */
export interface Gate {
  /** Requests since the last count began, by the name of the service and the operation. */
  readonly passed: readonly string[];
  /** @returns the endpoint to call in place of this one */
  inFrontOf(service: string, endpoint: string): Promise<string>;
  /** Starts to count anew. @returns what resolves with the nth request from now on, once it stands there */
  stopAt(nth: number, when: When): Promise<string>;
  /** Lets everything pass, and starts to count anew. */
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
