/**
 * What no source says of the Meetings API. An emulator must choose: each choice is made here, once, and told in
 * docs/emulators.md. Those that a client could trip over are switches, so that it can be tried under every position.
 */

import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** Whether expired rooms count against the rooms an application may have. */
  expiredRoomsCount: [false, true],
  /** Whether `GET /rooms` still shows expired rooms. */
  expiredRoomsListed: [true, false],
  /** The largest page. */
  largestPage: [100, 20],
  /** What a larger `page_size` comes to: a 400, or the largest page. */
  tooLargePage: ['refuse', 'clamp'],
  /** How `page_size` comes back when the query named it. */
  pageSizeEcho: ['string', 'number'],
  /** `rooms` is the form of older definitions: `_embedded: {rooms: [...]}`. */
  embedded: ['array', 'rooms'],
  /** Whether an object in `update_details` changes the members it names or takes the place of the old one. */
  nestedUpdates: ['merge', 'replace'],
  /** What a `theme_id` comes to that the application does not have: a 400, or nothing. */
  unknownTheme: ['refuse', 'accept'],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

/** What every other gap of the contract is filled with. */
export const CHOICES = {
  /** Seconds that a token's times may be off. None, so that a client must date its tokens back. */
  clockSkew: 0,
  /** `at most one year ahead`, in milliseconds: never more than 365 days, leap year or not. */
  year: 365 * DAY,
  /** Milliseconds that an instant room lives. */
  instantRoomLife: 10 * MINUTE,
  /** The links of a page point there, whatever prefix was called, as in the reply that was captured. */
  linkPrefix: '/meetings',
  /** Rooms of all applications share one row of serial numbers, with gaps for the rest of the world's rooms. */
  firstSerial: 2_006_655,
  largestSerialGap: 3,
  /** The header that carries a room's metadata in callbacks. */
  metadataHeader: 'metadata',
  /** What health and ping say. */
  version: '0.1.7',
  /** Every application has these; the second is that of the API's own guide. */
  themes: [
    { theme_id: '86da462e-fac4-4f46-87ed-63eafc81be48', theme_name: 'default', main_color: '#12f64e' },
    { theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387', theme_name: 'guide', main_color: '#00ff00' },
  ],
  themeDefaults: { domain: 'VCP', brand_text: 'Brand', short_company_url: null },
  dialInNumbers: [
    { number: '17323338801', locale: 'en-US', display_name: 'United States' },
    { number: '442080600001', locale: 'en-GB', display_name: 'United Kingdom' },
    { number: '4930300000001', locale: 'de-DE', display_name: 'Germany' },
  ],
} as const;

/** Texts and names of errors that were never captured. */
export const TEXTS = {
  roomLimit: 'maximum number of rooms for the owner exceeded',
  roomNotFound: (id: string) => `The room with id: ${id} was not found`,
  themeNotFound: (id: string) => `The theme with id: ${id} was not found`,
  routeNotFound: (line: string) => `Cannot ${line}`,
} as const;

/** The `name` of a service error by its status; those that the sources name are 400 and 404. */
export const ERROR_NAMES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  403: 'ForbiddenError',
  404: 'NotFoundError',
  413: 'PayloadTooLargeError',
  500: 'InternalServerError',
};
