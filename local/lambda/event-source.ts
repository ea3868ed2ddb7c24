import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { Queue } from '../engines/queue.ts';
import type { Outcome } from './container.ts';
import type { LambdaFunction } from './function.ts';

export interface EventSourceDefinition {
  readonly batchSize: number;
  /** Milliseconds that a batch may wait for more messages. */
  readonly batchingWindow: number;
  /** Concurrent invocations. */
  readonly concurrency: number;
  /**
   * The function answers with the messages that failed. Without this, a batch succeeds or fails as a whole.
   */
  readonly reportsItemFailures: boolean;
  /** Messages that do not match are deleted without processing. Absent: all match. */
  readonly wants?: (record: SQSRecord) => boolean;
}

/**
 * Feeds a function from a queue. Messages that succeeded are deleted; failed ones come back after their
 * visibility timeout.
 */
export class EventSource {
  readonly queue: Queue;
  readonly target: LambdaFunction;
  readonly #definition: EventSourceDefinition;
  #running = 0;
  #batches = 0;
  #stopped = false;
  #freed = Promise.withResolvers<void>();

  constructor(queue: Queue, target: LambdaFunction, definition: EventSourceDefinition) {
    this.queue = queue;
    this.target = target;
    this.#definition = definition;
  }

  /** Batches that are being gathered or processed. */
  get running(): number {
    return this.#running;
  }

  /** Batches since the start. */
  get batches(): number {
    return this.#batches;
  }

  async start(): Promise<void> {
    while (!this.#stopped) {
      if (this.#running >= this.#definition.concurrency) await this.#slot();
      else if (!(await this.#takeBatch())) await this.queue.arrival();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#freed.resolve();
  }

  /** Only one batch is gathered at a time, so that two batches do not compete for new messages. */
  async #takeBatch(): Promise<boolean> {
    const first = this.#receive(this.#definition.batchSize);
    if (first.length === 0) return false;
    this.#running++;
    this.#batches++;
    const records = await this.#fill(first);
    void this.#work(records).finally(() => {
      this.#running--;
      this.#freed.resolve();
    });
    return true;
  }

  async #work(records: readonly SQSRecord[]): Promise<void> {
    const outcome = await this.target.invoke({ Records: records });
    for (const record of this.#succeeded(records, outcome)) this.queue.delete(record.receiptHandle);
  }

  /** Gathers more messages until the batch is full or its window is over. */
  async #fill(records: SQSRecord[]): Promise<SQSRecord[]> {
    const { batchSize, batchingWindow } = this.#definition;
    const end = performance.now() + batchingWindow;
    while (records.length < batchSize && performance.now() < end) {
      const left = new Promise<void>((over) => setTimeout(over, end - performance.now()).unref());
      await Promise.race([left, this.queue.arrival()]);
      records.push(...this.#receive(batchSize - records.length));
    }
    return records;
  }

  #receive(most: number): SQSRecord[] {
    const records = this.queue.receive(most);
    const { wants } = this.#definition;
    if (!wants) return records;
    for (const record of records) if (!wants(record)) this.queue.delete(record.receiptHandle);
    return records.filter(wants);
  }

  #succeeded(records: readonly SQSRecord[], outcome: Outcome): readonly SQSRecord[] {
    if (!outcome.ok) return [];
    // as a function of an SQS source answers
    const response = outcome.payload as Partial<SQSBatchResponse> | null;
    if (!this.#definition.reportsItemFailures || !response?.batchItemFailures) return records;
    const failed = new Set(response.batchItemFailures.map((failure) => failure?.itemIdentifier));
    // if an answer names a message that was not in the batch, the whole batch counts as failed
    const known = new Set(records.map((record) => record.messageId));
    if ([...failed].some((id) => !known.has(id))) return [];
    return records.filter((record) => !failed.has(record.messageId));
  }

  async #slot(): Promise<void> {
    await this.#freed.promise;
    this.#freed = Promise.withResolvers<void>();
  }
}
