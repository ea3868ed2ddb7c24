import { randomUUID } from 'node:crypto';
import { type FireTimes, fireTimes } from '../clock/expression.ts';
import type { Target, Targets } from './targets.ts';

export interface ScheduleDefinition {
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  readonly zone: string;
  readonly enabled: boolean;
  /** It does not fire before `from`, or after `until`. */
  readonly from?: number;
  readonly until?: number;
  readonly target: Target;
  readonly input: string;
}

interface Schedule {
  readonly definition: ScheduleDefinition;
  readonly times: FireTimes;
  next: number | undefined;
}

/** Fires schedules at their times. A flexible window is not used: a run starts at its first moment. */
export class Scheduler {
  readonly #schedules: Schedule[] = [];
  readonly #targets: Targets;
  #ticking: NodeJS.Timeout | undefined;

  constructor(targets: Targets) {
    this.#targets = targets;
  }

  /** @throws Error for an expression that cannot be read */
  add(definition: ScheduleDefinition): void {
    const { expression, zone, from, enabled } = definition;
    const now = Date.now();
    const times = fireTimes(expression, zone, from ?? now);
    // a rate fires for the first time when it is created
    const next = enabled ? times.after(Math.max(now, from ?? now) - 1) : undefined;
    this.#schedules.push({ definition, times, next: withinEnd(next, definition) });
  }

  /** Fires schedules as real time passes. */
  start(): void {
    this.#ticking = setInterval(() => this.fireDue(), 1000).unref();
  }

  stop(): void {
    clearInterval(this.#ticking);
  }

  /** When the next schedule fires. */
  nextFire(): number | undefined {
    const times = this.#schedules.map(({ next }) => next).filter((next) => next !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** The next runs, the soonest first. */
  upcoming(): { readonly name: string; readonly at: number }[] {
    return this.#schedules
      .flatMap(({ definition, next }) => (next === undefined ? [] : [{ name: definition.name, at: next }]))
      .sort((a, b) => a.at - b.at);
  }

  /** Fires what is due now. A schedule that was due several times fires once. */
  fireDue(): void {
    const now = Date.now();
    for (const schedule of this.#schedules) {
      const { definition, times, next } = schedule;
      if (next === undefined || next > now) continue;
      schedule.next = withinEnd(times.after(now), definition);
      this.#targets.deliver(definition.target, withContext(definition, next), definition.arn);
    }
  }
}

function withinEnd(at: number | undefined, { until }: ScheduleDefinition): number | undefined {
  return at !== undefined && until !== undefined && at > until ? undefined : at;
}

/** Fills in the placeholders that an input may have. */
function withContext({ input, arn }: ScheduleDefinition, at: number): string {
  const context: Record<string, string> = {
    'scheduled-time': new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    'schedule-arn': arn,
    'execution-id': randomUUID(),
    'attempt-number': '1',
  };
  return input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => context[name] ?? whole);
}
