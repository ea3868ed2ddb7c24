import type { Command } from '../frame/command.ts';
import { accounts } from './accounts.ts';
import { cancel, hold, release, rotate } from './act.ts';
import { clock } from './clock.ts';
import { completion } from './completion.ts';
import { consoleCommand } from './console.ts';
import { credentials } from './credentials.ts';
import { deadLetters } from './dead-letters.ts';
import { doctor } from './doctor.ts';
import { drift } from './drift.ts';
import { events } from './events.ts';
import { exportRooms } from './export.ts';
import { feed } from './feed.ts';
import { hostLink } from './host-link.ts';
import { importRooms } from './import.ts';
import { list } from './list.ts';
import { open } from './open.ts';
import { plan } from './plan.ts';
import { reconcile } from './reconcile.ts';
import { redrive } from './redrive.ts';
import { request } from './request.ts';
import { show } from './show.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  list,
  show,
  request,
  rotate,
  hold,
  release,
  cancel,
  plan,
  accounts,
  drift,
  importRooms,
  deadLetters,
  redrive,
  reconcile,
  open,
  hostLink,
  exportRooms,
  credentials,
  doctor,
  consoleCommand,
  clock,
  events,
  feed,
  completion(() => COMMANDS),
];
