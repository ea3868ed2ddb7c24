/** The construct and all that a team needs to put it into a stack of its own. */

export type { ByFunction, FunctionName } from './compute/function-name.ts';
export { EvergreenRooms } from './evergreen-rooms.ts';
export { addOutputs } from './outputs.ts';
export type { ApiKeyApplication, Application, MeetingsApiApplication } from './parts/applications.ts';
export type {
  CalendarFeed,
  CalendarOptions,
  EvergreenRoomsProps,
  ReconciliationOptions,
  RotationOptions,
} from './settings/props.ts';
