import { TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Node } from 'constructs';
import { DAILY } from '../parts/reconciliation.ts';
import { NIGHTLY } from '../schedule/rhythm.ts';
import { nearest } from './nearest.ts';
import { COUNTS, SPANS } from './ranges.ts';
import type { ApplicationSetting, Reader } from './readers.ts';
import {
  application,
  connection,
  duration,
  either,
  email,
  feed,
  hostedZone,
  listOf,
  logRetention,
  oneOf,
  policy,
  schedule,
  stackName,
  text,
  timeZone,
  wholeNumber,
} from './readers.ts';
import { reasonOf } from './reason.ts';

/** Every setting, with its reader. */
const SETTINGS = {
  /** `dev` is deleted with its stack; `prod` keeps its rooms, keys and secrets. */
  stage: oneOf('dev', 'prod'),
  /** Replaces `EvergreenRooms-<stage>`, for a second deployment in an account. */
  stackName,
  applications: listOf(application, /,/),
  /** For every application without its own. */
  baseUrl: text,
  schedule: listOf(schedule, /;/),
  /** The time zone of all schedules. */
  timeZone,
  flexibleWindow: duration(SPANS.flexibleWindow),
  renewBefore: duration(SPANS.renewBefore),
  rotationsPerRun: wholeNumber(...COUNTS.perRun),
  spread: duration(SPANS.spread),
  rotationConcurrency: wholeNumber(...COUNTS.concurrency),
  /** How long a room lives after the last end of its calendar event. */
  calendarGrace: duration(SPANS.grace),
  /** For floating and all-day times if their calendar names no zone. */
  calendarTimeZone: timeZone,
  /** The name of the room of a private event. */
  calendarPlaceholder: text,
  /** A room for a whole series, or for each occurrence within the horizon. */
  calendarScope: oneOf('series', 'occurrence'),
  calendarHorizon: duration(SPANS.horizon),
  /** Calendars that have an address: names, or objects with name and, if need be, addressArn, timeZone. */
  calendarFeeds: listOf(feed, /,/),
  /**
   * Calendars of Google, Microsoft and CalDAV servers that are connected with a credential: a list in JSON.
   */
  calendarConnections: listOf(connection, /(?!)/),
  calendarReadEvery: duration(SPANS.readEvery),
  /** Whether there is a bucket whose `.ics` files are read. */
  calendarFiles: oneOf('on', 'off'),
  requestConcurrency: wholeNumber(...COUNTS.requestConcurrency),
  callbacks: oneOf('on', 'off'),
  /** Whether every key has a link that stays the same. */
  links: oneOf('on', 'off'),
  /** The domain of the links, and the ARN of its certificate in us-east-1. */
  linksDomain: text,
  linksCertificate: text,
  /** The hosted zone for the records of that domain: an object with id and name. */
  linksHostedZone: hostedZone,
  /** The ARN of a web ACL in front of the links. */
  linksWebAcl: text,
  /** Whether an open room is entered directly, or from a page with a button. */
  linksPage: oneOf('redirect', 'lobby'),
  /** Whether pages show the names of rooms. */
  linksNames: oneOf('on', 'off'),
  linksTeam: text,
  linksLogo: text,
  linksContact: text,
  linksConcurrency: wholeNumber(...COUNTS.concurrency),
  callbackConcurrency: either('unreserved', wholeNumber(...COUNTS.callbackConcurrency)),
  reconciliation: oneOf('repair', 'report'),
  reconciliationSchedule: schedule,
  reconciliationBrake: wholeNumber(...COUNTS.brake),
  maxReceiveCount: wholeNumber(...COUNTS.maxReceiveCount),
  retention: duration(SPANS.retention),
  deployment: text,
  /** The name or the ARN of the permissions boundary of every role. */
  permissionsBoundary: policy,
  logRetentionDays: logRetention,
  alarmEmail: email,
  /** The address or path of the runbook, for the texts of alarms. */
  runbook: text,
};

/** The names of all settings. */
export const settingNames = (): readonly string[] => Object.keys(SETTINGS);

type Values = { readonly [Name in keyof typeof SETTINGS]?: ReturnType<(typeof SETTINGS)[Name]> };

/** The settings from the context of `cdk.json`, or from `-c name=value`. */
export type Settings = ReturnType<typeof arrange>;

/** Reads all settings, and reports all errors together. */
export function readSettings(node: Node): Settings {
  const context = settingsIn(node.getAllContext());
  const problems = Object.keys(context)
    .filter((name) => !(name in SETTINGS))
    .map((name) => {
      const close = nearest(name, Object.keys(SETTINGS));
      const meant = close === undefined ? '' : `; did you mean ${close}?`;
      return `there is no setting ${name}${meant}; the settings are ${Object.keys(SETTINGS).join(', ')}`;
    });
  const values: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(SETTINGS)) {
    try {
      // each setting has its own reader
      if (name in context) values[name] = (read as Reader<unknown>)(context[name]);
    } catch (error) {
      problems.push(
        `setting ${name} is ${JSON.stringify(context[name])}, and must be ${reasonOf(error)}; ` +
          `correct it in the context of cdk.json or by -c ${name}=...`,
      );
    }
  }
  if (!('applications' in context)) problems.push(NO_APPLICATIONS);
  problems.push(...halfDomain(context));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  // that there are applications has been checked
  return arrange(values as Values & { applications: ApplicationSetting[] });
}

const NO_APPLICATIONS =
  'setting applications is missing, and must name the applications that rooms are opened in; ' +
  'set it in the context of cdk.json or by -c applications=<application id>';

/** A domain for links needs its certificate, and a certificate needs its domain. */
function halfDomain(context: Record<string, unknown>): string[] {
  const missing = ['linksDomain', 'linksCertificate'].filter((name) => !(name in context));
  if (context.links === 'off' || missing.length !== 1) return [];
  return [
    `setting ${missing[0]} is missing: a domain for links needs both linksDomain and linksCertificate, the ARN of its ` +
      'certificate in us-east-1',
  ];
}

/** The names of the library's own context contain a colon, a slash or an at sign. */
function settingsIn(context: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(context).filter(([name]) => !/[:/@]/.test(name)));
}

function linksOf(values: Values) {
  const { linksDomain: name, linksCertificate: certificateArn, linksHostedZone, linksWebAcl } = values;
  return {
    domain:
      name === undefined || certificateArn === undefined
        ? undefined
        : { name, certificateArn, hostedZone: linksHostedZone, webAclArn: linksWebAcl },
    page: values.linksPage,
    names: values.linksNames === 'on',
    team: values.linksTeam,
    logo: values.linksLogo,
    contact: values.linksContact,
    concurrency: values.linksConcurrency,
  };
}

function arrange(values: Values & { readonly applications: ApplicationSetting[] }) {
  const { stage = 'dev', applications, baseUrl, timeZone = TimeZone.ETC_UTC, ...rest } = values;
  const { reconciliationSchedule = DAILY } = rest;
  const inZone = (expression: string) => ScheduleExpression.expression(expression, timeZone);
  const { flexibleWindow, requestConcurrency, maxReceiveCount, retention, deployment } = rest;
  const { alarmEmail, runbook } = rest;
  return {
    stage,
    stackName: rest.stackName ?? `EvergreenRooms-${stage}`,
    permissionsBoundary: rest.permissionsBoundary,
    applications: applications.map((entry) => ({ ...entry, baseUrl: entry.baseUrl ?? baseUrl })),
    rotation: {
      schedules: (rest.schedule ?? [NIGHTLY]).map(inZone),
      renewBefore: rest.renewBefore,
      spread: rest.spread,
      perRun: rest.rotationsPerRun,
      concurrency: rest.rotationConcurrency,
    },
    reconciliation: {
      mode: rest.reconciliation,
      brake: rest.reconciliationBrake,
      schedule: inZone(reconciliationSchedule),
    },
    calendar: {
      grace: rest.calendarGrace,
      timeZone: rest.calendarTimeZone,
      placeholder: rest.calendarPlaceholder,
      scope: rest.calendarScope,
      horizon: rest.calendarHorizon,
      feeds: rest.calendarFeeds,
      connections: rest.calendarConnections,
      readEvery: rest.calendarReadEvery,
      files: rest.calendarFiles === 'on',
    },
    callbacks: rest.callbacks === 'on',
    links: rest.links === 'off' ? (false as const) : linksOf(rest),
    callbackConcurrency: rest.callbackConcurrency,
    flexibleWindow,
    requestConcurrency,
    maxReceiveCount,
    retention,
    deployment,
    logRetention: rest.logRetentionDays,
    alarmEmail,
    runbook,
  };
}
