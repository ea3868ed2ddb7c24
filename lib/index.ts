/** The construct and all that a team needs to put it into a stack of its own. */
export type { ApiKeyApplication, Application, MeetingsApiApplication } from './parts/applications.ts';
export { EvergreenRooms } from './evergreen-rooms.ts';
export type { ByFunction, FunctionName } from './functions/function-name.ts';
export { tellWhatToDoNext } from './outputs.ts';
export type {
  CalendarFeed,
  CalendarOptions,
  EvergreenRoomsProps,
  ReconciliationOptions,
  RotationOptions,
} from './settings/props.ts';
