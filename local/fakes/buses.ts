import { randomUUID } from 'node:crypto';
import type { JsonObject, Place } from '../stack/template.ts';
import { type RuleIdentity, type TargetInput, targetPayload } from './input.ts';
import type { Matcher } from './pattern.ts';
import type { Target, Targets } from './targets.ts';

export interface Rule extends RuleIdentity {
  readonly bus: string;
  readonly matches: Matcher;
  readonly targets: readonly (Target & { readonly input: TargetInput })[];
}

/** An entry of PutEvents. */
export interface PutEntry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
  readonly Resources?: readonly string[];
  /** Seconds since the epoch. */
  readonly Time?: number;
}

export type PutResult =
  | { readonly EventId: string }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** An event that the bus has received. */
export interface SeenEvent {
  readonly at: number;
  readonly bus: string;
  readonly event: JsonObject;
  /** The rules that matched it. */
  readonly rules: readonly string[];
}

/** Fails an entry before the bus processes it, as a throttle would. */
export type BusFault = (entry: PutEntry) => { code: string; message: string } | undefined;

const REMEMBERED = 10_000;
const DEFAULT_BUS = 'default';

/** Accepts events, matches them against the rules of their bus and delivers them. */
export class EventBuses {
  readonly seen: SeenEvent[] = [];
  fault: BusFault | undefined;
  readonly #place: Place;
  readonly #names = new Set([DEFAULT_BUS]);
  readonly #rules: Rule[] = [];
  readonly #targets: Targets;

  constructor(place: Place, targets: Targets) {
    this.#place = place;
    this.#targets = targets;
  }

  addBus(name: string): void {
    this.#names.add(name);
  }

  addRule(rule: Rule): void {
    this.#rules.push(rule);
  }

  /** Processes each entry separately: a refused entry does not affect the others. */
  put(entries: readonly PutEntry[]): PutResult[] {
    return entries.map((entry) => {
      const refusal = this.#refusal(entry);
      if (refusal) return { ErrorCode: refusal.code, ErrorMessage: refusal.message };
      const event = this.#envelope(entry);
      this.#dispatch(nameOf(entry.EventBusName), event);
      // it has just been given an id
      return { EventId: event.id as string };
    });
  }

  /** Sends an event of AWS itself, which goes to the default bus. */
  emit(Source: string, DetailType: string, detail: JsonObject, Resources: readonly string[] = []): void {
    const entry = { Source, DetailType, Detail: JSON.stringify(detail), Resources };
    this.#dispatch(DEFAULT_BUS, this.#envelope(entry));
  }

  /** Accepts an event from another bus, unchanged. */
  hand(bus: string, event: string): void {
    this.#dispatch(nameOf(bus), JSON.parse(event) as JsonObject);
  }

  has(nameOrArn: string): boolean {
    return this.#names.has(nameOf(nameOrArn));
  }

  #refusal(entry: PutEntry): { code: string; message: string } | undefined {
    const fault = this.fault?.(entry);
    if (fault) return fault;
    for (const field of ['Source', 'DetailType', 'Detail'] as const) {
      if (entry[field]) continue;
      const message = `Parameter ${field} is not valid. Reason: ${field} is a required argument.`;
      return { code: 'InvalidArgument', message };
    }
    if (entry.Source?.startsWith('aws.')) {
      const message = 'Not authorized for the source.';
      return { code: 'NotAuthorizedForSourceException', message };
    }
    if (!isJsonObject(entry.Detail ?? ''))
      return { code: 'MalformedDetail', message: 'Detail is malformed.' };
    if (!this.has(entry.EventBusName ?? DEFAULT_BUS)) {
      return {
        code: 'ResourceNotFoundException',
        message: `Event bus ${entry.EventBusName} does not exist.`,
      };
    }
    return undefined;
  }

  #envelope(entry: PutEntry): JsonObject {
    const at = entry.Time === undefined ? Date.now() : entry.Time * 1000;
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': entry.DetailType ?? '',
      source: entry.Source ?? '',
      account: this.#place.account,
      time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
      region: this.#place.region,
      resources: [...(entry.Resources ?? [])],
      detail: JSON.parse(entry.Detail ?? '{}'),
    };
  }

  #dispatch(bus: string, event: JsonObject): void {
    const taking = this.#rules.filter((rule) => rule.bus === bus && rule.matches(event));
    this.seen.push({ at: Date.now(), bus, event, rules: taking.map((rule) => rule.name) });
    if (this.seen.length > REMEMBERED) this.seen.shift();
    for (const rule of taking) {
      for (const target of rule.targets) {
        this.#targets.deliver(target, targetPayload(target.input, event, rule), rule.arn);
      }
    }
  }
}

/** Returns the name of a bus that is named by its name or its ARN. */
export function nameOf(nameOrArn: string | undefined): string {
  return nameOrArn?.split('/').at(-1) || DEFAULT_BUS;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
