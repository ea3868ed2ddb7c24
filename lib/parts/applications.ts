import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ApplicationEntry } from '../../functions/runtime/environment.ts';
import { mustFitEnvironment } from '../settings/environment-size.ts';
import { emptySecret } from '../storage/empty-secret.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NAME = /^[\w.-]{1,64}$/;
const MEETINGS_API_ROOM_LIMIT = 1000;
const BASE_URL = 'https://api-eu.vonage.com/v1/meetings';

/** An application of the Meetings API, in which rooms are opened. */
export interface MeetingsApiApplication {
  /**
   * The provider.
   *
   * @default 'meetings-api'
   */
  readonly provider?: 'meetings-api';
  /** The `application_id`, a UUID. */
  readonly applicationId: string;
  /**
   * Names the application in rows, metrics and events. Rooms find their application by it, so do not change
   * it.
   *
   * @default - the application id
   */
  readonly name?: string;
  /**
   * The application's RSA private key, in PEM.
   *
   * @default - an empty secret is created, and a person stores the key in it
   */
  readonly privateKey?: ISecret;
  /**
   * The URL of the API.
   *
   * @default https://api-eu.vonage.com/v1/meetings
   */
  readonly baseUrl?: string;
}

/**
 * The providers that authenticate with an API key. A provider that the functions have and this list does not
 * fails the type check.
 */
export const API_KEY_PROVIDERS = {
  daily: true,
  whereby: true,
} as const satisfies Record<Exclude<ApplicationEntry['provider'], 'meetings-api' | 'zoom'>, true>;

/** An account at a provider that authenticates with an API key. */
export interface ApiKeyApplication {
  /** The provider. */
  readonly provider: keyof typeof API_KEY_PROVIDERS;
  /**
   * Names the account in rows, metrics and events. Rooms find their account by it, so do not change it.
   *
   * @default - the provider's name
   */
  readonly name?: string;
  /**
   * The API key, as text.
   *
   * @default - an empty secret is created, and a person stores the key in it
   */
  readonly apiKey?: ISecret;
  /**
   * The URL of the API.
   *
   * @default - the provider's own address
   */
  readonly baseUrl?: string;
}

/** An account at Zoom, with the users who host its meetings. */
export interface ZoomApplication {
  /** The provider. */
  readonly provider: 'zoom';
  /** The account id of the server-to-server OAuth app. */
  readonly accountId: string;
  /** The client id of the app. */
  readonly clientId: string;
  /**
   * The licensed users who host the meetings of the rooms, by e-mail address or id. Each creates and changes
   * at most a hundred rooms in a UTC day.
   */
  readonly hosts: string[];
  /**
   * Names the account in rows, metrics and events. Rooms find their account by it, so do not change it.
   *
   * @default 'zoom'
   */
  readonly name?: string;
  /**
   * The client secret of the app, as text.
   *
   * @default - an empty secret is created, and a person stores the client secret in it
   */
  readonly clientSecret?: ISecret;
  /**
   * The secret token of the app's event subscription, as text. It is used if `callbacks` is on.
   *
   * @default - with `callbacks`, an empty secret is made, and a person puts the secret token into it
   */
  readonly webhookToken?: ISecret;
  /**
   * The URL of the API.
   *
   * @default https://api.zoom.us/v2
   */
  readonly baseUrl?: string;
}

/** An application or account in which rooms are opened. */
export type Application = MeetingsApiApplication | ApiKeyApplication | ZoomApplication;

/** An application for monitoring. */
export interface Place {
  readonly name: string;
  /**
   * How many rooms it may hold.
   *
   * @default - its provider documents no number
   */
  readonly roomLimit?: number;
}

export interface ApplicationsProps {
  readonly applications: readonly Application[];
  readonly encryptionKey: IKey;
  /** Whether providers may tell of rooms. */
  readonly callbacks: boolean;
}

/** The pool of applications in which rooms are created, each with the secret of its credential. */
export class Applications extends Construct {
  readonly secrets: ReadonlyMap<string, ISecret>;
  /** The secrets that providers sign with, of the applications that tell of all their rooms at one address. */
  readonly webhookTokens: ReadonlyMap<string, ISecret>;
  readonly places: readonly Place[];
  /** JSON for the functions. */
  readonly json: string;

  constructor(scope: Construct, id: string, props: ApplicationsProps) {
    super(scope, id);
    const secrets = new Map<string, ISecret>();
    const entries = props.applications.map((application): ApplicationEntry => {
      const name = nameOf(application);
      const secret = secretOf(application) ?? this.emptySecret(application, props);
      secrets.set(name, secret);
      return entryOf(application, name, secret.secretArn);
    });
    mustFitEnvironment({
      what: 'applications',
      entries,
      bytes: 2880,
      remedy: 'give them shorter names, or make another deployment for the rest',
    });
    this.secrets = secrets;
    this.webhookTokens = new Map(
      props.applications
        .filter(isZoom)
        .filter(() => props.callbacks)
        .map((application) => [
          nameOf(application),
          application.webhookToken ?? this.emptyToken(nameOf(application), props),
        ]),
    );
    this.places = props.applications.map((application) => ({
      name: nameOf(application),
      ...(isMeetingsApi(application) && { roomLimit: MEETINGS_API_ROOM_LIMIT }),
    }));
    this.json = Stack.of(this).toJsonString(entries);
  }

  private emptySecret(application: Application, { encryptionKey }: ApplicationsProps): ISecret {
    const name = nameOf(application);
    const content = contentOf(application);
    return emptySecret(this, name, {
      description: `Evergreen Rooms: the ${content} of application ${name}`,
      encryptionKey,
      whyNoRotation:
        "the provider has no call that changes its caller's key; the runbook says how a person does",
    });
  }

  private emptyToken(name: string, { encryptionKey }: ApplicationsProps): ISecret {
    return emptySecret(this, `Webhook of ${name}`, {
      description: `Evergreen Rooms: the secret token of the webhooks of application ${name}`,
      encryptionKey,
      whyNoRotation: 'the provider has no call that changes it: a person takes it from the page of the app',
    });
  }
}

function entryOf(application: Application, name: string, secret: string): ApplicationEntry {
  const { baseUrl } = application;
  if (isMeetingsApi(application)) {
    const { applicationId } = application;
    return { provider: 'meetings-api', name, applicationId, secret, baseUrl: baseUrl ?? BASE_URL };
  }
  if (!isZoom(application)) return { provider: application.provider, name, secret, baseUrl };
  const { provider, accountId, clientId, hosts } = application;
  return { provider, name, accountId, clientId, secret, hosts, baseUrl };
}

function contentOf(application: Application): string {
  if (isMeetingsApi(application)) return 'private key (PEM)';
  return isZoom(application) ? 'client secret' : 'API key';
}

function isZoom(application: Application): application is ZoomApplication {
  return application.provider === 'zoom';
}

function isMeetingsApi(application: Application): application is MeetingsApiApplication {
  return application.provider === undefined || application.provider === 'meetings-api';
}

function nameOf(application: Application): string {
  if (application.name !== undefined) return application.name;
  return isMeetingsApi(application) ? application.applicationId : application.provider;
}

function secretOf(application: Application): ISecret | undefined {
  if (isMeetingsApi(application)) return application.privateKey;
  return isZoom(application) ? application.clientSecret : application.apiKey;
}

/** Returns the errors in the entries of the pool, one sentence each. */
export function problemsOfApplications(applications: readonly Application[]): string[] {
  if (applications.length === 0) return ['applications is empty, and must name at least one application'];
  const names = applications.map(nameOf);
  const twice = new Set(names.filter((name, i) => names.indexOf(name) < i));
  return [
    ...applications.flatMap(problemsOf),
    ...[...twice].map((name) => `applications names ${name} twice; give each a name of its own`),
  ];
}

function problemsOf(application: Application): string[] {
  const { baseUrl = BASE_URL } = application;
  const problems: string[] = [];
  if (isMeetingsApi(application) && !UUID.test(application.applicationId)) {
    problems.push(`applicationId is '${application.applicationId}', and must be the application's UUID`);
  } else if (!NAME.test(nameOf(application))) {
    problems.push(
      `application name is '${application.name}', and must be 1 to 64 of letters, digits and -_.`,
    );
  }
  if (isZoom(application)) problems.push(...problemsOfZoom(application));
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    problems.push(`baseUrl is '${baseUrl}', and must be an http(s) address, as in '${BASE_URL}'`);
  }
  return problems;
}

function problemsOfZoom({ accountId, clientId, hosts }: ZoomApplication): string[] {
  const texts = Object.entries({ accountId, clientId }).filter(([, text]) => !/^[\w.-]+$/.test(text ?? ''));
  const twice = hosts?.find((host, i) => hosts.indexOf(host) < i);
  return [
    ...texts.map(
      ([name, text]) => `${name} is '${text}', and must be that of the server-to-server OAuth app`,
    ),
    ...(hosts?.length ? [] : ['hosts is empty, and must name at least one user who hosts meetings']),
    ...(twice === undefined ? [] : [`hosts names ${twice} twice`]),
  ];
}
