import { SendMessageCommand } from '@aws-sdk/client-sqs';
import {
  type ReconciliationMessage,
  writeReconciliation,
} from '../functions/requests/tasks/reconciliation.ts';
import { notOfPool } from '../functions/rooms/model/placement.ts';
import type { Duration, Instant } from '../functions/rooms/model/time.ts';
import { HOUR } from '../functions/rooms/model/time.ts';
import type { Clients } from './clients.ts';

/** How long a confirmation is valid: long enough for a run, its repetitions and its following parts. */
const VALID: Duration = 6 * HOUR;

export interface ReconcileOptions {
  /** The application whose findings are confirmed; absent: a run without a confirmation. */
  readonly confirm?: string;
  /** The reported number of lost and orphaned rooms, as a person typed it. */
  readonly findings?: string;
  /** Whether all links are written again, without a comparison. */
  readonly links?: boolean;
  readonly now?: () => Instant;
}

/** The parts of a deployment that are needed. */
export interface Reconcilable {
  readonly functions: ReadonlyMap<string, { readonly environment: Readonly<Record<string, string>> }>;
  readonly applications: readonly { readonly name: string }[];
}

/**
 * Starts a comparison of the table with the providers' lists. With `confirm` the run may repair and retire in
 * one application what the last run held back: at most as many rooms as were reported, and within six hours.
 * With `links` the workers write every link again instead, as after a restore of the links table.
 *
 * @returns a text that says what was done
 */
export async function reconcile(
  { confirm, findings, links, now = Date.now }: ReconcileOptions,
  { functions, applications }: Reconcilable,
  { sqs }: Pick<Clients, 'sqs'>,
): Promise<string> {
  const { WORK_QUEUE: queue, LINKS_TABLE: table } = functions.get('reconcile-rooms')?.environment ?? {};
  if (!queue) throw new Error('the deployment has no queue of reconciliations');
  const send = (task: ReconciliationMessage) =>
    sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: writeReconciliation(task) }));
  if (links) {
    assertLinksAlone({ confirm, findings, table });
    await send({ links: {} });
    return 'every link is being written again, which changes no room';
  }
  const names = applications.map(({ name }) => name);
  const task = taskOf({ confirm, findings, now }, names);
  await send(task);
  if (!task.confirmed) return 'a comparison of all applications has been started';
  const until = new Date(task.confirmed.until).toISOString();
  return `a comparison of ${confirm} has been started, which may change up to ${findings} rooms until ${until}`;
}

function assertLinksAlone({ confirm, findings, table }: Partial<Record<string, string>>): void {
  if (confirm !== undefined || findings !== undefined) {
    throw new Error('--links compares nothing, so that it goes without --confirm and --findings');
  }
  if (!table) throw new Error('--links: the deployment has no links: its setting `links` is off');
}

const gotOf = (value: string | undefined): string => (value === undefined ? '' : `, got ${value}`);

function taskOf(
  { confirm, findings, now }: Required<Pick<ReconcileOptions, 'now'>> & ReconcileOptions,
  names: readonly string[],
) {
  if (confirm === undefined && findings === undefined) return {};
  if (confirm === undefined || !names.includes(confirm)) {
    throw new Error(`--confirm ${notOfPool(names, confirm)}`);
  }
  if (findings === undefined || !/^[1-9]\d{0,8}$/.test(findings)) {
    throw new Error(
      `--findings must be the number of lost and orphaned rooms that was reported${gotOf(findings)}: the event Rooms ` +
        'Reconciled has `lost` and `orphans` for each application',
    );
  }
  const confirmed = { application: confirm, findings: Number(findings), until: now() + VALID };
  return { applications: [confirm], confirmed };
}
