import type { CallLog } from './calls.ts';
import type { Clock } from './clock.ts';
import { orderFaults, UnreadableOrderError } from './fault-rules.ts';
import type { Faults } from './faults.ts';
import { Refusal, type Reply } from './replies.ts';
import type { EmulatorRequest } from './requests.ts';
import { fieldsOf } from './requests.ts';

export type ControlHandler = (
  request: EmulatorRequest,
  params: Readonly<Record<string, string>>,
) => Reply | Promise<Reply>;

export interface Controlled {
  readonly title: string;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly calls: CallLog;
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const ok = (body: unknown): Reply => ({ status: 200, body });

/** Reads `+7d`, `90m` or `-1h`. */
function readOffset(text: string): number {
  const read = /^([+-]?)(\d+(?:\.\d+)?)([smhdw])$/.exec(text);
  if (!read)
    throw new UnreadableOrderError(
      `"advance" must be like "+7d", "90m" or "-1h", got ${JSON.stringify(text)}`,
    );
  const [, sign, count, unit = 's'] = read;
  return Number(`${sign}${count}`) * (UNITS[unit] ?? 0);
}

function turn(clock: Clock, order: unknown): void {
  const { now, advance } = fieldsOf(order);
  if (advance !== undefined) {
    clock.advance(readOffset(String(advance)));
    return;
  }
  const instant = typeof now === 'number' ? now : Date.parse(String(now));
  if (Number.isNaN(instant)) {
    throw new UnreadableOrderError(
      'send {"advance": "+7d"}, or {"now": ...} with an ISO 8601 date or milliseconds since the epoch',
    );
  }
  clock.turnTo(instant);
}

/**
 * The commands under `/_control` that every emulator has. They have no faults, and the log of calls leaves
 * them out.
 */
export function commonControls({ title, clock, faults, calls }: Controlled): Record<string, ControlHandler> {
  const time = () => ok({ now: new Date(clock.now()).toISOString() });
  const inForce = () => ok({ faults: faults.list() });
  return {
    'GET /_control': () =>
      ok({ emulator: title, now: new Date(clock.now()).toISOString(), faults: faults.list() }),
    'GET /_control/clock': time,
    'PUT /_control/clock': (request) => {
      turn(clock, request.json());
      return time();
    },
    'DELETE /_control/clock': () => {
      clock.reset();
      return time();
    },
    'GET /_control/faults': inForce,
    'PUT /_control/faults': (request) => {
      orderFaults(faults, request.json(), { replacing: true });
      return inForce();
    },
    'POST /_control/faults': (request) => {
      orderFaults(faults, request.json());
      return inForce();
    },
    'DELETE /_control/faults': () => {
      faults.clear();
      return inForce();
    },
    'GET /_control/calls': () => ok({ count: calls.all.length, latest: calls.all.slice(-100) }),
    'DELETE /_control/calls': () => {
      calls.clear();
      return ok({ count: 0, latest: [] });
    },
  };
}

/** Turns any error of a handler into a 400 that gives the reason. */
export function explaining(handler: ControlHandler): ControlHandler {
  return async (request, params) => {
    try {
      return await handler(request, params);
    } catch (error) {
      throw new Refusal({ status: 400, body: { error: (error as Error).message } });
    }
  };
}
