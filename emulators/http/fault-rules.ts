import { FAULT_KINDS, type FaultRule, STORM, type Storm } from './fault.ts';
import type { Faults } from './faults.ts';
import { callPattern } from './patterns.ts';

/** An error in a person's input; the message is for that person. */
export class UnreadableOrderError extends Error {}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
// a whole number, after the first comparison
const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
const isChance = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1;
const among = (...values: unknown[]) => ({
  holds: (value: unknown) => values.includes(value),
  wants: `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`,
});

type Check = { readonly holds: (value: unknown) => boolean; readonly wants: string };

const FIELDS: Record<keyof Omit<FaultRule, 'only'>, Check> = {
  fault: among(...FAULT_KINDS),
  strikes: among('before', 'after', 'either'),
  delay: { holds: isCount, wants: 'milliseconds' },
  status: {
    holds: (value) => isCount(value) && Number(value) >= 200 && Number(value) < 600,
    wants: '200 to 599',
  },
  body: { holds: () => true, wants: 'anything' },
  headers: {
    holds: (value) => isObject(value) && Object.values(value).every((text) => typeof text === 'string'),
    wants: 'an object of strings',
  },
  retryAfter: { holds: isCount, wants: 'whole seconds' },
  retryAfterForm: among('seconds', 'date', 'either'),
  on: { holds: isPattern, wants: 'a call pattern like "POST /rooms", "* /rooms/**" or "PATCH"' },
  times: {
    holds: (value) => (isCount(value) && value !== 0) || value === 'always',
    wants: '1 or more, or "always"',
  },
  skip: { holds: isCount, wants: 'a whole number' },
  probability: { holds: isChance, wants: '0 to 1' },
};

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    callPattern(value);
    return true;
  } catch {
    return false;
  }
}

function readRule(order: Record<string, unknown>): FaultRule {
  if (order.fault === undefined) {
    throw new UnreadableOrderError(`a rule needs "fault", one of ${FAULT_KINDS.join(', ')}, or "storm"`);
  }
  for (const [field, value] of Object.entries(order)) {
    // a field that the record does not have is undefined
    const check = (FIELDS as Record<string, Check | undefined>)[field];
    if (!check) {
      throw new UnreadableOrderError(
        `"${field}" is not part of a rule: use ${Object.keys(FIELDS).join(', ')}`,
      );
    }
    if (!check.holds(value)) {
      throw new UnreadableOrderError(`"${field}" must be ${check.wants}, got ${JSON.stringify(value)}`);
    }
  }
  // each of its fields has been checked
  return order as unknown as FaultRule;
}

function readStorm({ storm, on = '*', ...rest }: Record<string, unknown>): Storm {
  if (Object.keys(rest).length > 0) {
    throw new UnreadableOrderError(`"${Object.keys(rest)[0]}" is not part of a storm: use storm, on`);
  }
  const most = 1 / STORM.length;
  if (!isChance(storm) || Number(storm) > most) {
    throw new UnreadableOrderError(
      `"storm" must be the probability of each of its ${STORM.length} kinds, 0 to ${most}, got ${JSON.stringify(storm)}`,
    );
  }
  if (!isPattern(on))
    throw new UnreadableOrderError(`"on" must be ${FIELDS.on.wants}, got ${JSON.stringify(on)}`);
  // both have been checked
  return { each: storm as number, on: on as string };
}

/**
 * Adds the faults of a control command: a rule, `{"storm": 0.05}`, or a list of both. The whole command is
 * checked before any part of it takes effect.
 *
 * @throws UnreadableOrderError
 */
export function orderFaults(faults: Faults, order: unknown, { replacing = false } = {}): void {
  const parts = (Array.isArray(order) ? order : [order]).map((part) => {
    if (!isObject(part)) throw new UnreadableOrderError(`a rule is an object, got ${JSON.stringify(part)}`);
    return 'storm' in part ? { storm: readStorm(part) } : { rule: readRule(part) };
  });
  if (replacing) faults.clear();
  for (const { storm, rule } of parts) {
    if (storm) faults.storm(storm);
    else if (rule) faults.add(rule);
  }
}
