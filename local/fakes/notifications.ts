import { randomUUID } from 'node:crypto';
import type { ObjectChange } from '../engines/queues.ts';
import type { JsonObject, Place } from '../stack/template.ts';
import type { EventBuses } from './buses.ts';
import type { Target, Targets } from './targets.ts';

/** A subscription to the changes of a bucket's objects. */
export interface Notification {
  readonly bucket: string;
  /** `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`, ... */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
  readonly target: Target;
}

const NAMES: Readonly<Record<ObjectChange['change'], string>> = {
  created: 'ObjectCreated:Put',
  removed: 'ObjectRemoved:Delete',
};

/** Reports objects that are added to buckets or removed, as S3 does. */
export class ObjectNotifications {
  readonly #place: Place;
  readonly #targets: Targets;
  readonly #buses: EventBuses;
  readonly #notifications: Notification[] = [];
  readonly #onBus = new Set<string>();

  constructor(place: Place, targets: Targets, buses: EventBuses) {
    this.#place = place;
    this.#targets = targets;
    this.#buses = buses;
  }

  add(notification: Notification): void {
    this.#notifications.push(notification);
  }

  /** Sends all changes of a bucket to the default bus. */
  addBus(bucket: string): void {
    this.#onBus.add(bucket);
  }

  tell(change: ObjectChange): void {
    const { bucket, key } = change;
    const arn = `arn:aws:s3:::${bucket}`;
    for (const { events, prefix = '', suffix = '', target, bucket: wanted } of this.#notifications) {
      if (wanted !== bucket || !key.startsWith(prefix) || !key.endsWith(suffix)) continue;
      if (!events.some((event) => isMeant(event, `s3:${NAMES[change.change]}`))) continue;
      this.#targets.deliver(target, JSON.stringify({ Records: [this.#record(change, arn)] }), arn);
    }
    if (this.#onBus.has(bucket)) this.#emit(change, arn);
  }

  #record({ bucket, key, change, size, etag }: ObjectChange, arn: string): JsonObject {
    return {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: this.#place.region,
      eventTime: new Date().toISOString(),
      eventName: NAMES[change],
      userIdentity: { principalId: 'local' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': randomUUID() },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'local',
        bucket: { name: bucket, ownerIdentity: { principalId: 'local' }, arn },
        object: { key: urlEncoded(key), size, eTag: etag, sequencer: sequencer() },
      },
    };
  }

  #emit({ bucket, key, change, size, etag }: ObjectChange, arn: string): void {
    const created = change === 'created';
    const detail = {
      version: '0',
      bucket: { name: bucket },
      object: { key, ...(created && { size, etag }), sequencer: sequencer() },
      'request-id': randomUUID(),
      requester: this.#place.account,
      'source-ip-address': '127.0.0.1',
      reason: created ? 'PutObject' : 'DeleteObject',
    };
    this.#buses.emit('aws.s3', created ? 'Object Created' : 'Object Deleted', detail, [arn]);
  }
}

function isMeant(wanted: string, name: string): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

/** Encodes a key as a form does, except for slashes. */
function urlEncoded(key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}

/** Returns a value that grows with each change. */
function sequencer(): string {
  return Date.now().toString(16).toUpperCase().padStart(18, '0');
}
