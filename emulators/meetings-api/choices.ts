/**
 * Choices that no source about the Meetings API documents. Each choice is made here, once, and explained in
 * docs/emulators.md. Choices that could break a client are switches, so that the client can be tested with
 * every position.
 */

import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** Whether expired rooms count towards an application's room limit. */
  expiredRoomsCount: [false, true],
  /** Whether `GET /rooms` still shows expired rooms. */
  expiredRoomsListed: [true, false],
  /** The largest page. */
  largestPage: [100, 20],
  /** The effect of a larger `page_size`: a 400, or the largest page. */
  tooLargePage: ['refuse', 'clamp'],
  /** The type of `page_size` in the answer, if the query had it. */
  pageSizeEcho: ['string', 'number'],
  /** `rooms` is the form of older definitions: `_embedded: {rooms: [...]}`. */
  embedded: ['array', 'rooms'],
  /** Whether an object in `update_details` changes the members that it names, or replaces the old one. */
  nestedUpdates: ['merge', 'replace'],
  /** The effect of a `theme_id` that the application does not have: a 400, or nothing. */
  unknownTheme: ['refuse', 'accept'],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

/** The values of all other choices. */
export const CHOICES = {
  /** Seconds that a token's times may differ. Zero, so that a client must use slightly earlier times. */
  clockSkew: 0,
  /** `at most one year ahead`, in milliseconds: always 365 days, even in a leap year. */
  year: 365 * DAY,
  /** Milliseconds that an instant room lives. */
  instantRoomLife: 10 * MINUTE,
  /** The links of a page have this prefix, for every called prefix, as in the captured reply. */
  linkPrefix: '/meetings',
  /**
   * The rooms of all applications share one sequence of serial numbers, with gaps for the rooms of others.
   */
  firstSerial: 2_006_655,
  largestSerialGap: 3,
  /** The header with a room's metadata in callbacks. */
  metadataHeader: 'metadata',
  /** The version in the answers of health and ping. */
  version: '0.1.7',
  /** Every application has these; the second is from the API's own guide. */
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

/** The `name` of a service error by its status; the sources document only 400 and 404. */
export const ERROR_NAMES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  403: 'ForbiddenError',
  404: 'NotFoundError',
  413: 'PayloadTooLargeError',
  500: 'InternalServerError',
};
