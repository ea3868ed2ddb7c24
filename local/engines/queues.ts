import type { AddressInfo } from 'node:net';
import type { DatabaseSync } from 'node:sqlite';
import { type BuildAppOptions, buildApp, type S3SpyEvent } from 'fauxqs';
import { Queue, type QueueInside } from './queue.ts';
import { queryAnswer, queryError, queryInput, SQS_VERSION } from './sqs-query.ts';

type Stores = NonNullable<BuildAppOptions['stores']>;
type NewStore<T> = new () => T;

/** A change of an object in a bucket. */
export interface ObjectChange {
  readonly bucket: string;
  readonly key: string;
  readonly change: 'created' | 'removed';
  /** Bytes; 0 if it was removed. */
  readonly size: number;
  readonly etag: string;
}

export interface QueueEngine {
  /** The endpoint of SQS and S3. */
  readonly endpoint: string;
  /** The start of every queue URL; a queue's name follows. */
  readonly urlPrefix: string;
  /** Creates the queue, unless it exists from an earlier run. */
  create(name: string, arn: string, attributes: Readonly<Record<string, string>>): Queue;
  createBucket(name: string): void;
  onObject(listen: (change: ObjectChange) => void): void;
  byArn(arn: string): Queue | undefined;
  all(): readonly Queue[];
  stop(): Promise<void>;
}

/** The engine's names. It reports a removal just before it happens, and a copy as an upload too. */
const CHANGES: Readonly<Record<string, ObjectChange['change']>> = { uploaded: 'created', deleted: 'removed' };

const ACCOUNT = '000000000000';

/**
 * Starts SQS and S3 in this process, on a free loopback port. The engine's own start function listens on
 * every interface, so its parts are combined here.
 *
 * @param directory the folder for messages and objects; absent: they are in memory
 */
export async function startQueues(directory?: string): Promise<QueueEngine> {
  const { stores, createMessage, persistence } = await openStores(directory);
  const app = buildApp({ logger: false, stores });
  if (persistence) app.addHook('preClose', async () => persistence.close());
  speakMore(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const urlPrefix = `${endpoint}/${ACCOUNT}/`;
  const queues = new Map<string, Queue>();
  const { sqsStore, s3Store } = stores;
  const inside: QueueInside = { byArn: (arn) => sqsStore.getQueueByArn(arn), createMessage };

  return {
    endpoint,
    urlPrefix,
    create(name, arn, attributes) {
      const kept = sqsStore.getQueueByArn(arn);
      kept?.setAttributes({ ...attributes });
      const queue = new Queue(
        kept ?? sqsStore.createQueue(name, urlPrefix + name, arn, { ...attributes }),
        urlPrefix + name,
        inside,
      );
      queues.set(arn, queue);
      return queue;
    },
    createBucket: (name) => void s3Store.createBucket(name),
    onObject(listen) {
      const spy = {
        addMessage({ bucket, key, status }: S3SpyEvent) {
          const change = CHANGES[status];
          if (!change) return;
          const { contentLength: size, etag } = s3Store.headObject(bucket, key);
          listen({
            bucket,
            key,
            change,
            size: change === 'created' ? size : 0,
            etag: etag.replaceAll('"', ''),
          });
        },
      };
      // the engine types its spy as its own class
      s3Store.spy = spy as never;
    },
    byArn: (arn) => queues.get(arn),
    all: () => [...queues.values()],
    stop: () => app.close(),
  };
}

/** SQS answers them with nothing, where the engine has an empty object. */
const WITHOUT_RESULT = /\.(?:ChangeMessageVisibility|DeleteMessage)$/;

/**
 * Adds the query protocol and SQS's own redrive, which the engine does not have. The redrive is refused, as
 * the policies of the dead-letter queues do in AWS.
 */
function speakMore(app: ReturnType<typeof buildApp>): void {
  app.addHook('onSend', async ({ headers }, { statusCode }, payload) =>
    statusCode === 200 && WITHOUT_RESULT.test(String(headers['x-amz-target'])) ? '' : payload,
  );
  app.addHook('preHandler', async (request, reply) => {
    if (String(request.headers['x-amz-target']).endsWith('.StartMessageMoveTask'))
      return reply.code(403).type(JSON_TYPE).send({ __type: 'AccessDeniedException', message: NO_MOVE });
    if (!String(request.headers['content-type']).startsWith('application/x-www-form-urlencoded')) return;
    // a form has texts only
    const { Action: action = '', Version, ...form } = request.body as Record<string, string>;
    if (Version !== SQS_VERSION) return;
    reply.type('text/xml');
    if (action === 'StartMessageMoveTask') return reply.code(403).send(queryError('AccessDenied', NO_MOVE));
    const { statusCode, body } = await app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': JSON_TYPE, 'x-amz-target': `AmazonSQS.${action}` },
      payload: JSON.stringify(queryInput(form)),
    });
    const answer = JSON.parse(body || '{}');
    if (statusCode < 400) return reply.send(queryAnswer(action, answer));
    return reply
      .code(statusCode)
      .send(queryError(String(answer.__type).split('#').pop() ?? '', answer.message));
  });
}

const JSON_TYPE = 'application/x-amz-json-1.0';

const NO_MOVE =
  'this redrive would give messages a new place among the others: npm run dead-letters -- redrive keeps it';

interface Persistence {
  readonly db: DatabaseSync;
  updateMessageReady(messageId: string): void;
  load(...stores: [Stores['sqsStore'], Stores['snsStore'], Stores['s3Store']]): void;
  close(): void;
}

interface OpenStores {
  readonly stores: Stores;
  readonly createMessage: QueueInside['createMessage'];
  readonly persistence?: Persistence;
}

/** Opens the engine's stores. The engine exports only a server, which hides them. */
async function openStores(directory?: string): Promise<OpenStores> {
  const within = (path: string) => import(new URL(path, import.meta.resolve('fauxqs')).href);
  const [sqs, sns, s3, types] = await Promise.all([
    within('./sqs/sqsStore.js') as Promise<{
      SqsStore: NewStore<Stores['sqsStore']> & Pick<QueueInside, 'createMessage'>;
    }>,
    within('./sns/snsStore.js') as Promise<{ SnsStore: NewStore<Stores['snsStore']> }>,
    within('./s3/s3Store.js') as Promise<{ S3Store: NewStore<Stores['s3Store']> }>,
    within('./sqs/sqsTypes.js') as Promise<{ INVALID_MESSAGE_BODY_CHAR: RegExp }>,
  ]);
  // without the `u` flag, the engine's expression treats each half of an emoji as an illegal character
  types.INVALID_MESSAGE_BODY_CHAR.compile(
    '[^\\t\\n\\r -\\u{D7FF}\\u{E000}-\\u{FFFD}\\u{10000}-\\u{10FFFF}]',
    'u',
  );
  const stores: Stores = {
    sqsStore: new sqs.SqsStore(),
    snsStore: new sns.SnsStore(),
    s3Store: new s3.S3Store(),
  };
  const { createMessage } = sqs.SqsStore;
  if (!directory) return { stores, createMessage };

  const { PersistenceManager } = (await within('./persistence.js')) as {
    PersistenceManager: new (directory: string) => Persistence;
  };
  const persistence = new PersistenceManager(directory);
  // the engine's own statement violates its schema, and a message that became visible again was lost to its queue
  const ready = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => void ready.run(messageId);
  persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  // each store takes the same persistence under its own type
  const kept = persistence as never;
  for (const store of Object.values(stores)) store.persistence = kept;
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = kept;
  return { stores, createMessage, persistence };
}
