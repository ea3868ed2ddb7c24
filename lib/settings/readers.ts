import { Duration, TimeZone } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  API_KEY_PROVIDERS,
  type ApiKeyApplication,
  type MeetingsApiApplication,
  type ZoomApplication,
} from '../parts/applications.ts';
import { assertSchedule } from '../schedule/longest-gap.ts';
import type { CalendarConnection, CalendarFeed } from './props.ts';
import { inWords, isWithin, type Span } from './ranges.ts';
import { reasonOf } from './reason.ts';

/**
 * Reads a value from the context: text from the command line, any type from `cdk.json`. If it is invalid, the
 * error says what it must be.
 */
export type Reader<T> = (value: unknown) => T;

export const text: Reader<string> = (value) => {
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw new Error('a text that is not empty');
};

export const schedule: Reader<string> = (value) => {
  const expression = text(value);
  try {
    assertSchedule(expression);
  } catch (error) {
    throw new Error(`cron(...) or rate(...): ${reasonOf(error)}`);
  }
  return expression;
};

export const email: Reader<string> = (value) => {
  if (typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return value;
  throw new Error("an e-mail address, as in 'team@example.com'");
};

export const stackName: Reader<string> = (value) => {
  if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(value)) return value;
  throw new Error('1 to 128 of letters, digits and -, the first a letter');
};

export const policy: Reader<string> = (value) => {
  if (typeof value === 'string' && /^(arn:[\w-]+:iam::\d{12}:policy\/)?[\w+=,.@/-]{1,128}$/.test(value))
    return value;
  throw new Error('the name or the ARN of a managed policy');
};

export function oneOf<const T extends string>(...choices: T[]): Reader<T> {
  return (value) => {
    const chosen = choices.find((choice) => choice === value);
    if (chosen !== undefined) return chosen;
    throw new Error(choices.join(' or '));
  };
}

/** Accepts a word, or any value that another reader accepts. */
export function either<const Word extends string, T>(word: Word, read: Reader<T>): Reader<Word | T> {
  return (value) => {
    if (value === word) return word;
    try {
      return read(value);
    } catch (error) {
      throw new Error(`${word} or ${reasonOf(error)}`);
    }
  };
}

export function wholeNumber(least: number, most: number): Reader<number> {
  return (value) => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    // a number, after the first comparison
    if (Number.isInteger(number) && (number as number) >= least && (number as number) <= most) {
      return number as number;
    }
    throw new Error(`a whole number from ${least} to ${most}`);
  };
}

export function duration(span: Span): Reader<Duration> {
  return (value) => {
    if (typeof value === 'string' && /^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/.test(value)) {
      const read = Duration.parse(value);
      if (isWithin(span, read)) return read;
    }
    throw new Error(`an ISO 8601 duration ${inWords(span)}, as in P7D or PT15M`);
  };
}

export const timeZone: Reader<TimeZone> = (value) => {
  const names = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/UTC'];
  if (typeof value === 'string' && names.includes(value)) return TimeZone.of(value);
  throw new Error("the IANA name of a time zone, as in 'Europe/Berlin'");
};

export const logRetention: Reader<RetentionDays> = (value) => {
  const days = Object.values(RetentionDays).filter((entry) => typeof entry === 'number');
  const found = days.find((entry) => String(entry) === String(value));
  if (found !== undefined) return found;
  throw new Error(`a retention that the logs service knows: ${days.join(', ')} days`);
};

/** Reads a list in JSON, one value, or several values with commas in between. */
export function listOf<T>(read: Reader<T>, separator: RegExp): Reader<T[]> {
  return (value) => {
    const entries = typeof value === 'string' ? split(value, separator) : value;
    if (Array.isArray(entries) && entries.length > 0) return entries.map(read);
    throw new Error('a list of at least one');
  };
}

function split(value: string, separator: RegExp): unknown {
  if (!/^\s*\[/.test(value)) return value.split(separator).filter((part) => part.trim() !== '');
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new Error(`a list in JSON (${reasonOf(cause)})`, { cause });
  }
}

/** An application in the context: an id, or an object with an ARN instead of the secret. */
export type ApplicationSetting = (
  | Omit<MeetingsApiApplication, 'privateKey'>
  | Omit<ApiKeyApplication, 'apiKey'>
  | Omit<ZoomApplication, 'clientSecret'>
) & {
  readonly privateKeyArn?: string;
  readonly apiKeyArn?: string;
  readonly clientSecretArn?: string;
};

interface Fields {
  readonly needed: readonly string[];
  readonly others: readonly string[];
}

const API_KEY_FIELDS: Fields = { needed: [], others: ['apiKeyArn'] };

/** The fields of an application by its provider, besides the common ones. */
const FIELDS: Readonly<Record<string, Fields>> = {
  'meetings-api': { needed: ['applicationId'], others: ['privateKeyArn'] },
  ...Object.fromEntries(Object.keys(API_KEY_PROVIDERS).map((name) => [name, API_KEY_FIELDS])),
  zoom: { needed: ['accountId', 'clientId', 'hosts'], others: ['clientSecretArn'] },
};

const isTexts = (value: unknown) => Array.isArray(value) && value.every((text) => typeof text === 'string');

export const application: Reader<ApplicationSetting> = (value) => {
  if (typeof value === 'string') return { applicationId: value.trim() };
  const entry = Object.entries(value ?? {});
  const { provider = 'meetings-api' } = Object.fromEntries(entry);
  const fields = Object.hasOwn(FIELDS, String(provider)) ? FIELDS[String(provider)] : undefined;
  const { needed = [], others = [] } = fields ?? {};
  const known = ['provider', 'name', 'baseUrl', ...needed, ...others];
  const fits = entry.every(
    ([name, field]) =>
      known.includes(name) && (name === 'hosts' ? isTexts(field) : typeof field === 'string'),
  );
  const complete = fields !== undefined && needed.every((name) => entry.some(([given]) => given === name));
  // each field has been checked
  if (typeof value === 'object' && value && fits && complete) return value as ApplicationSetting;
  throw new Error(
    'application ids, or objects of texts with applicationId and, if need be, name, privateKeyArn, baseUrl; ' +
      `or, of another provider, with provider (${Object.keys(API_KEY_PROVIDERS).join(' or ')}) and, if need be, name, ` +
      'apiKeyArn, baseUrl; or with provider zoom, accountId, clientId, hosts (a list of texts) and, if need be, name, ' +
      'clientSecretArn, baseUrl',
  );
};

/** A feed in the context: its name, or an object with an ARN instead of the secret. */
export type FeedSetting = Omit<CalendarFeed, 'address'> & { readonly addressArn?: string };

export const feed: Reader<FeedSetting> = (value) => {
  if (typeof value === 'string') return { name: value.trim() };
  // any object can be asked for a field, which is unknown
  const { name, addressArn, timeZone: zone, ...rest } = (value ?? {}) as Record<string, unknown>;
  const known =
    Object.keys(rest).length === 0 && (addressArn === undefined || typeof addressArn === 'string');
  if (typeof name === 'string' && known) {
    return {
      name,
      ...(addressArn !== undefined && { addressArn }),
      ...(zone !== undefined && { timeZone: timeZone(zone) }),
    };
  }
  throw new Error('names of feeds, or objects of texts with name and, if need be, addressArn, timeZone');
};

/** A connection in the context: an object with an ARN instead of the secret. */
export type ConnectionSetting = Omit<CalendarConnection, 'credential'> & { readonly credentialArn?: string };

const CONNECTION_TEXTS = [
  'name',
  'kind',
  'credentialArn',
  'which',
  'mark',
  'mailbox',
  'writeBack',
  'language',
  'actAs',
  'tenant',
  'client',
  'baseUrl',
  'loginUrl',
];

export const connection: Reader<ConnectionSetting> = (value) => {
  // any object can be asked for a field, which is unknown
  const { calendars, timeZone: zone, ...texts } = (value ?? {}) as Record<string, unknown>;
  const named = Array.isArray(calendars) && calendars.every((each) => typeof each === 'string');
  const known = Object.entries(texts).every(
    ([name, field]) => CONNECTION_TEXTS.includes(name) && typeof field === 'string',
  );
  if (typeof value === 'object' && named && known && 'name' in texts && 'kind' in texts) {
    // these are texts, whose values are checked with the properties of the construct
    const checked = texts as unknown as Omit<ConnectionSetting, 'calendars' | 'timeZone'>;
    return { ...checked, calendars, ...(zone !== undefined && { timeZone: timeZone(zone) }) };
  }
  throw new Error(
    'a list in JSON of objects with name, kind, calendars (a list of texts) and, if need be, which, mark, mailbox, ' +
      'writeBack, language, actAs, tenant, client, timeZone, credentialArn, baseUrl, loginUrl',
  );
};

/** A hosted zone of Route 53 in the context. */
export interface HostedZoneSetting {
  readonly id: string;
  readonly name: string;
}

/** An object, or the same as JSON from the command line. */
export const hostedZone: Reader<HostedZoneSetting> = (value) => {
  const { id, name, ...rest } = (typeof value === 'string' ? parsed(value) : (value ?? {})) as Record<
    string,
    unknown
  >;
  if (typeof id === 'string' && typeof name === 'string' && Object.keys(rest).length === 0)
    return { id, name };
  throw new Error(`an object with id and name, as in {"id": "Z0123456789", "name": "example.com"}`);
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
