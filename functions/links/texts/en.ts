import type { Texts } from './texts.ts';

export const en: Texts = {
  lang: 'en',
  headings: {
    live: 'Your room is open',
    opening: 'The room is being opened',
    'on-demand': 'Nobody is here yet',
    held: 'The room is closed',
    ended: 'The meeting is over',
    rejected: 'There is no room',
    cancelled: 'The meeting was cancelled',
    unknown: 'There is no such link',
  },
  lines: {
    live: 'You can go in now.',
    opening: 'This takes a few seconds. This page continues by itself when the room is open.',
    'on-demand': 'Press the button to open the room. You are taken there when it is ready.',
    held: 'Someone paused this room. Ask the organiser when it opens again.',
    ended: 'This room has closed. Ask the organiser if you expected a meeting.',
    rejected: 'A room could not be opened for this meeting. Ask the organiser.',
    cancelled: 'You do not need to do anything.',
    unknown: 'Check that the address is complete, or ask the person who sent it for a new one.',
  },
  open: 'Open the room',
  again: 'Check again',
  join: 'Join the meeting',
  opening: 'The room is being opened…',
  late: 'This takes longer than usual. We keep trying.',
  offline: 'There is no connection at the moment. We keep trying.',
  until: 'Open until {time}',
  contact: 'Questions? Contact {contact}.',
};
