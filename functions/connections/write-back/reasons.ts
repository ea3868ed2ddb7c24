import type { WriteBackProblem } from './record.ts';

/** Why a link is not in an event, and what a person can do. */
export const WRITE_BACK_REASONS: Readonly<Record<WriteBackProblem, string>> = {
  refused:
    'the calendar refuses to change the event: give the connection the right to change events, or unlock the event',
  ignored:
    'the calendar accepted the change and did not make it: the event belongs to somebody whose calendar is not connected',
  'place-taken':
    'the event has another place, and writeBack is location: empty its place, or use writeBack full to write into the description',
  'no-space':
    'the event has another place, and its description is as long as the calendar allows: shorten it by 250 characters',
};
